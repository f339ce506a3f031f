package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// keeper is a phone that keeps what phones keep: its operations, its receipts, its photos.
type keeper struct {
	*patrol
	receipts map[int64]wire.Answer
	oldest   int64 // what is before it is gone from the phone
}

func keeperOf(t testing.TB, url, login string) *keeper {
	t.Helper()
	return &keeper{patrolOf(t, url, login), map[int64]wire.Answer{}, 1}
}

// sync sends what the server does not know, as far as the phone still has it, with its receipts and photos. It gives the answers.
func (k *keeper) sync(t testing.TB) []wire.Answer {
	t.Helper()
	w, err := k.Dial(t.Context())
	must(t, err)
	defer w.Close()
	welcome, err := w.Hello(nil, k.Replica)
	must(t, err)
	known := welcome.Replicas[0]
	if known.Fault == "replica.unknown" {
		must(t, k.Enrol(t.Context(), k.Replica))
		known.Counter = 0
	}
	var answers []wire.Answer
	for first := max(known.Counter+1, k.oldest); first <= int64(len(k.Made)); first += wire.MaxPushOperations {
		push, err := k.Push(first, min(first+wire.MaxPushOperations-1, int64(len(k.Made))))
		must(t, err)
		push.Oldest = k.oldest
		for counter := first; counter < first+int64(len(push.Operations)); counter++ {
			if receipt, ok := k.receipts[counter]; ok {
				push.Receipts = append(push.Receipts, receipt)
			}
		}
		must(t, w.Send(push))
		for got := 0; got < len(push.Operations); {
			frame, err := w.Next()
			must(t, err)
			switch f := frame.(type) {
			case *wire.Ack:
				answers, got = append(answers, f.Answers...), got+len(f.Answers)
			case *wire.Fault:
				t.Fatalf("%s: %+v", k.login, f)
			}
		}
	}
	for _, a := range answers {
		if was, ok := k.receipts[a.Counter]; ok && was != a {
			t.Errorf("%s/%d is answered %+v, was %+v", k.login, a.Counter, a, was)
		}
		k.receipts[a.Counter], k.Acked = a, a.Counter
	}
	for _, content := range k.photos {
		here, err := k.Upload(t.Context(), k.Replica, content)
		if err != nil && shared.FaultCode(err) != "photo.held" && shared.FaultCode(err) != "photo.notNamed" || err == nil && here != shared.ArrivalHere {
			t.Errorf("%s sends a photo again: %s %v", k.login, here, err)
		}
	}
	return answers
}

// reports opens a case with a photo; says speaks on any case.
func (k *keeper) reports(t testing.TB, n int) string {
	t.Helper()
	content := picture(t, n)
	id, _ := report(t, k.Replica, content)
	k.photos, k.cases = append(k.photos, content), append(k.cases, id)
	k.sync(t)
	return id
}

func (k *keeper) does(t testing.TB, id string, action shared.Action, payload shared.Payload) {
	t.Helper()
	_, err := k.Make(shared.Body{
		Case: id, Source: shared.SourceCollector, Action: action, Payload: payload, Taxonomy: "1", Time: shared.DeviceTime{Device: time.Now().UnixMilli()},
	})
	must(t, err)
	k.sync(t)
}

// told is what a case's timeline says that people did, in its order; what the server's own replica did is apart.
func told(c shared.Case) (list []string) {
	for _, e := range c.Timeline {
		if e.By.Kind != shared.AuthorServer {
			list = append(list, fmt.Sprintf("%s/%d %s received %d, late %q, to %q", e.Replica, e.Counter, e.Action, e.Received, e.Late, e.To))
		}
	}
	return list
}

func (r *running) caseOf(t testing.TB, id string) shared.Case {
	t.Helper()
	c, ok, err := r.centre.store.Case(t.Context(), session.Reader{Standing: shared.Standing{Role: shared.RoleServer}}, id)
	if err != nil || !ok {
		t.Fatalf("case %s: %t %v", id, ok, err)
	}
	return c
}

// squad is ten phones at work: collectors report, speak on each other's cases and correct themselves, a leader returns.
type squad struct {
	phones []*keeper // the last one is the leader's
	ids    []string
	dice   *rand.Rand
	drawn  int
}

func (s *squad) work(t testing.TB, steps int) {
	t.Helper()
	for range steps {
		s.drawn++
		who := s.phones[s.dice.IntN(len(s.phones)-1)]
		if len(s.ids) < 3 || s.dice.IntN(4) == 0 {
			s.ids = append(s.ids, who.reports(t, s.drawn))
			continue
		}
		id := s.ids[s.dice.IntN(len(s.ids))]
		switch s.dice.IntN(4) {
		case 0:
			s.phones[len(s.phones)-1].does(t, id, shared.ActionReturn, shared.Payload{Reason: "看不清"})
		case 1:
			who.does(t, id, shared.ActionResubmit, shared.Payload{Words: fmt.Sprint("补了 ", s.drawn)})
		default:
			who.does(t, id, shared.ActionAmend, shared.Payload{Changes: []shared.Change{{Field: shared.FieldAddress, To: fmt.Sprint("建设路 ", s.drawn, " 号")}}})
		}
	}
}

// Ten phones work, a backup is taken in the middle, they go on, and the server is restored from it. What a phone still holds
// comes back, in its receipted place; what no phone holds is named.
func TestL2_L13_R45_TenPhonesBringBackWhatARestoredServerLost(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	data, backups, restored := demoData(t), t.TempDir(), filepath.Join(t.TempDir(), "restored")
	server := start(t, data)
	s := &squad{dice: rand.New(rand.NewPCG(seed, 1))}
	for n := range 8 {
		s.phones = append(s.phones, keeperOf(t, server.URL(), fmt.Sprintf("c60%d", n%4+1)))
	}
	s.phones = append(s.phones, keeperOf(t, server.URL(), "l6"))
	s.work(t, 40)
	succeeds(t, "backup", backups, "--data", data)
	succeeds(t, "verify-backup", backups, "--data", data)
	late := keeperOf(t, server.URL(), "c602") // enrolled since the backup
	s.phones = slices.Insert(s.phones, 0, late)
	s.work(t, 60)
	poor := s.phones[1]
	for range 3 {
		poor.does(t, s.ids[0], shared.ActionAmend, shared.Payload{Changes: []shared.Change{{Field: shared.FieldAddress, To: fmt.Sprint("建设路 ", len(poor.Made))}}})
	}
	before := map[string]shared.Case{}
	for _, id := range s.ids {
		before[id] = server.caseOf(t, id)
	}
	must(t, server.stop())

	succeeds(t, "restore", backups, "--data", restored)
	again := start(t, restored)
	// One phone let its oldest records and photos go: nobody holds them any more.
	lost, err := again.centre.store.Counters(t.Context())
	must(t, err)
	poor.oldest = lost[poor.ID] + 3
	gone := map[string]bool{}
	for counter := lost[poor.ID] + 1; counter < poor.oldest; counter++ {
		gone[fmt.Sprintf("%s/%d ", poor.ID, counter)] = true
	}
	for _, i := range s.dice.Perm(len(s.phones)) {
		k := s.phones[i]
		k.Client = signedIn(t, again.URL(), k.login)
		k.sync(t)
	}
	gaps, err := again.centre.store.Gaps(t.Context(), poor.ID)
	if err != nil || len(gaps) != 1 || gaps[0].From != lost[poor.ID]+1 || gaps[0].To != poor.oldest-1 {
		t.Errorf("what nobody holds is not named: %+v %v, want %d to %d", gaps, err, lost[poor.ID]+1, poor.oldest-1)
	}
	if !strings.Contains(again.log.String(), "operations were lost on a phone") {
		t.Error("no alarm was raised")
	}
	succeeds(t, "verify", "--data", restored) // the log's own order too
	var status struct {
		RestoredAt, BackupAt, Life, KeepUntil int64
		Backup                                struct{ At, Operations int64 }
		Proof                                 struct{ At int64 }
		Phones                                []struct {
			Replica, Login, Squad, Device        string
			Back, Awaited, Gone, HeardAt, SeenAt int64
		}
	}
	must(t, signedIn(t, again.URL(), "admin").Ask(t.Context(), http.MethodGet, "/api/office/rescue", nil, &status))
	if status.RestoredAt == 0 || status.BackupAt == 0 || status.Proof.At != 0 {
		t.Errorf("the admin is told %+v; the proof came after the backup", status)
	}
	if status.Life != 2 || status.Backup.At != status.BackupAt || status.Backup.Operations == 0 || status.KeepUntil-status.BackupAt != wire.KeepDays*24*time.Hour.Milliseconds() {
		t.Errorf("the admin is told %+v; no backup was made since that from which the data was restored", status)
	}
	for _, p := range status.Phones {
		at := slices.IndexFunc(s.phones, func(k *keeper) bool { return k.ID == p.Replica })
		if at < 0 {
			continue
		}
		k := s.phones[at]
		missing := int64(len(k.Made)) - lost[k.ID]
		if p.Login != k.login || p.Squad != "squad-6" || p.SeenAt != p.HeardAt {
			t.Errorf("the admin is told of %s: %+v", k.login, p)
		}
		if want := missing - p.Gone; p.Back != want || p.Awaited != 0 || p.HeardAt == 0 || (p.Gone > 0) != (k == poor) {
			t.Errorf("the admin is told of %s: %+v, want %d back", k.login, p, want)
		}
	}
	if out := succeeds(t, "rescue", "status", "--data", restored); !strings.Contains(out, poor.ID) {
		t.Errorf("rescue status:\n%s", out)
	}
	healed := 0
	for id, was := range before {
		want := slices.DeleteFunc(told(was), func(entry string) bool {
			return slices.ContainsFunc(slices.Collect(maps.Keys(gone)), func(prefix string) bool { return strings.HasPrefix(entry, prefix) })
		})
		if len(want) == 0 {
			continue
		}
		got := told(again.caseOf(t, id))
		if !reflect.DeepEqual(got, want) {
			t.Errorf("case %s:\n%s\nwant\n%s", id, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		healed += len(want)
	}
	reader := signedIn(t, again.URL(), "admin")
	for _, k := range s.phones {
		for _, content := range k.photos {
			hash := shared.HashText(string(content))
			if got, err := reader.Photo(t.Context(), hash); (err != nil || string(got) != string(content)) && k != poor {
				t.Errorf("photo of %s: %d bytes, %v", k.login, len(got), err)
			}
		}
	}
	for _, k := range s.phones { // a second round is quiet (L4)
		if answers := k.sync(t); len(answers) > 0 {
			t.Errorf("%s sends %d operations once more", k.login, len(answers))
		}
	}
	t.Logf("%d cases, %d operations on them in their places, %d gone", len(before), healed, len(gone))
}
