package main

import (
	"errors"
	"time"
)

// mode says how the wire fails. The zero mode is a good wire. A new mode replaces the old one whole, and holds for open
// connections too.
type mode struct {
	// Refuse closes the listening port: new connections are refused. Open ones go on until they are reset.
	Refuse bool `json:"refuse,omitempty"`
	// Match limits Silence, speed and cuts to connections on which the client sent these bytes, such as "PATCH /api/uploads",
	// from that place on. It is looked for in the first 8 KiB and in everything sent while the mode holds. Empty means all.
	Match string `json:"match,omitempty"`
	// Silence swallows what is sent "up" (to the server), "down" (to the client) or "both" ways, and the ends of connections
	// with it. A connection that lost bytes stays silent that way for good: nothing but a hole could follow.
	Silence string `json:"silence,omitempty"`
	// BytesPerSecond is the speed of each connection and direction; 0 is no limit.
	BytesPerSecond int `json:"bytesPerSecond,omitempty"`
	// LatencyMs is added to every piece, each way.
	LatencyMs int `json:"latencyMs,omitempty"`
	// IdleMs closes a connection, in order, on which nothing has passed either way for so long, as proxies and mobile networks do; 0 is never.
	IdleMs int `json:"idleMs,omitempty"`
	// CutAfterUp and CutAfterDown reset a connection after so many bytes, counted from the match; 0 is never.
	CutAfterUp   int64 `json:"cutAfterUp,omitempty"`
	CutAfterDown int64 `json:"cutAfterDown,omitempty"`
	// CutTimes is how many connections are cut: 0 means one, -1 all.
	CutTimes int `json:"cutTimes,omitempty"`
	// ResetPercent is how many of a hundred pieces of 16 KiB, either way, cut their connection as soon as they have passed. Seed
	// makes the same run of luck again.
	ResetPercent float64 `json:"resetPercent,omitempty"`
	Seed         uint64  `json:"seed,omitempty"`
}

// pieceBytes is how much passes for each throw of the dice.
const pieceBytes = 16 << 10

// direction is up, to the server, or down, to the client.
type direction int

const (
	up direction = iota
	down
)

func (m mode) check() error {
	switch m.Silence {
	case "", "both", "up", "down":
	default:
		return errors.New(`silence is "up", "down", "both" or absent`)
	}
	if m.ResetPercent < 0 || m.ResetPercent > 100 {
		return errors.New("resetPercent is not between 0 and 100")
	}
	if m.BytesPerSecond < 0 || m.LatencyMs < 0 || m.IdleMs < 0 || m.CutAfterUp < 0 || m.CutAfterDown < 0 || m.CutTimes < -1 {
		return errors.New("a figure is negative")
	}
	return nil
}

func (m mode) silent(d direction) bool {
	return m.Silence == "both" || m.Silence == "up" && d == up || m.Silence == "down" && d == down
}

func (m mode) cutAfter(d direction) int64 {
	if d == up {
		return m.CutAfterUp
	}
	return m.CutAfterDown
}

func (m mode) cuts() int {
	if m.CutTimes == 0 {
		return 1
	}
	return m.CutTimes
}

// chunk is how much is read at once: little on a slow wire, so that it flows rather than jumps.
func (m mode) chunk() int {
	if m.BytesPerSecond == 0 && m.LatencyMs == 0 {
		return 32 << 10
	}
	if m.BytesPerSecond == 0 {
		return 4 << 10
	}
	return min(max(m.BytesPerSecond/20, 64), 4<<10)
}

// parcel is bytes on their way.
type parcel struct {
	data  []byte
	due   time.Time     // not before
	takes time.Duration // on the wire
	cut   bool          // the connection is reset behind them
}
