package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"buxun/sync/wire"
)

const (
	pingEvery      = 10 * time.Second
	subscribers    = 1000
	publishers     = 8
	commitsASecond = 20
	inFlight       = 4 * publishers // commits that are not delivered to everybody yet, where the line runs full
)

// measureFanout commits cases of one squad that 1,000 phones watch, at an even pace and as fast as it goes, against a centrifuge
// node that passes the same payload on and keeps nothing.
func measureFanout(ctx context.Context, b *bench) (map[string]figure, error) {
	w, err := makeWorld(ctx, filepath.Join(b.dir, "ours"), 1, subscribers+publishers)
	if err != nil {
		return nil, err
	}
	s, err := w.serve(ctx)
	if err != nil {
		return nil, err
	}
	defer s.end()
	var oursP99, theirsP99, ours, theirs []float64
	for round := range b.rounds() {
		one, err := b.broadcastOurs(ctx, w, s.base)
		if err != nil {
			return nil, fmt.Errorf("round %d: %w", round+1, err)
		}
		other, err := b.broadcastCentrifuge(ctx, one.payload)
		if err != nil {
			return nil, fmt.Errorf("round %d, centrifuge: %w", round+1, err)
		}
		fmt.Fprintf(os.Stderr, "fanout round %d: p99 ours %.1f ms, centrifuge %.1f ms; sustained ours %.0f/s, centrifuge %.0f/s\n",
			round+1, one.p99, other.p99, one.sustained, other.sustained)
		oursP99, theirsP99 = append(oursP99, one.p99), append(theirsP99, other.p99)
		ours, theirs = append(ours, one.sustained), append(theirs, other.sustained)
	}
	return map[string]figure{
		"fanout_p99_vs_centrifuge": against(median(oursP99), median(theirsP99), "ms", "ours from the push leaving its phone, so with signature, verdict and the disk; centrifuge keeps nothing"),
		"fanout_sustained": against(median(ours), median(theirs), "commits/s",
			fmt.Sprintf("at most %d commits under way; each is a case of its own, durable before it is told", inFlight)),
	}, nil
}

// broadcast is one side: who listens, and how one commit is set off.
type broadcast struct {
	subscribers []*socket
	publish     func(i int) error
	deliveries  func(text []byte) int // how many a frame holds
	payload     []byte                // of a delivery, noted by the first subscriber
}

type fanout struct {
	p99, sustained float64
	payload        []byte
}

// measure counts on the order of deliveries: the n-th that a subscriber hears is the n-th commit.
func (o *broadcast) measure(b *bench) (f fanout, err error) {
	paced, rush := pick(b, 5*commitsASecond, 2*commitsASecond), pick(b, 4*time.Second, time.Second)
	delivered := make(chan int, 1<<16) // commits that all have heard, in order
	var heard [1 << 16]atomic.Int32
	sent := make([]atomic.Int64, paced)
	late := make([][]time.Duration, len(o.subscribers))
	failed := make(chan error, len(o.subscribers))
	for i, s := range o.subscribers {
		go func() {
			for n := 0; ; {
				text, err := s.next()
				if err != nil {
					failed <- err
					return
				}
				now := time.Now().UnixNano()
				for range o.deliveries(text) {
					if n < paced {
						late[i] = append(late[i], time.Duration(now-sent[n].Load()))
					}
					if i == 0 && n == 0 {
						o.payload = bytes.Clone(text)
					}
					if n < len(heard) && int(heard[n].Add(1)) == len(o.subscribers) {
						delivered <- n
					}
					n++
				}
			}
		}()
	}
	wait := func() error {
		select {
		case <-delivered:
			return nil
		case err := <-failed:
			return fmt.Errorf("a subscriber was lost: %w", err)
		case <-time.After(answerPatience):
			return fmt.Errorf("a commit did not reach everybody")
		}
	}
	tick := time.NewTicker(time.Second / commitsASecond)
	defer tick.Stop()
	for i := range paced {
		<-tick.C
		sent[i].Store(time.Now().UnixNano())
		if err := o.publish(i); err != nil {
			return f, err
		}
	}
	for range paced {
		if err := wait(); err != nil {
			return f, err
		}
	}
	begun, done := time.Now(), 0
	for i := range inFlight {
		if err := o.publish(paced + i); err != nil {
			return f, err
		}
	}
	for i := paced + inFlight; time.Since(begun) < rush && i < len(heard); i++ {
		if err := wait(); err != nil {
			return f, err
		}
		done++
		if err := o.publish(i); err != nil {
			return f, err
		}
	}
	f.sustained = float64(done) / time.Since(begun).Seconds()
	for range inFlight { // what is still under way would meet the next round
		if err := wait(); err != nil {
			return f, err
		}
	}
	var lags []time.Duration
	for _, one := range late {
		lags = append(lags, one...)
	}
	f.p99, f.payload = milliseconds(percentile(lags, 99)), o.payload
	return f, nil
}

// stayAwake says again and again that a phone is there which only listens, as phones do: else the server takes it for gone.
func (s *socket) stayAwake(done <-chan struct{}) {
	ping := ready(wire.Ping{T: wire.TypePing, N: 1})
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			_ = s.send(ping) // one that is gone is found by who reads from it
		}
	}
}

func (b *bench) broadcastOurs(ctx context.Context, w *world, base string) (fanout, error) {
	speakers, listeners := w.phones[:publishers], w.phones[publishers:]
	heard := make([]*socket, len(listeners))
	defer closeAll(heard)
	done := make(chan struct{})
	defer close(done)
	listen := func(i int, p *phone) (err error) {
		if heard[i], err = p.dial(ctx, base); err != nil {
			return err
		}
		if err := heard[i].goLive(p); err != nil {
			return err
		}
		go heard[i].stayAwake(done)
		return nil
	}
	if err := listen(0, listeners[0]); err != nil {
		return fanout{}, err
	}
	err := all(listeners[1:], 16, func(i int, p *phone) error {
		if p.place != nil { // what earlier rounds committed is not pulled a thousand times
			p.place.Seq = listeners[0].place.Seq
		}
		return listen(i+1, p)
	})
	if err != nil {
		return fanout{}, err
	}
	spoken, err := dialAll(ctx, base, speakers)
	defer closeAll(spoken)
	if err != nil {
		return fanout{}, err
	}
	hello := make([][]byte, len(speakers))
	for i, p := range speakers {
		hello[i] = ready(wire.Hello{T: wire.TypeHello, V: wire.Version, App: "bench", Replicas: []wire.Holding{p.Holding()}})
	}
	before := make([]int, len(speakers))
	for i, p := range speakers {
		before[i] = len(p.Made)
	}
	frames, err := singles(speakers, pick(b, 2500, 500))
	if err != nil {
		return fanout{}, err
	}
	// What was prepared and not sent was never made: the next round goes on where the server is.
	sent := make([]int, len(speakers))
	defer func() {
		for i, p := range speakers {
			p.Made = p.Made[:before[i]+sent[i]]
		}
	}()
	for i, s := range spoken {
		if err := s.send(hello[i]); err != nil {
			return fanout{}, err
		}
		go s.drain()
	}
	o := &broadcast{
		subscribers: heard,
		publish: func(i int) error {
			own := frames[i%publishers]
			if i/publishers >= len(own) {
				return fmt.Errorf("only %d commits were prepared", len(own)*publishers)
			}
			sent[i%publishers]++
			return spoken[i%publishers].send(own[i/publishers])
		},
		deliveries: func(text []byte) int {
			if kind(text) == wire.TypeChange {
				return 1
			}
			return 0
		},
	}
	return o.measure(b)
}

// goLive pulls from the phone's place until the feed is live, and notes the place.
func (s *socket) goLive(p *phone) error {
	if err := s.send(ready(wire.Hello{T: wire.TypeHello, V: wire.Version, App: "bench", Replicas: []wire.Holding{}, Cursor: p.place})); err != nil {
		return err
	}
	text, err := s.next()
	if err != nil {
		return err
	}
	var welcome wire.Welcome
	if err := json.Unmarshal(text, &welcome); err != nil || welcome.T != wire.TypeWelcome {
		return fmt.Errorf("no welcome: %.200s", text)
	}
	if err := s.send(ready(wire.Pull{T: wire.TypePull})); err != nil {
		return err
	}
	for {
		if text, err = s.next(); err != nil {
			return err
		}
		var page wire.Cases
		if kind(text) != wire.TypeCases {
			continue
		}
		if err := json.Unmarshal(text, &page); err != nil {
			return err
		}
		p.place = &wire.Cursor{Epoch: welcome.Epoch, Scope: welcome.Scope, Seq: page.Seq}
		if err := s.send(ready(wire.Have{T: wire.TypeHave, Seq: page.Seq})); err != nil || !page.More {
			return err
		}
	}
}

// drain reads what comes and drops it.
func (s *socket) drain() {
	for {
		if _, err := s.next(); err != nil {
			return
		}
	}
}

// singles makes and signs so many pushes of one report each, for every phone.
func singles(phones []*phone, count int) ([][][]byte, error) {
	frames, m, now := make([][][]byte, len(phones)), &maker{}, time.Now()
	for i, p := range phones {
		for range count {
			if _, err := p.Make(m.report(newID(), now)); err != nil {
				return nil, err
			}
			last := int64(len(p.Made))
			push, err := p.Push(last, last)
			if err != nil {
				return nil, err
			}
			frames[i] = append(frames[i], ready(push))
		}
	}
	return frames, nil
}

func (b *bench) broadcastCentrifuge(ctx context.Context, payload []byte) (fanout, error) {
	node, err := peer(ctx, filepath.Join(b.dir, "centrifuge.log"), "centrifuge")
	if err != nil {
		return fanout{}, err
	}
	defer node.stop()
	var at struct{ Address string }
	if err := node.said(&at); err != nil {
		return fanout{}, err
	}
	sockets := make([]*socket, subscribers+publishers)
	defer closeAll(sockets)
	err = all(sockets, 16, func(i int, _ *socket) (err error) {
		if sockets[i], err = dialAt(ctx, "ws://"+at.Address+"/connection/websocket", nil, false); err != nil {
			return err
		}
		if err := sockets[i].expect(`{"id":1,"connect":{}}`, `"connect"`); err != nil || i >= subscribers {
			return err
		}
		return sockets[i].expect(`{"id":2,"subscribe":{"channel":"cases"}}`, `"subscribe"`)
	})
	if err != nil {
		return fanout{}, err
	}
	for _, s := range sockets[subscribers:] {
		go s.drain()
	}
	o := &broadcast{
		subscribers: sockets[:subscribers],
		publish: func(i int) error {
			return sockets[subscribers+i%publishers].send(plain(fmt.Sprintf(`{"id":%d,"publish":{"channel":"cases","data":%s}}`, i+3, payload)))
		},
		deliveries: func(text []byte) int { return bytes.Count(text, []byte(`{"push":`)) },
	}
	return o.measure(b)
}

// expect sends a command and waits for its reply.
func (s *socket) expect(command, reply string) error {
	if err := s.send(plain(command)); err != nil {
		return err
	}
	for {
		text, err := s.next()
		if err != nil {
			return err
		}
		if bytes.Contains(text, []byte(`"error"`)) {
			return fmt.Errorf("%s: %.200s", command, text)
		}
		if bytes.Contains(text, []byte(reply)) {
			return nil
		}
	}
}
