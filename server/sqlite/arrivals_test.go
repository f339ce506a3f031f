package sqlite

import (
	"runtime"
	"sync"
	"testing"

	"buxun/shared"
)

// together lets photos arrive while the writer is busy, and gives what each was answered.
func together(w *world, p *phone, names ...string) []error {
	w.t.Helper()
	answers := make([]error, len(names))
	var group sync.WaitGroup
	w.mutexHeld(func() {
		for i, name := range names {
			group.Go(func() {
				answers[i] = w.PhotoArrived(w.ctx, p.Author, shared.HashText(name), shared.ArrivalHere, "image/jpeg", 1000)
			})
		}
		for waiting := 0; waiting < len(names); runtime.Gosched() {
			w.arrivals.mutex.Lock()
			waiting = len(w.arrivals.waiting)
			w.arrivals.mutex.Unlock()
		}
	})
	group.Wait()
	return answers
}

func (w *world) mutexHeld(do func()) {
	w.Store.mutex.Lock()
	defer w.Store.mutex.Unlock()
	do()
}

func TestL2_photosThatWaitTogetherAreOneTransactionAnsweredBehindIt(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	id := p.report(photo("p"), photo("q"), photo("r"))
	p.send()
	transactions := 0
	w.onCommit(func() int { transactions++; return 0 })
	for _, err := range together(w, p, "p", "q", "r") {
		w.must(err)
	}
	c, _, err := w.Case(w.ctx, w.reader("a-leader"), id)
	w.must(err)
	for _, one := range c.Photos {
		if one.Here != shared.ArrivalHere {
			t.Errorf("photo %s is %s", one.Hash, one.Here)
		}
	}
	if transactions != 1 {
		t.Errorf("%d transactions", transactions)
	}

	w.onCommit(func() int { return 1 })
	told := len(w.changed)
	for _, err := range together(w, p, "preview of p", "preview of q") {
		if err == nil {
			t.Error("a photo whose transaction is not on disk was answered")
		}
	}
	if len(w.changed) != told {
		t.Error("what is not on disk was announced")
	}
}

func TestABadPhotoFailsAlone(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	p.report(photo("p"), photo("q"))
	p.send()
	tries := 0
	w.onCommit(func() int {
		if tries++; tries <= 2 { // both together, and then the first of them
			return 1
		}
		return 0
	})
	failed := 0
	for _, err := range together(w, p, "p", "q") {
		if err != nil {
			failed++
		}
	}
	if failed != 1 || tries != 3 {
		t.Errorf("%d of 2 failed in %d transactions", failed, tries)
	}
}
