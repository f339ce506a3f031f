// Package numbering is the server's own replica: it gives filed cases their official number (案卷号), hands cases to
// another squad, and reports them handled for contractors, as signed operations on the same path as everybody's. It must not change a case in any other way.
package numbering

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"buxun/server/es256"
	"buxun/server/sqlite"
	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// Author is who the server's operations are by.
var Author = shared.Author{Kind: shared.AuthorServer, ID: "server"}

// Options are what the server's replica needs. Log and Now may be nil.
type Options struct {
	Store *sqlite.Store
	// Commit hands a push to the writer and waits for its result.
	Commit func(context.Context, session.Push) (session.Result, error)
	// Prefix begins every official number: the place's administrative code, or whatever the centre uses.
	Prefix string
	Now    func() time.Time
	Log    *slog.Logger
}

// Replica is the server's replica.
type Replica struct {
	Options
	id    string
	key   *ecdsa.PrivateKey
	wake  chan struct{}
	mutex sync.Mutex // one operation after the other
}

const (
	retryAfter = 5 * time.Second
	// attempts to find the chain's end while another process writes to it too.
	attempts = 5
	// looks is how often NumberAll looks again at once where what it saw moves on before it can number it.
	looks = 10
	// moved is the fault where a case is no longer as it was seen.
	moved = "row.changed"
)

// china is Asia/Shanghai, which has had no summer time since 1991; numbers must not hang on the machine's own zone data.
var china = time.FixedZone("Asia/Shanghai", 8*60*60)

// Open reads the replica's key from the data directory, or makes one at the first start, and enrols it.
func Open(ctx context.Context, directory string, o Options) (*Replica, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	id, key, err := openKey(directory)
	if err != nil {
		return nil, fmt.Errorf("open the server's replica: %w", err)
	}
	public, err := es256.MarshalKey(&key.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("open the server's replica: %w", err)
	}
	if err := o.Store.Enrol(ctx, session.Replica{ID: id, Author: Author, Key: public}); err != nil {
		return nil, fmt.Errorf("open the server's replica: %w", err)
	}
	return &Replica{Options: o, id: id, key: key, wake: make(chan struct{}, 1)}, nil
}

// numbered are the states of cases that were filed and go on.
var numbered = map[shared.State]bool{shared.StateFiled: true, shared.StateDispatched: true, shared.StateHandled: true, shared.StateSuspended: true}

// Notice looks for filed cases among changes of the feed. It never blocks, so that the store may call it while its writer is
// held.
func (r *Replica) Notice(changed []session.Changed) {
	for _, one := range changed {
		if one.Case.Number == "" && numbered[one.Case.State] {
			select {
			case r.wake <- struct{}{}:
			default:
			}
			return
		}
	}
}

// Run numbers the filed cases that have no number, at once and whenever Notice saw one, until ctx ends.
func (r *Replica) Run(ctx context.Context) {
	for {
		var again <-chan time.Time
		if err := r.NumberAll(ctx); err != nil && ctx.Err() == nil {
			r.Log.Error("give filed cases their numbers", "error", err)
			again = time.After(retryAfter)
		}
		select {
		case <-ctx.Done():
			return
		case <-r.wake:
		case <-again:
		}
	}
}

// NumberAll gives every filed case without a number the next one of the day. Where a case moved on between look and number none was
// given, and it looks again; the fault is row.changed where that happens again and again.
func (r *Replica) NumberAll(ctx context.Context) error {
	for look := 1; ; look++ {
		cases, err := r.Store.Unnumbered(ctx, wire.MaxPushOperations)
		if err != nil || len(cases) == 0 {
			return err
		}
		err = r.number(ctx, cases)
		switch {
		case err == nil:
			look = 0
		case shared.FaultCode(err) != moved || look == looks:
			return err
		}
	}
}

func (r *Replica) number(ctx context.Context, cases []shared.Case) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	prefix := r.Prefix + "-" + r.Now().In(china).Format("20060102") + "-"
	last, err := r.Store.LastNumber(ctx, prefix)
	if err != nil {
		return err
	}
	running := 0
	if last != "" {
		if running, err = strconv.Atoi(strings.TrimPrefix(last, prefix)); err != nil {
			return fmt.Errorf("read the last number %s: %w", last, err)
		}
	}
	var bodies []shared.Body
	for _, c := range cases {
		running++
		bodies = append(bodies, shared.Body{
			Case: c.ID, Action: shared.ActionNumber, Payload: shared.Payload{Number: fmt.Sprintf("%s%04d", prefix, running)}, Seen: c.Revision,
		})
	}
	answers, err := r.make(ctx, bodies, true)
	if err != nil {
		return err
	}
	numbered := 0
	for i, answer := range answers {
		if answer.Outcome == shared.OutcomeApplied {
			numbered++
			continue
		}
		r.Log.Warn("a case took no number", "case", cases[i].ID, "outcome", answer.Outcome, "fault", answer.Fault)
	}
	if numbered == 0 {
		return errors.New("none of the filed cases took a number")
	}
	return nil
}

// Transfer hands a case to another squad: it leaves the phones of the squad that had it. It errs with request.notFound on
// an unknown case or squad.
func (r *Replica) Transfer(ctx context.Context, caseID, squad string) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	everything := session.Reader{Standing: shared.Standing{Role: shared.RoleServer}}
	c, ok, err := r.Store.Case(ctx, everything, caseID)
	if err != nil {
		return err
	}
	if !ok {
		return shared.Fail("request.notFound", "no case "+caseID)
	}
	squads, err := r.Store.Squads(ctx)
	if err != nil {
		return err
	}
	known := false
	for _, one := range squads {
		known = known || one.Code == squad
	}
	if !known {
		return shared.Fail("request.notFound", "no squad "+squad)
	}
	answers, err := r.make(ctx, []shared.Body{{Case: c.ID, Action: shared.ActionTransfer, Payload: shared.Payload{Squad: squad}, Seen: c.Revision}}, false)
	if err == nil && answers[0].Outcome != shared.OutcomeApplied {
		err = shared.Fail(answers[0].Fault, "transfer of case "+c.ID)
	}
	return err
}

// Make makes operations of the server's replica: the caller gives the case, the action, the payload and what was seen.
func (r *Replica) Make(ctx context.Context, bodies []shared.Body) ([]wire.Answer, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.make(ctx, bodies, false)
}

// MakeUnmoved is Make for what the server does by itself after it looked: where one of the cases is no longer at the revision that was
// seen, nothing is made and the fault is row.changed. So no case says that the server did what there was no need for any more.
func (r *Replica) MakeUnmoved(ctx context.Context, bodies []shared.Body) ([]wire.Answer, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.make(ctx, bodies, true)
}

// Prove says for the replica that it made the operation that names a photo: whoever brings the bytes shows it.
func (r *Replica) Prove(hash string) (replica, proof string, err error) {
	proof, err = es256.Sign(r.key, shared.UploadText(hash))
	return r.id, proof, err
}

// make signs and pushes operations at the end of the chain, as the store knows it. Nothing is kept here: an operation that
// was not taken is made anew.
func (r *Replica) make(ctx context.Context, bodies []shared.Body, unmoved bool) ([]wire.Answer, error) {
	for range attempts {
		push, err := r.push(ctx, bodies)
		if err != nil {
			return nil, fmt.Errorf("make operations of the server: %w", err)
		}
		push.Unmoved = unmoved
		result, err := r.Commit(ctx, push)
		if err != nil {
			return nil, fmt.Errorf("commit operations of the server: %w", err)
		}
		if result.Fault == nil {
			return result.Answers, nil
		}
		if code := result.Fault.Code; code != "replica.forked" && code != "push.chain" {
			return nil, fmt.Errorf("commit operations of the server: %w", shared.Fail(code, result.Fault.Detail))
		}
		// The command line, which is the same replica, wrote meanwhile.
	}
	return nil, shared.Fail("server.busy", "the end of the server's chain moved again and again")
}

func (r *Replica) push(ctx context.Context, bodies []shared.Body) (session.Push, error) {
	end, ok, err := r.Store.Replica(ctx, r.id)
	if err != nil || !ok {
		return session.Push{}, errors.Join(err, fmt.Errorf("replica %s is enrolled: %t", r.id, ok))
	}
	now := r.Now().UnixMilli()
	push := session.Push{Push: wire.Push{T: wire.TypePush, Replica: r.id, First: end.Counter + 1, Oldest: 1}, Received: now}
	counter, prev := end.Counter, end.Hash
	for _, b := range bodies {
		counter++
		b.V, b.Replica, b.Counter, b.Prev = shared.Version, r.id, counter, prev
		b.Author, b.Source = Author, shared.SourceServer
		b.Time = shared.DeviceTime{Device: now, Offset: new(int64), Fresh: true}
		text, err := json.Marshal(b)
		if err != nil {
			return push, err
		}
		push.Operations = append(push.Operations, string(text))
		prev = shared.HashText(string(text))
	}
	push.Signature, err = es256.Sign(r.key, shared.SignedText(prev))
	return push, err
}
