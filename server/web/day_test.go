package web

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"buxun/shared"
	"buxun/sync/wire"
)

func (w *world) dayOf(as, query string) dayAnswer {
	w.t.Helper()
	answer := w.ask(as, "GET", "/api/day"+query, "", nil)
	if answer.Code != http.StatusOK {
		w.t.Fatalf("%s: %d %s", as, answer.Code, answer.Body)
	}
	var got dayAnswer
	w.must(json.Unmarshal(answer.Body.Bytes(), &got))
	return got
}

func personOf(day dayAnswer, id string) dayPerson {
	for _, p := range day.People {
		if p.ID == id {
			return p
		}
	}
	return dayPerson{}
}

func TestL10_TheDayIsAskedForByLeadersAndAdministrators(t *testing.T) {
	w := newWorld(t)
	for _, one := range []struct{ as, query, want string }{
		{"a-leader", "", ""}, {"a-leader", "?squad=A", ""}, {"admin", "?squad=B", ""}, {"admin", "", ""},
		{"a-leader", "?squad=B", "request.notPermitted"}, {"a-leader", "?squad=none", "request.notPermitted"}, {"a-one", "", "request.notPermitted"},
		{"a-one", "?squad=A", "request.notPermitted"}, {"admin", "?squad=none", "request.notFound"}, {"", "", "session.missing"},
		{"bx_camera", "", "request.notPermitted"}, {"bx_prom", "", "request.notPermitted"},
	} {
		if answer := w.ask(one.as, "GET", "/api/day"+one.query, "", nil); codeOfProblem(answer) != one.want || one.want == "" && answer.Code != http.StatusOK {
			t.Errorf("%s%s: %d %s", one.as, one.query, answer.Code, answer.Body)
		}
	}
	leader, admin := w.dayOf("a-leader", ""), w.dayOf("admin", "?squad=B")
	if leader.Squad.Name != "一中队" || len(leader.Squads) != 1 || personOf(leader, w.ids["b-one"]).ID != "" || personOf(leader, w.ids["gone"]).ID != "" {
		t.Errorf("the leader is told %+v", leader)
	}
	if admin.Squad.Name != "二中队" || len(admin.Squads) != 2 || len(admin.People) != 1 {
		t.Errorf("the administrator is told %+v", admin)
	}
}

func TestL13_TheDayTellsWhoIsHereAndWhatPhonesHold(t *testing.T) {
	w := newWorld(t)
	r := w.phone("a-one")
	w.report(r, "a-one", picture(7))
	w.reportOnly(r, picture(9))
	holding := r.Holding()
	holding.Last = 5
	_, err := w.store.Known(t.Context(), []wire.Holding{holding})
	w.must(err)
	w.present, w.presentReplicas = map[string]bool{w.ids["a-one"]: true}, map[string]bool{r.ID: true}
	day := w.dayOf("a-leader", "")
	got, other, now := personOf(day, w.ids["a-one"]), personOf(day, w.ids["a-two"]), w.clock.UnixMilli()
	if !got.Here || other.Here || len(got.Phones) != 1 || len(other.Phones) != 0 || got.Reported != 2 || got.Waiting != 2 || day.Reported != 2 || day.Now != now {
		t.Fatalf("the day is %+v", day)
	}
	phone := got.Phones[0]
	if !phone.Here || phone.Replica != r.ID || phone.Records != 3 || phone.RecordsSince != now || phone.Photos != 1 || phone.PhotosSince != now || phone.HeardAt != now {
		t.Errorf("the phone is %+v", phone)
	}
	w.present, w.presentReplicas = nil, nil
	if got := personOf(w.dayOf("a-leader", ""), w.ids["a-one"]); got.Here || got.Phones[0].Here {
		t.Errorf("gone: %+v", got)
	}
}

func TestL13_TheDayNamesWhatIsLostAsThePhoneDid(t *testing.T) {
	w := newWorld(t)
	r := w.phone("a-one")
	w.reportOnly(r, picture(3))
	for range 2 {
		_, err := r.Make(shared.Body{Case: "01990000-0000-7000-8000-0000000000aa", Source: shared.SourceCollector, Action: shared.ActionComment, Payload: shared.Payload{Words: "x"}})
		w.must(err)
	}
	w.must(w.gap(r))
	gaps := personOf(w.dayOf("a-leader", ""), w.ids["a-one"]).Phones[0].Gaps
	if len(gaps) != 1 || gaps[0].From != 2 || gaps[0].To != 2 || gaps[0].Short != shared.ShortID(r.ID, 2) || gaps[0].After == 0 {
		t.Errorf("the holes are %+v", gaps)
	}
}

// The city's day begins at midnight in Shanghai, 16:00 UTC, whatever the machine's zone.
func TestTheDayBeginsAtTheCitysMidnight(t *testing.T) {
	w := newWorld(t)
	midnight := time.Date(2026, 11, 25, 16, 0, 0, 0, time.UTC)
	w.clock = midnight.Add(-time.Minute).In(time.FixedZone("far west", -11*60*60))
	r := w.phone("a-one")
	w.reportOnly(r, picture(3))
	if day := w.dayOf("a-leader", ""); day.Reported != 1 || day.Day != midnight.Add(-24*time.Hour).UnixMilli() {
		t.Errorf("before midnight: %d reported since %d", day.Reported, day.Day)
	}
	w.clock = midnight
	w.reportOnly(r, picture(5))
	if day := w.dayOf("a-leader", ""); day.Reported != 1 || day.Waiting != 2 || day.Day != midnight.UnixMilli() {
		t.Errorf("after midnight: %d reported since %d, %d wait", day.Reported, day.Day, day.Waiting)
	}
}
