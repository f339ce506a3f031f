package sqlite

import (
	"context"
	"slices"
	"testing"

	"buxun/shared"
)

func (w *world) arrived(p *phone, hash string, here shared.Arrival) {
	w.t.Helper()
	w.must(w.PhotoArrived(w.ctx, p.Author, hash, here, "image/jpeg", 1000))
}

func (w *world) visible(login, hash string) bool {
	w.t.Helper()
	_, ok, err := w.VisiblePhoto(w.ctx, w.reader(login), hash)
	w.must(err)
	return ok
}

func TestL9_aPreviewAndThenTheOriginalAreChangesOfTheFeed(t *testing.T) {
	w := newWorld(t)
	a := w.phone("a-one")
	one := photo("one")
	id := a.report(one)
	a.send()
	if w.visible("a-leader", one.Hash) {
		t.Error("a photo that has not arrived is visible")
	}
	w.arrived(a, one.Preview.Hash, shared.ArrivalHere)
	w.arrived(a, one.Hash, shared.ArrivalHere)
	w.arrived(a, one.Hash, shared.ArrivalHere)
	if len(w.changed) != 3 || w.changed[1].Seq != 2 || w.changed[2].Seq != 3 {
		t.Fatalf("announced %d changes, want the report and each arrival once", len(w.changed))
	}
	first, second := w.changed[1].Case.Photos[0], w.changed[2].Case.Photos[0]
	if first.PreviewHere != shared.ArrivalHere || first.Here != shared.ArrivalWaiting || second.Here != shared.ArrivalHere {
		t.Errorf("arrivals show as %s/%s and %s", first.PreviewHere, first.Here, second.Here)
	}
	if ids, _, seq := w.pull("a-leader", 1); !slices.Equal(ids, []string{id}) || seq != 3 {
		t.Errorf("the leader pulls %v up to %d", ids, seq)
	}
	if !w.visible("a-leader", one.Hash) || !w.visible("a-two", one.Preview.Hash) || !w.visible("admin", one.Hash) {
		t.Error("a photo in scope is not visible")
	}
}

func TestL10_namingAForeignHashGivesNothing(t *testing.T) {
	w := newWorld(t)
	a, b := w.phone("a-one"), w.phone("b-one")
	one := photo("one")
	a.report(one)
	a.send()
	w.arrived(a, one.Hash, shared.ArrivalHere)
	before := len(w.changed)
	thief := b.report(one)
	b.send()
	if c := w.changed[before].Case; c.ID != thief || c.Photos[0].Here != shared.ArrivalWaiting {
		t.Errorf("who names a foreign hash is told that it is %s", c.Photos[0].Here)
	}
	if w.visible("b-one", one.Hash) || w.visible("b-leader", one.Hash) {
		t.Error("who names a foreign hash may fetch it")
	}
	here, damaged, err := w.Held(w.ctx, w.reader("b-one"), b.ID, []string{one.Hash})
	if w.must(err); len(here)+len(damaged) != 0 {
		t.Errorf("who names a foreign hash is told that it is held: %v %v", here, damaged)
	}
	if n, ok, _ := w.NamedPhoto(w.ctx, b.ID, one.Hash); !ok || n.Here != shared.ArrivalWaiting {
		t.Errorf("named photo of the thief: %+v", n)
	}
	// Bytes that the other squad shows to have are its own then.
	w.arrived(b, one.Hash, shared.ArrivalHere)
	if !w.visible("b-leader", one.Hash) {
		t.Error("bytes that were shown to be there are not visible")
	}
}

// What a squad recorded before it heard of a transfer is still taken, but its people see nothing of the case any more.
func TestL10_NamingAHashInACaseThatLeftGivesNothing(t *testing.T) {
	w := newWorld(t)
	a, former, b := w.phone("a-one"), w.phone("a-two"), w.phone("b-one")
	id := a.report()
	a.send()
	w.transfer(id, "B")
	one := photo("one")
	b.make(shared.Body{Case: id, Action: shared.ActionAttach, Photos: []shared.Photo{one}})
	b.send()
	w.arrived(b, one.Hash, shared.ArrivalHere)
	former.make(shared.Body{Case: id, Action: shared.ActionAttach, Photos: []shared.Photo{one}})
	if answer := former.send()[0]; answer.Outcome != shared.OutcomeLate {
		t.Fatalf("evidence of the former squad is answered %+v", answer)
	}
	if here, _, _ := w.Held(w.ctx, w.reader("a-two"), former.ID, []string{one.Hash}); len(here) != 0 {
		t.Error("who names a hash in a case that left is told that it is held")
	}
	former.report(one)
	former.send()
	if w.visible("a-two", one.Hash) {
		t.Error("and with that may fetch it")
	}
	w.arrived(former, one.Hash, shared.ArrivalHere)
	if !w.visible("a-two", one.Hash) {
		t.Error("bytes that the person showed to have are not visible")
	}
}

func TestL10_anArrivalIsOnlyItsSendersCasesNews(t *testing.T) {
	w := newWorld(t)
	a, b := w.phone("a-one"), w.phone("b-one")
	one := photo("one")
	thief := b.report(one)
	b.send()
	own := a.report(one)
	a.send()
	before := len(w.changed)
	w.arrived(a, one.Hash, shared.ArrivalHere)
	if news := w.changed[before:]; len(news) != 1 || news[0].Case.ID != own {
		t.Errorf("the arrival is news for %d cases, want the sender's (%s, not %s)", len(news), own, thief)
	}
	if w.visible("b-leader", one.Hash) {
		t.Error("who waits for a foreign hash gets it when it arrives")
	}
}

func TestL8_aPhotoThatIsHereIsNotAskedForAgain(t *testing.T) {
	w := newWorld(t)
	a, a2, leader := w.phone("a-one"), w.phone("a-two"), w.phone("a-leader")
	one, bad := photo("one"), photo("bad")
	id := a.report(one, bad)
	a.send()
	w.arrived(a, one.Hash, shared.ArrivalHere)
	w.arrived(a, bad.Hash, shared.ArrivalDamaged)
	for _, asker := range []*phone{a, leader} {
		here, damaged, err := w.Held(w.ctx, w.reader("a-leader"), asker.ID, []string{one.Hash, bad.Hash, one.Preview.Hash})
		if w.must(err); !slices.Equal(here, []string{one.Hash}) || !slices.Equal(damaged, []string{bad.Hash}) {
			t.Errorf("held: here %v, damaged %v", here, damaged)
		}
	}
	// Another person's phone that is carried by somebody else asks for what it sent itself.
	here, _, err := w.Held(w.ctx, w.reader("b-one"), a.ID, []string{one.Hash})
	if w.must(err); len(here) != 1 {
		t.Error("a replica is not told of what its person sent")
	}
	second := a.report(one)
	a.send()
	a2.make(shared.Body{Case: id, Action: shared.ActionAttach, Photos: []shared.Photo{one}})
	a2.send()
	for _, c := range w.changed[len(w.changed)-2:] {
		if c.Case.Photos[0].Here != shared.ArrivalHere {
			t.Errorf("case %s (second %s) waits for a photo that its author may know to be here", c.Case.ID, second)
		}
	}
	if n, ok, _ := w.NamedPhoto(w.ctx, a2.ID, one.Hash); !ok || n.Here != shared.ArrivalHere || n.Kind != KindOriginal || n.Size != 1000 {
		t.Errorf("named photo: %+v", n)
	}
}

// R44: what is gone from the storage is told to everybody who may see it, and never called held.
func TestR44_ALostPhotoIsAChangeOfTheFeedAndIsTakenAgain(t *testing.T) {
	w := newWorld(t)
	a, b := w.phone("a-one"), w.phone("b-one")
	one := photo("one")
	id := a.report(one)
	a.send()
	other := b.report(one)
	b.send()
	w.arrived(a, one.Hash, shared.ArrivalHere)
	w.arrived(b, one.Hash, shared.ArrivalHere)
	before := len(w.changed)
	changed, err := w.PhotoLost(w.ctx, one.Hash)
	if w.must(err); !changed || len(w.changed) != before+2 {
		t.Fatalf("changed %v, %d changes, want both cases'", changed, len(w.changed)-before)
	}
	for _, c := range w.changed[before:] {
		if c.Case.Photos[0].Here != shared.ArrivalLost {
			t.Errorf("case %s shows %s", c.Case.ID, c.Case.Photos[0].Here)
		}
	}
	if changed, err := w.PhotoLost(w.ctx, one.Hash); err != nil || changed || len(w.changed) != before+2 {
		t.Errorf("lost twice changes %v, %v", changed, err)
	}
	if changed, err := w.PhotoLost(w.ctx, one.Preview.Hash); err != nil || changed {
		t.Errorf("what never came was lost: %v, %v", changed, err)
	}
	if here, damaged, err := w.Held(w.ctx, w.reader("a-leader"), a.ID, []string{one.Hash}); err != nil || len(here)+len(damaged) != 0 {
		t.Errorf("a lost photo is called held: %v %v %v", here, damaged, err)
	}
	if n, ok, _ := w.NamedPhoto(w.ctx, a.ID, one.Hash); !ok || n.Here.Settled() {
		t.Errorf("a lost photo would not be taken again: %+v", n)
	}
	third := a.report(one)
	a.send()
	if c := w.changed[len(w.changed)-1].Case; c.ID != third || c.Photos[0].Here != shared.ArrivalWaiting {
		t.Errorf("a new case with the lost photo shows %s", c.Photos[0].Here)
	}
	// One of those who had it sends it again: it is there for all who had shown to have it.
	w.arrived(a, one.Hash, shared.ArrivalHere)
	for _, want := range []string{id, other, third} {
		c, _, err := w.Case(w.ctx, w.reader("admin"), want)
		if w.must(err); c.Photos[0].Here != shared.ArrivalHere {
			t.Errorf("case %s shows %s after it came again", want, c.Photos[0].Here)
		}
	}
	kept, err := w.KeptPhotos(w.ctx, "", 10)
	if w.must(err); len(kept) != 1 || kept[0] != (KeptPhoto{one.Hash, 1000, shared.ArrivalHere}) {
		t.Errorf("kept: %+v", kept)
	}
	if _, err := w.PhotoLost(w.ctx, one.Hash); err != nil {
		t.Fatal(err)
	}
	if changed, err := w.PhotoFound(w.ctx, one.Hash); err != nil || !changed || w.changed[len(w.changed)-1].Case.Photos[0].Here != shared.ArrivalHere {
		t.Errorf("found again: %v %v", changed, err)
	}
	if counts, err := w.Counts(w.ctx); err != nil || counts.PhotosHere != 1 || counts.PhotosLost != 0 {
		t.Errorf("counts %+v, %v", counts, err)
	}
}

func TestOnlyAcceptedOperationsNamePhotos(t *testing.T) {
	w := newWorld(t)
	a := w.phone("a-one")
	refused, one := photo("refused"), photo("one")
	a.make(shared.Body{Case: "01990000-0000-7000-8000-000000000001", Action: shared.ActionReport, Payload: shared.Payload{Category: "unknown"}, Photos: []shared.Photo{refused}})
	a.report(one)
	a.send()
	if _, ok, _ := w.NamedPhoto(w.ctx, a.ID, refused.Hash); ok {
		t.Error("a refused operation names a photo")
	}
	if n, ok, _ := w.NamedPhoto(w.ctx, a.ID, one.Preview.Hash); !ok || n.Kind != KindPreview || n.Size != 100 || n.Author != a.Author {
		t.Errorf("preview is named as %+v", n)
	}
	if _, ok, _ := w.NamedPhoto(w.ctx, w.phone("a-two").ID, one.Hash); ok {
		t.Error("another person's replica is told of the name")
	}
	if _, ok, _ := w.NamedPhoto(w.ctx, w.phone("a-one").ID, one.Hash); !ok {
		t.Error("the same person's new replica may not send the photo")
	}
}

func TestADamagedPhotoIsShownDamaged(t *testing.T) {
	w := newWorld(t)
	a := w.phone("a-one")
	one := photo("one")
	a.report(one)
	a.send()
	w.must(w.PhotoArrived(w.ctx, a.Author, one.Hash, shared.ArrivalDamaged, "application/octet-stream", 1000))
	v, ok, err := w.VisiblePhoto(w.ctx, w.reader("a-leader"), one.Hash)
	if w.must(err); !ok || v.Here != shared.ArrivalDamaged || v.Kind != KindOriginal {
		t.Errorf("visible as %+v", v)
	}
	if here := w.changed[1].Case.Photos[0].Here; here != shared.ArrivalDamaged {
		t.Errorf("the case shows %s", here)
	}
}

func TestL2_aPhotoThatCannotBeNotedIsNotAnnounced(t *testing.T) {
	w := newWorld(t)
	a := w.phone("a-one")
	one := photo("one")
	a.report(one)
	a.send()
	w.must(w.write(w.ctx, func(ctx context.Context, in *writer) error {
		return in.exec(ctx, `CREATE TRIGGER full BEFORE UPDATE ON cases BEGIN SELECT RAISE(ABORT, 'planted'); END`)
	}))
	if err := w.PhotoArrived(w.ctx, a.Author, one.Hash, shared.ArrivalHere, "image/jpeg", 1000); err == nil {
		t.Error("no error")
	}
	if _, head, _ := w.Feed(w.ctx); len(w.changed) != 1 || head != 1 || w.visible("a-leader", one.Hash) {
		t.Error("an arrival that is not on disk was announced")
	}
	w.must(w.write(w.ctx, func(ctx context.Context, in *writer) error { return in.exec(ctx, `DROP TRIGGER full`) }))
	w.arrived(a, one.Hash, shared.ArrivalHere)
	if len(w.changed) != 2 || w.changed[1].Seq != 2 {
		t.Errorf("after a failure the feed goes on with %+v", w.changed[1:])
	}
}
