package duties

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"buxun/shared"
	"buxun/sync/wire"
)

// between does something once after the duties looked and before what they make reaches the writer.
func (w *world) between(do func()) {
	done := false
	w.duties.Make = func(ctx context.Context, bodies []shared.Body) ([]wire.Answer, error) {
		if !done {
			done = true
			do()
		}
		return w.server.MakeUnmoved(ctx, bodies)
	}
}

// byServer are all entries of the server on a case's timeline, those that came too late as well.
func (w *world) byServer(id string) (list []shared.Entry) {
	w.t.Helper()
	for _, e := range w.find(id).Timeline {
		if e.Role == shared.RoleServer {
			list = append(list, e)
		}
	}
	return list
}

func (w *world) dispatched() string {
	w.t.Helper()
	id := w.report("one", 0)
	w.does("leader", shared.Body{Case: id, Action: shared.ActionFile})
	w.does("leader", shared.Body{Case: id, Action: shared.ActionDispatch, Payload: shared.Payload{Unit: "env"}})
	return id
}

// did is does of what was done a while ago and comes only now.
func (w *world) did(minutesAgo int, who string, b shared.Body) {
	w.t.Helper()
	b.Time = shared.DeviceTime{Device: w.clock.Add(-time.Duration(minutesAgo) * time.Minute).UnixMilli(), Offset: new(int64), Fresh: true}
	w.does(who, b)
}

func handling(id string) shared.Body {
	return shared.Body{Case: id, Action: shared.ActionHandle, Photos: []shared.Photo{{Hash: shared.HashText(id), Size: 10, Type: "image/jpeg", Origin: shared.OriginCamera, Part: shared.PartAfter}}}
}

// What ends or pauses a phase lands just between the server's look and its mark: the timeline says nothing of the server, the clock is in
// time, and no number of the server's replica is used up. What fell due with it is marked all the same, by the look that follows.
func TestNothingIsMarkedThatEndedBetweenLookAndMark(t *testing.T) {
	for name, one := range map[string]struct {
		begin func(*world) string
		end   func(*world, string)
	}{
		"filed": {
			func(w *world) string { id := w.report("one", 0); w.after(16); return id },
			func(w *world, id string) { w.did(5, "leader", shared.Body{Case: id, Action: shared.ActionFile}) },
		},
		"handled": {
			func(w *world) string { id := w.dispatched(); w.after(121); return id },
			func(w *world, id string) { w.did(10, "unit", handling(id)) },
		},
		"handed back": {
			func(w *world) string { id := w.dispatched(); w.after(121); return id },
			func(w *world, id string) {
				w.did(10, "unit", shared.Body{Case: id, Action: shared.ActionHandBack, Payload: shared.Payload{Reason: "不归我们"}})
			},
		},
		"extended": {
			func(w *world) string {
				id := w.dispatched()
				w.does("unit", shared.Body{Case: id, Action: shared.ActionAskExtension, Payload: shared.Payload{Reason: "下雨"}})
				w.after(121)
				return id
			},
			func(w *world, id string) {
				w.does("leader", shared.Body{Case: id, Action: shared.ActionGrantExtension})
			},
		},
		"suspended": {
			func(w *world) string { id := w.dispatched(); w.after(121); return id },
			func(w *world, id string) {
				until := w.clock.Add(24 * time.Hour).UnixMilli()
				w.did(10, "leader", shared.Body{Case: id, Action: shared.ActionSuspend, Payload: shared.Payload{Reason: "等材料", Until: until}})
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			other := w.report("two", 0)
			id := one.begin(w)
			w.between(func() { one.end(w, id) })
			w.must(w.duties.All(w.ctx))
			if list := w.byServer(id); len(list) != 0 {
				t.Errorf("the timeline says that the server did %+v", list)
			}
			for _, clock := range w.find(id).Clocks {
				if clock.Late || clock.Overdue != 0 {
					t.Errorf("the clock is %+v", clock)
				}
			}
			if list := w.byServer(other); len(list) != 1 || list[0].Action != shared.ActionOverdue || list[0].Counter != 1 {
				t.Errorf("to what fell due with it the server did %+v", list)
			}
			w.all()
		})
	}
}

func TestWhatSomebodyDidFirstTheServerDoesNotDoAgain(t *testing.T) {
	w := newWorld(t)
	suspended := w.dispatched()
	w.does("leader", shared.Body{Case: suspended, Action: shared.ActionSuspend, Payload: shared.Payload{Reason: "等材料", Until: w.clock.Add(time.Hour).UnixMilli()}})
	w.after(61)
	w.between(func() { w.does("leader", shared.Body{Case: suspended, Action: shared.ActionResume}) })
	w.must(w.duties.All(w.ctx))
	if list := w.byServer(suspended); len(list) != 0 || w.find(suspended).State != shared.StateDispatched {
		t.Errorf("after the leader let it go on the server did %+v", list)
	}
	sent := w.report("one", 0)
	w.does("leader", shared.Body{Case: sent, Action: shared.ActionSendVerify, Payload: shared.Payload{How: shared.AssignRotation}})
	w.between(func() {
		w.does("leader", shared.Body{Case: sent, Action: shared.ActionAssign, Payload: shared.Payload{Assignee: w.ids["three"]}})
	})
	w.must(w.duties.All(w.ctx))
	if who, _ := w.sent(sent); who != "three" || len(w.byServer(sent)) != 0 {
		t.Errorf("the leader sent three, and then %s went", who)
	}
}

// What was marked rightly and turns out to have been done in time: the mark stays on the timeline, the clock says what is true.
func TestWhatWasDoneInTimeAndCameAfterTheMarkIsInTime(t *testing.T) {
	w := newWorld(t)
	id := w.dispatched()
	w.after(121)
	w.all()
	w.did(10, "unit", handling(id))
	c := w.find(id)
	clock := c.Clock(shared.PhaseHandle)
	if clock.Late || clock.Overdue != 0 || clock.Done == 0 || !slices.Equal(w.deeds(id), []shared.Action{shared.ActionOverdue}) {
		t.Errorf("the clock is %+v, and the server did %v", clock, w.deeds(id))
	}
}

// A case that moves on again and again does not keep the server busy for good.
func TestLookingAgainEnds(t *testing.T) {
	w := newWorld(t)
	w.report("one", 0)
	w.after(16)
	tries := 0
	w.duties.Make = func(context.Context, []shared.Body) ([]wire.Answer, error) {
		tries++
		return nil, errors.Join(errors.New("commit"), shared.Fail("row.changed", ""))
	}
	if err := w.duties.All(w.ctx); shared.FaultCode(err) != "row.changed" || tries != looks {
		t.Errorf("it tried %d times: %v", tries, err)
	}
}
