package rescue

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"

	"buxun/server/es256"
	"buxun/server/sqlite"
	"buxun/shared"
	"buxun/sync/session"
)

// Found is what looking through a data directory found.
type Found struct {
	// Damage is what is not as it was written; Gaps are losses that were known already: operations that never came, photos that are asked for.
	Damage, Gaps              []string
	Operations, Cases, Photos int
	Signatures                int
}

func (f *Found) damaged(format string, args ...any) {
	f.Damage = append(f.Damage, fmt.Sprintf(format, args...))
}

// Verify looks through a data directory, beside a running server or without one: SQLite's own file, every hash, link and
// signature of the log, every receipt, every case against the replay of its log from empty, every photo. It changes
// nothing. An error means that it could not look, not that something is damaged.
func Verify(ctx context.Context, data, scratch string, rules session.Rules, o Options) (f Found, err error) {
	name := filepath.Join(data, databaseFile)
	if _, err := os.Stat(name); err != nil {
		return f, fmt.Errorf("there is no Buxun database in %s: %w", data, err)
	}
	if err := sqlite.Examine(ctx, name); err != nil {
		f.damaged("%v", err)
	}
	dir, err := os.MkdirTemp(scratch, "buxun-verify-*")
	if err != nil {
		return f, fmt.Errorf("make the scratch place: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	look := filepath.Join(dir, databaseFile)
	if err := sqlite.Snapshot(ctx, name, look); err != nil {
		f.damaged("the database cannot be read through: %v", err)
		return f, ctx.Err()
	}
	store, err := sqlite.Open(ctx, look, sqlite.Options{Log: o.Log, Now: o.Now, Rules: func(string) session.Rules { return rules }})
	if err != nil {
		f.damaged("the database cannot be opened: %v", err)
		return f, ctx.Err()
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	for _, step := range []func(context.Context, *sqlite.Store, session.Rules) error{f.chains, f.cases} {
		if err := step(ctx, store, rules); err != nil {
			return f, err
		}
	}
	return f, f.photos(ctx, store, data)
}

// chains walks every replica's operations: texts against hashes, links, signatures, receipts, and that no number is missing without a gap.
func (f *Found) chains(ctx context.Context, store *sqlite.Store, rules session.Rules) error {
	replicas, err := store.Chains(ctx)
	if err != nil {
		return err
	}
	walks := map[string]*walk{}
	for _, r := range replicas {
		gaps, err := store.Gaps(ctx, r.ID)
		if err != nil {
			return err
		}
		walks[r.ID] = &walk{Found: f, replica: r, gaps: gaps, rules: rules}
	}
	err = store.EachOperation(ctx, func(h sqlite.Held) error {
		f.Operations++
		if w := walks[h.Replica]; w != nil {
			w.step(h)
		} else {
			f.damaged("operation %s/%d is of a replica that is not enrolled", h.Replica, h.Counter)
		}
		return nil
	})
	for _, r := range replicas {
		walks[r.ID].end()
	}
	return err
}

// walk is one replica's chain up to some operation.
type walk struct {
	*Found
	replica session.Replica
	gaps    []session.Gap
	rules   session.Rules
	last    sqlite.Held
	signed  bool // whether a signature covers the last operation
}

func (w *walk) step(h sqlite.Held) {
	name := fmt.Sprintf("operation %s/%d", h.Replica, h.Counter)
	if hash := shared.HashText(h.Text); hash != h.Hash {
		w.damaged("%s: its text does not have its hash", name)
	}
	prev := w.last.Hash
	if h.Counter != w.last.Counter+1 {
		w.cover()
		if prev = ""; w.known(w.last.Counter+1, h.Counter-1) {
			w.Gaps = append(w.Gaps, fmt.Sprintf("operations %d to %d of replica %s never came", w.last.Counter+1, h.Counter-1, h.Replica))
		} else {
			w.damaged("operations %d to %d of replica %s are missing and no gap says so", w.last.Counter+1, h.Counter-1, h.Replica)
		}
	}
	body, err := shared.ParseBody(h.Text)
	switch {
	case err != nil && h.Answer.Outcome != shared.OutcomeRefused:
		w.damaged("%s: its text cannot be read: %v", name, err)
	case err == nil && (body.Replica != h.Replica || body.Counter != h.Counter || body.Case != h.Case || string(body.Action) != h.Action):
		w.damaged("%s: its text is of another operation or case", name)
	case err == nil && prev != "" && body.Prev != prev:
		w.damaged("%s: it is not linked to the one before it", name)
	}
	if w.signed = h.Signature != ""; w.signed {
		w.Signatures++
		if !es256.Verify(w.replica.Key, shared.SignedText(h.Hash), h.Signature) {
			w.damaged("%s: the signature does not hold", name)
		}
	}
	if w.rules.Mac(h.Answer.ReceiptText(h.Replica)) != h.Answer.Mac {
		w.damaged("%s: the receipt does not hold: what became of it, its place or its time was changed", name)
	}
	if h.Answer.Received > 0 && h.Answer.Received != h.Received {
		w.damaged("%s: its receipt says another time when it was received", name)
	}
	w.last = h
}

// known says whether gaps that were recorded cover these numbers.
func (w *walk) known(from, to int64) bool {
	for _, g := range w.gaps {
		if g.From <= from && from <= g.To {
			from = g.To + 1
		}
	}
	return from > to
}

// cover sees that the last operation of a run is signed: the links cover those before it.
func (w *walk) cover() {
	if w.last.Counter > 0 && !w.signed {
		w.damaged("operation %s/%d: no signature covers it", w.last.Replica, w.last.Counter)
	}
}

func (w *walk) end() {
	w.cover()
	r := w.replica
	if w.last.Counter != r.Counter || r.Hash != "" && w.last.Hash != r.Hash {
		w.damaged("replica %s is known up to %d, its operations end at %d", r.ID, r.Counter, w.last.Counter)
	}
}

// cases compares every case with what its log gives.
func (f *Found) cases(ctx context.Context, store *sqlite.Store, rules session.Rules) error {
	return store.EachCase(ctx, func(p sqlite.Projected) error {
		f.Cases++
		c := p.Case
		switch {
		case p.Broken != nil:
			f.damaged("case %s: %v", p.ID, p.Broken)
			return nil
		case p.LogError != nil:
			f.damaged("case %s: %v", p.ID, p.LogError)
			return nil
		case c.ID == "":
			f.damaged("case %s is missing, its log is there", p.ID)
			return nil
		case len(p.Log) == 0:
			f.damaged("case %s has no log", p.ID)
			return nil
		}
		for i, revision := range p.Revisions {
			if revision != int64(i)+1 {
				f.damaged("case %s: place %d of its log is numbered %d", p.ID, i+1, revision)
				break
			}
		}
		if made := session.Replay(rules.Workflow, p.Log, &c); !same(*made, c) {
			f.damaged("case %s is not what its log gives: %s", p.ID, difference(c, *made))
		}
		if c.ID != p.ID || c.Revision != p.Revision || c.State != p.State || c.Squad != p.Squad || c.Reporter.ID != p.Reporter || c.Number != p.Number {
			f.damaged("case %s: its row says other things than its projection", p.ID)
		}
		return nil
	})
}

// same compares cases as they are written.
func same(one, other shared.Case) bool {
	a, err := json.Marshal(one)
	b, err2 := json.Marshal(other)
	return err == nil && err2 == nil && bytes.Equal(a, b)
}

// difference names the first fields that differ.
func difference(have, made shared.Case) string {
	names := ""
	a, b := reflect.ValueOf(have), reflect.ValueOf(made)
	for i := range a.NumField() {
		if !reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
			names += " " + a.Type().Field(i).Name
		}
	}
	return "differs in" + names
}

// photos reads every photo through and compares it with its hash.
func (f *Found) photos(ctx context.Context, store *sqlite.Store, data string) error {
	return eachPhoto(ctx, store, func(p sqlite.PhotoKept) error {
		f.Photos++
		hash, _, err := hashFile(ctx, filepath.Join(data, photosFolder, place(p)))
		switch {
		case p.Here == shared.ArrivalLost && errors.Is(err, fs.ErrNotExist):
			f.Gaps = append(f.Gaps, fmt.Sprintf("photo %s is gone; phones that have it are asked for it", p.Hash))
		case errors.Is(err, fs.ErrNotExist):
			f.damaged("photo %s is not in the storage", p.Hash)
		case err != nil:
			return err
		case hash != p.Hash:
			f.damaged("photo %s: its bytes are not those that were taken", p.Hash)
		}
		return nil
	})
}
