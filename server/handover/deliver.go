package handover

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"buxun/server/es256"
	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// Centre is what files are delivered to.
type Centre struct {
	Key     *Key
	Replica func(ctx context.Context, id string) (session.Replica, bool, error)
	// Commit takes a push as a phone's conversation does.
	Commit func(ctx context.Context, push session.Push) (session.Result, error)
	// Photo takes bytes on the proof of an upload, and says whether they were there already. It need not read them all.
	Photo func(ctx context.Context, file wire.HandoverFile, content io.Reader) (had bool, err error)
	Now   func() time.Time
}

// Outcome says how many records and photos (previews are counted nowhere) of a file came to what.
type Outcome struct {
	Records Counts `json:"records"`
	Photos  Counts `json:"photos"`
	// Faults are the codes of what was refused or waits, each once.
	Faults []string `json:"faults"`
	// Parked says that the centre keeps the file until what waits can be taken.
	Parked bool `json:"parked,omitempty"`

	name, replica string // of the file, and of who signed it
	awaits        []await
}

// Counts are how many.
type Counts struct {
	Taken   int `json:"taken"`
	Had     int `json:"had"`
	Refused int `json:"refused"`
	// Waiting cannot be taken yet: what came before it on the phone, or its record, is not here.
	Waiting int `json:"waiting"`
}

// Deliver checks the whole file, and only then takes what is in it: a file that was changed anywhere does nothing. Delivered again
// it changes nothing. An error that is no handover fault came from elsewhere: the same file may be brought again.
func (c *Centre) Deliver(ctx context.Context, file io.ReadSeeker) (Outcome, error) {
	if err := c.check(ctx, file); err != nil {
		return Outcome{}, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return Outcome{}, fmt.Errorf("read the hand-over file again: %w", err)
	}
	opened, err := c.Key.Open(file)
	if err != nil {
		return Outcome{}, err
	}
	outcome := Outcome{Faults: []string{}, name: opened.name, replica: opened.Replica}
	for _, push := range opened.Pushes {
		if err := c.record(ctx, push, &outcome); err != nil {
			return outcome, err
		}
	}
	for _, one := range opened.Handover.Files {
		content := io.LimitReader(opened.Files, one.Size)
		had, err := c.Photo(ctx, one, content)
		if err := outcome.photo(one, had, err); err != nil {
			return outcome, err
		}
		if _, err := io.Copy(io.Discard, content); err != nil {
			return outcome, err
		}
	}
	return outcome, nil
}

// check reads a file to its end: every chunk must open, the signature must hold and nothing may be missing or left over.
func (c *Centre) check(ctx context.Context, file io.Reader) error {
	opened, err := c.Key.Open(file)
	if err != nil {
		return err
	}
	replica, ok, err := c.Replica(ctx, opened.Replica)
	switch {
	case err != nil:
		return err
	case !ok:
		return shared.Fail("handover.unknownPhone", opened.Replica)
	case !es256.Verify(replica.Key, opened.Signed, opened.Signature):
		return shared.Fail("handover.altered", "the signature does not hold")
	}
	var want int64
	for _, one := range opened.Handover.Files {
		want += one.Size
	}
	n, err := io.Copy(io.Discard, opened.Files)
	if err != nil {
		return err
	}
	return altered(n != want, fmt.Sprintf("%d bytes of photos, the contents say %d", n, want))
}

// again are the faults after which the same file may be brought again; what was taken counts.
var again = []string{"internal", "server.busy", "server.stopping", "storage.full"}

// record takes one push. A courier declares nothing lost: what was made before may still come, from the phone or in another file.
func (c *Centre) record(ctx context.Context, push wire.Push, outcome *Outcome) error {
	replica, _, err := c.Replica(ctx, push.Replica)
	if err != nil {
		return err
	}
	push.Oldest = 0
	result, err := c.Commit(ctx, session.Push{Push: push, Received: c.Now().UnixMilli()})
	if err != nil {
		return err
	}
	for _, answer := range result.Answers {
		switch {
		case answer.Outcome == shared.OutcomeRefused && answer.Fault != "operation.repeated":
			outcome.Records.Refused++
			outcome.note(answer.Fault)
		case result.Repeats == len(result.Answers) || answer.Outcome == shared.OutcomeRefused:
			outcome.Records.Had++
		default:
			outcome.Records.Taken++
		}
	}
	if result.Fault == nil {
		return nil
	}
	code, left := result.Fault.Code, len(push.Operations)-len(result.Answers)
	switch {
	case slices.Contains(again, code):
		return shared.Fail(code, result.Fault.Detail)
	case code == "replica.unknown", code == "push.chain" && push.First > replica.Counter+1:
		outcome.Records.Waiting += left
		outcome.awaits = append(outcome.awaits, await{push.Replica, push.First})
	default:
		outcome.Records.Refused += left
	}
	outcome.note(code)
	return nil
}

// photo counts what became of a file.
func (o *Outcome) photo(one wire.HandoverFile, had bool, err error) error {
	counts := &o.Photos
	if one.Preview {
		counts = &Counts{}
	}
	code := shared.FaultCode(err)
	switch {
	case err == nil && had:
		counts.Had++
	case err == nil:
		counts.Taken++
	case slices.Contains(again, code) || errors.Is(err, context.Canceled):
		return err
	case code == "photo.notNamed" && o.Records.Waiting > 0:
		counts.Waiting++
	case code == "handover.altered": // the file changed under us
		return err
	default:
		counts.Refused++
		o.note(code)
	}
	return nil
}

func (o *Outcome) note(code string) {
	if !slices.Contains(o.Faults, code) {
		o.Faults = append(o.Faults, code)
	}
}
