package sqlite

import (
	"fmt"
	"testing"

	"buxun/shared"
	"buxun/sync/session"
)

// A disk without room: the push is answered with what is wrong, consumes nothing, and is taken once there is room.
func TestL12_aFullDiskSaysSoAndLosesNothing(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	for range 20 {
		p.report()
	}
	var pages int64
	w.must(w.writer.conn.QueryRowContext(w.ctx, `PRAGMA page_count`).Scan(&pages))
	w.must(w.writer.exec(w.ctx, fmt.Sprintf(`PRAGMA max_page_count = %d`, pages)))

	results, changed := w.Commit(w.ctx, []session.Push{p.push(1, 20)})
	if f := results[0].Fault; f == nil || f.Code != "storage.full" || f.Replica != p.ID || len(results[0].Answers) != 0 || len(changed) != 0 {
		t.Fatalf("a full disk was answered %+v, changed %d", results[0], len(changed))
	}
	if !shared.FaultOf("storage.full").Retry {
		t.Error("the phone is not told to come again")
	}

	w.must(w.writer.exec(w.ctx, `PRAGMA max_page_count = 1073741823`))
	results, _ = w.Commit(w.ctx, []session.Push{p.push(1, 20)})
	if results[0].Fault != nil || len(results[0].Answers) != 20 {
		t.Errorf("with room again it was answered %+v", results[0])
	}
}

// A disk that turned read-only, as one does that fails: the push is to come again, consumes nothing, and is taken once it can be.
func TestL2_aReadOnlyDiskTakesNothingAndLosesNothing(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	for range 20 {
		p.report()
	}
	w.must(w.writer.exec(w.ctx, `PRAGMA query_only = on`))
	results, changed := w.Commit(w.ctx, []session.Push{p.push(1, 20)})
	if f := results[0].Fault; f == nil || !shared.FaultOf(f.Code).Retry || f.Replica != p.ID || len(results[0].Answers) != 0 || len(changed) != 0 {
		t.Fatalf("a read-only disk was answered %+v, changed %d", results[0], len(changed))
	}
	w.must(w.writer.exec(w.ctx, `PRAGMA query_only = off`))
	results, changed = w.Commit(w.ctx, []session.Push{p.push(1, 20)})
	if results[0].Fault != nil || len(results[0].Answers) != 20 || len(changed) != 20 {
		t.Errorf("with the disk back it was answered %+v, changed %d", results[0], len(changed))
	}
}
