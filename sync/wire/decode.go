package wire

import (
	"encoding/json"
	"fmt"

	"buxun/shared"
)

// Decode reads a frame from a phone. It gives a pointer to the frame's struct, or nil for a type that this version does
// not know (R4), or a fault: frame.tooLarge, frame.malformed.
func Decode(text []byte) (any, error) {
	if len(text) > MaxFrameBytes {
		return nil, shared.Fail("frame.tooLarge", fmt.Sprintf("%d bytes, at most %d", len(text), MaxFrameBytes))
	}
	var head struct {
		T Type `json:"t"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, shared.Fail("frame.malformed", err.Error())
	}
	frame := empty(head.T)
	if frame == nil {
		if head.T == "" {
			return nil, shared.Fail("frame.malformed", "no type")
		}
		return nil, nil
	}
	if err := json.Unmarshal(text, frame); err != nil {
		return nil, shared.Fail("frame.malformed", string(head.T)+": "+err.Error())
	}
	return frame, check(frame)
}

func empty(t Type) any {
	switch t {
	case TypeHello:
		return &Hello{}
	case TypePush:
		return &Push{}
	case TypePull:
		return &Pull{}
	case TypeHave:
		return &Have{}
	case TypeSeen:
		return &Seen{}
	case TypeAsk:
		return &Ask{}
	case TypePing:
		return &Ping{}
	}
	return nil
}

func check(frame any) error {
	wrong := ""
	switch f := frame.(type) {
	case *Hello:
		wrong = f.wrong()
	case *Push:
		wrong = f.wrong()
	case *Seen:
		if len(f.Cases) > MaxHashes {
			wrong = "too many cases"
		}
	case *Ask:
		if len(f.Hashes) > MaxHashes || !shared.IsUUID(f.Replica) {
			wrong = "too many hashes, or replica is no UUID"
		}
	}
	if wrong != "" {
		return shared.Fail("frame.malformed", wrong)
	}
	return nil
}

// maxCounter is the highest counter that both languages write exactly; an operation's body may name no higher one.
const maxCounter = 1<<53 - 1

// maxApp is the most bytes of a client's version: it goes into the log.
const maxApp = 256

func (h Hello) wrong() string {
	if len(h.Replicas) > MaxReplicas {
		return "too many replicas"
	}
	if len(h.App) > maxApp {
		return "app is too long"
	}
	for _, r := range h.Replicas {
		if !shared.IsUUID(r.Replica) || r.Oldest < 0 || r.Last < 0 || r.Acked < 0 || max(r.Oldest, r.Last, r.Acked) > maxCounter {
			return "a holding is malformed"
		}
	}
	return ""
}

func (p Push) wrong() string {
	switch {
	case !shared.IsUUID(p.Replica):
		return "replica is no UUID"
	case p.First < 1 || p.Oldest < 0 || max(p.First, p.Oldest) > maxCounter:
		return "first or oldest is out of range"
	case len(p.Operations) < 1 || len(p.Operations) > MaxPushOperations:
		return "a push holds 1 to 20 operations"
	case len(p.Receipts) > len(p.Operations):
		return "more receipts than operations"
	}
	return ""
}

// ReceiptText is what the server's receipt key authenticates.
func (a Answer) ReceiptText(replica string) string {
	if a.Received > 0 {
		return fmt.Sprintf("buxun receipt v2 %s %d %s %d %s %s %s %d", replica, a.Counter, a.Hash, a.Seq, a.Epoch, a.Outcome, a.Fault, a.Received)
	}
	return fmt.Sprintf("buxun receipt v1 %s %d %s %d %s %s %s", replica, a.Counter, a.Hash, a.Seq, a.Epoch, a.Outcome, a.Fault)
}
