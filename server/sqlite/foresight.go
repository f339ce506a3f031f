package sqlite

import (
	"context"
	"encoding/json"

	"buxun/shared"
	"buxun/sync/session"
)

// keysKept is how many keys of replicas are remembered for checking signatures ahead of the writer.
const keysKept = 50_000

// Ahead reads a push and checks its signature outside the writer; a key never changes. What cannot be said yet the writer says.
func (s *Store) Ahead(ctx context.Context, push session.Push) session.Push {
	push = push.Ahead()
	if key := s.keyOf(ctx, push.Replica); key != nil && s.rules.Verify != nil {
		push = push.Proved(key, s.rules.Verify)
	}
	return push
}

func (s *Store) keyOf(ctx context.Context, replica string) []byte {
	if key, ok := s.keys.Load(replica); ok {
		return key.([]byte)
	}
	r, ok, err := s.Replica(ctx, replica)
	if err != nil || !ok {
		return nil // the writer meets the same and says so
	}
	if s.keysHeld.Add(1) > keysKept {
		s.keys.Clear()
		s.keysHeld.Store(1)
	}
	s.keys.Store(replica, r.Key)
	return r.Key
}

// foresight is what judging a batch will ask for, asked by a few questions about all instead of several for each operation. It is
// of the transaction that judges: nothing is written before everything is judged.
type foresight struct {
	replicas map[string]session.Replica
	reissued map[string]bool   // replicas that some operation was reissued from
	cases    map[string]bool   // that were looked for
	docs     map[string]string // of those that are there
	here     map[string]bool   // hashes that were looked for: whether bytes of it are here for anybody
}

func (w *writer) foresee(ctx context.Context, pushes []session.Push) (foresight, error) {
	f := foresight{
		replicas: map[string]session.Replica{}, reissued: map[string]bool{}, cases: map[string]bool{}, docs: map[string]string{}, here: map[string]bool{},
	}
	replicas := map[string]bool{}
	for _, p := range pushes {
		replicas[p.Replica] = true
		for _, body := range p.Bodies() {
			f.cases[body.Case] = true
			for _, hash := range body.Hashes() {
				f.here[hash] = false
			}
		}
	}
	err := w.each(ctx, `SELECT `+replicaColumns+` FROM replicas WHERE id IN (SELECT value FROM json_each(?))`, replicas, func(scan func(...any) error) error {
		r, err := scanReplica(scan)
		f.replicas[r.ID] = r
		return err
	})
	if err != nil {
		return f, err
	}
	err = w.each(ctx, `SELECT DISTINCT was_replica FROM operations WHERE was_replica IN (SELECT value FROM json_each(?))`, replicas, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		f.reissued[id] = true
		return err
	})
	if err != nil {
		return f, err
	}
	err = w.each(ctx, `SELECT id, doc FROM cases WHERE id IN (SELECT value FROM json_each(?))`, f.cases, func(scan func(...any) error) error {
		var id, doc string
		err := scan(&id, &doc)
		f.docs[id] = doc
		return err
	})
	if err != nil {
		return f, err
	}
	return f, w.each(ctx, `SELECT DISTINCT hash FROM case_photos WHERE hash IN (SELECT value FROM json_each(?)) AND here IN ('here', 'damaged')`, f.here,
		func(scan func(...any) error) error {
			var hash string
			err := scan(&hash)
			f.here[hash] = true
			return err
		})
}

// each asks one question about many keys.
func (w *writer) each(ctx context.Context, text string, keys map[string]bool, read func(scan func(...any) error) error) error {
	if len(keys) == 0 {
		return nil
	}
	names := make([]string, 0, len(keys))
	for key := range keys {
		names = append(names, key)
	}
	list, err := json.Marshal(names)
	if err != nil {
		return err
	}
	rows, err := w.conn.QueryContext(ctx, text, string(list))
	if err != nil {
		return err
	}
	_, err = collect(rows, func(scan func(...any) error) (struct{}, error) { return struct{}{}, read(scan) })
	return err
}

// neverMade says that an operation is not held under any number: its replica's own counter is not that far, and nothing of that
// replica was ever reissued.
func (f foresight) neverMade(one shared.Reference) bool {
	r, ok := f.replicas[one.Replica]
	return ok && one.Counter > r.Counter && !f.reissued[one.Replica]
}

func (f foresight) found(id string) (shared.Case, bool, error) {
	doc, ok := f.docs[id]
	if !ok {
		return shared.Case{}, false, nil
	}
	c, err := readCase(doc)
	return c, err == nil, err
}
