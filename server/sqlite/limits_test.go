package sqlite

import (
	"context"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"buxun/server/deadline"
	"buxun/shared"
)

var someLimits = deadline.Data{
	Calendar: deadline.Calendar{
		Hours: []deadline.Hours{{From: 480, To: 720}}, Free: []time.Weekday{time.Sunday}, Days: []deadline.Day{{Date: "2026-10-01", Kind: deadline.Holiday, Name: "国庆节"}},
	},
	Conditions: []deadline.Condition{
		{ID: "2", Category: category, Words: "缺失", Closing: "恢复", Limit: deadline.Limit{Pace: shared.PaceUrgent, Ms: 7_200_000}},
		{ID: "1", Category: category, Words: "破损", Limit: deadline.Limit{Pace: shared.PaceWorking, Ms: 14_400_000}},
	},
	Phases: []deadline.PhaseLimit{{Phase: shared.PhaseAccept, Limit: deadline.Limit{Pace: shared.PaceUrgent, Ms: 900_000}}},
}

func (w *world) putLimits(data deadline.Data) error {
	return w.Change(w.ctx, func(ctx context.Context, c *Change) error { return c.PutLimits(ctx, data) })
}

func TestLimitsAreKeptWithTheirHistory(t *testing.T) {
	w := newWorld(t)
	empty, err := w.LimitsKept(w.ctx)
	w.must(err)
	if !reflect.DeepEqual(empty, deadline.Data{}) {
		t.Errorf("a new centre has limits: %+v", empty)
	}
	w.must(w.putLimits(someLimits))
	w.must(w.putLimits(someLimits))
	more := someLimits
	more.Calendar.Free = nil
	w.must(w.putLimits(more))
	w.must(w.putLimits(someLimits))
	spoilt := someLimits
	spoilt.Calendar.Hours = nil
	if err := w.putLimits(spoilt); shared.FaultCode(err) != "file.malformed" {
		t.Errorf("limits in hours that there are not: %v", err)
	}
	w.reopen()
	got, err := w.LimitsKept(w.ctx)
	w.must(err)
	if !reflect.DeepEqual(got, someLimits) {
		t.Errorf("kept are %+v", got)
	}
	if n := counts(t, w, `SELECT count(*) FROM limit_versions`); n != 3 {
		t.Errorf("%d versions are kept, want 3: there, changed, and back", n)
	}
	for _, data := range []deadline.Data{someLimits, more} {
		old, ok, err := w.LimitsOf(w.ctx, data.Version())
		if w.must(err); !ok || !reflect.DeepEqual(old, data) {
			t.Errorf("version %s is %t, %+v", data.Version(), ok, old)
		}
	}
	if _, ok, err := w.LimitsOf(w.ctx, "never"); ok || err != nil {
		t.Errorf("a version that never was: %t %v", ok, err)
	}
	for _, text := range []string{`UPDATE limit_versions SET data = ''`, `DELETE FROM limit_versions`} {
		if err := w.writer.exec(w.ctx, text); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// The clocks of an operation are reckoned with the limits that stand when it is taken, whatever process put them.
func TestClocksAreReckonedWithTheLimitsOfTheMoment(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	clock := func(id string) *shared.Clock {
		c, _, err := w.Case(w.ctx, w.reader("a-one"), id)
		w.must(err)
		return c.Clock(shared.PhaseAccept)
	}
	first := p.report()
	p.send()
	if got := clock(first); got != nil {
		t.Errorf("a clock runs without limits: %+v", got)
	}
	w.must(w.putLimits(someLimits))
	second := p.report()
	p.send()
	want := &shared.Clock{Phase: shared.PhaseAccept, Pace: shared.PaceUrgent, Limit: 900_000, Since: w.clock, Due: w.clock + 900_000, Data: someLimits.Version()}
	if got := clock(second); !reflect.DeepEqual(got, want) {
		t.Errorf("the clock is %+v, want %+v", got, want)
	}
	other, err := Open(w.ctx, w.path, w.options())
	w.must(err)
	slower := someLimits
	slower.Phases = []deadline.PhaseLimit{{Phase: shared.PhaseAccept, Limit: deadline.Limit{Pace: shared.PaceUrgent, Ms: 1_800_000}}}
	w.must(other.Change(w.ctx, func(ctx context.Context, c *Change) error { return c.PutLimits(ctx, slower) }))
	w.must(other.Close())
	third := p.report()
	p.send()
	if got := clock(third); got == nil || got.Due != w.clock+1_800_000 || got.Data != slower.Version() {
		t.Errorf("after another process put others the clock is %+v", got)
	}
	if got := clock(second); !reflect.DeepEqual(got, want) {
		t.Errorf("other limits changed a clock that ran: %+v", got)
	}
	if n := counts(t, w, `SELECT count(*) FROM cases WHERE wakes = `+strconv.FormatInt(w.clock+900_000, 10)); n != 1 {
		t.Errorf("%d cases wake the server when the first limit runs out, want 1", n)
	}
}

func TestWhoFilesIsToldTheVersionOfTheLimits(t *testing.T) {
	w := newWorld(t)
	of := func(login string) Directory {
		d, err := w.Directory(w.ctx, w.reader(login))
		w.must(err)
		return d
	}
	before := of("a-leader")
	if before.Limits != "" {
		t.Errorf("before anything was put they are %q", before.Limits)
	}
	w.must(w.putLimits(someLimits))
	data, err := w.LimitsKept(w.ctx)
	w.must(err)
	after := of("a-leader")
	if after.Limits != data.Version() || after.Version == before.Version {
		t.Errorf("the leader is told %q of directory %s, the limits are %s", after.Limits, after.Version, data.Version())
	}
	if d := of("a-one"); d.Limits != "" {
		t.Error("a collector is told of limits, and would fetch them for nothing")
	}
}
