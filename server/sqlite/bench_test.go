package sqlite

import (
	"syscall"
	"testing"
	"time"

	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/session"
)

// BenchmarkCommit takes transactions of 25 pushes of 20 operations each, two operations a case, as connections hand them over:
// read ahead of the writer. Besides the time it tells the processor's, which a busy machine changes less.
func BenchmarkCommit(b *testing.B) {
	w := newWorld(b)
	var pushes []session.Push
	for range b.N * 25 {
		p := w.phone("a-one")
		for range 10 {
			id := drive.NewID()
			p.make(shared.Body{Case: id, Action: shared.ActionReport, Payload: shared.Payload{Category: category, Description: "井盖破损"}, Photos: []shared.Photo{photo(id)}})
			p.make(shared.Body{Case: id, Action: shared.ActionComment, Payload: shared.Payload{Words: "附近有学校"}, Seen: 1})
		}
		pushes = append(pushes, w.Ahead(w.ctx, p.push(1, 20)))
	}
	b.ResetTimer()
	before := processor()
	for i := range b.N {
		for _, r := range firstOf(w.Commit(w.ctx, pushes[i*25:(i+1)*25])) {
			if r.Fault != nil {
				b.Fatalf("%+v", r.Fault)
			}
		}
	}
	b.ReportMetric(float64(b.N)*500/b.Elapsed().Seconds(), "operations/s")
	b.ReportMetric(float64((processor()-before).Microseconds())/float64(b.N*500), "cpu-µs/operation")
}

// processor is the time that this process took of the processors so far.
func processor() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func firstOf[A, B any](first A, _ B) A { return first }
