package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// outcome is what a courier is told.
type outcome struct {
	Have            int64
	Records, Photos struct{ Taken, Had, Refused, Waiting int }
	Faults          []string
	Parked          bool
}

// carry brings a file in slices as somebody; the last answer comes back.
func (w *world) carry(as, id string, file []byte, slice int) (outcome, string) {
	w.t.Helper()
	for at := 0; ; {
		end := min(at+slice, len(file))
		answer := w.ask(as, "PUT", "/api/handovers/"+id, string(file[at:end]), header{"Content-Range": fmt.Sprintf("bytes %d/%d", at, len(file))})
		if answer.Code != http.StatusOK {
			return outcome{}, codeOfProblem(answer)
		}
		var said outcome
		w.must(json.Unmarshal(answer.Body.Bytes(), &said))
		if said.Faults != nil {
			if strings.Contains(answer.Body.String(), "采集员") || strings.Contains(answer.Body.String(), w.ids["a-one"]) {
				w.t.Errorf("the courier is told %s", answer.Body)
			}
			return said, ""
		}
		at = int(said.Have)
	}
}

// handed is a phone of a-one that the server never heard records of, with one report and its photo in a file.
func (w *world) handed() (r *drive.Replica, id string, content, file []byte) {
	w.t.Helper()
	r, content, id = w.phone("a-one"), picture(7), drive.NewID()
	w.unsent(r, id, content)
	file, err := drive.Handover(w.handovers.Public(), r, 1, 1, content)
	w.must(err)
	return r, id, content, file
}

// unsent makes a report that stays on the phone.
func (w *world) unsent(r *drive.Replica, id string, content []byte) {
	w.t.Helper()
	_, err := r.Make(shared.Body{
		Case: id, Source: shared.SourceCollector, Action: shared.ActionReport, Taxonomy: "1",
		Payload: shared.Payload{Category: category}, Time: shared.DeviceTime{Device: w.clock.UnixMilli()},
		Photos: []shared.Photo{{Hash: shared.HashText(string(content)), Size: int64(len(content)), Type: "image/jpeg", Origin: shared.OriginCamera, Part: shared.PartScene}},
	})
	w.must(err)
}

// A colleague of another squad carries it in pieces over a thin line. It counts as its author's, once, and the courier reads nothing of it.
func TestL3_L10_ACourierOfAnotherSquadDelivers(t *testing.T) {
	w := newWorld(t)
	r, id, content, file := w.handed()
	hash := shared.HashText(string(content))
	got, code := w.carry("b-one", drive.NewID(), file, 700)
	if code != "" || got.Records.Taken != 1 || got.Photos.Taken != 1 || len(got.Faults) > 0 {
		t.Fatalf("%+v %s", got, code)
	}
	everybody, err := w.store.Reader(t.Context(), w.ids["admin"])
	w.must(err)
	c, ok, err := w.store.Case(t.Context(), everybody, id)
	if w.must(err); !ok || c.Reporter.ID != w.ids["a-one"] || c.Squad != "A" || c.Timeline[0].By.ID != w.ids["a-one"] || c.Photos[0].Here != shared.ArrivalHere {
		t.Fatalf("%+v", c)
	}
	if answer := w.ask("a-leader", "GET", "/api/photos/"+hash, "", nil); answer.Code != http.StatusOK || answer.Body.String() != string(content) {
		t.Errorf("the leader's photo: %d, %d bytes", answer.Code, answer.Body.Len())
	}
	if answer := w.ask("b-one", "GET", "/api/photos/"+hash, "", nil); answer.Code != http.StatusNotFound {
		t.Errorf("the courier's: %d", answer.Code)
	}

	totals, err := w.store.Totals(t.Context())
	w.must(err)
	for _, as := range []string{"b-one", "a-two", "a-one"} {
		got, code := w.carry(as, drive.NewID(), file, 1<<20)
		if code != "" || got.Records.Had != 1 || got.Photos.Had != 1 || got.Records.Taken+got.Photos.Taken > 0 {
			t.Errorf("again by %s: %+v %s", as, got, code)
		}
	}
	// The phone itself comes on line at last.
	if pushed := w.push(r, 1); len(pushed.Answers) != 1 || pushed.Answers[0].Outcome != shared.OutcomeApplied {
		t.Errorf("%+v", pushed)
	}
	if answer := w.upload(r, "a-one", hash, content); codeOfProblem(answer) != "photo.held" {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
	if after, err := w.store.Totals(t.Context()); err != nil || after != totals {
		t.Errorf("%v: %+v, want %+v", err, after, totals)
	}
	w.spoolIsEmpty()
}

func (w *world) push(r *drive.Replica, counter int64) session.Result {
	w.t.Helper()
	push, err := r.Push(counter, counter)
	w.must(err)
	results, _ := w.store.Commit(w.t.Context(), []session.Push{{Push: push, Received: w.clock.UnixMilli()}})
	return results[0]
}

func (w *world) spoolIsEmpty() {
	w.t.Helper()
	for _, folder := range []string{"handovers", "handovers/parked"} {
		left, err := os.ReadDir(filepath.Join(w.dir, folder))
		left = slices.DeleteFunc(left, func(entry os.DirEntry) bool { return entry.IsDir() })
		if err != nil || len(left) > 0 {
			w.t.Errorf("%v: %v lies in %s", err, left, folder)
		}
	}
}

// The slice that makes it whole is answered alike when the answer was lost; a slice that does not belong behind what is here is not taken.
func TestR49_ASliceIsTakenOnce(t *testing.T) {
	w := newWorld(t)
	_, _, _, file := w.handed()
	id, whole := drive.NewID(), len(file)
	put := func(as string, at, end int) (said outcome) {
		t.Helper()
		answer := w.ask(as, "PUT", "/api/handovers/"+id, string(file[at:end]), header{"Content-Range": fmt.Sprintf("bytes %d/%d", at, whole)})
		if answer.Code != http.StatusOK {
			t.Fatalf("%d %s", answer.Code, answer.Body)
		}
		w.must(json.Unmarshal(answer.Body.Bytes(), &said))
		return said
	}
	for _, step := range []struct {
		as            string
		at, end, have int
	}{
		{"b-one", 100, 200, 0}, {"b-one", 0, 100, 100}, {"b-one", 0, 300, 100}, {"b-one", 100, 100, 100},
		{"a-two", 100, 200, 0}, // another courier's is another file, even under the same id
		{"b-one", 100, 1000, 1000}, {"b-one", 1000, whole, whole}, {"b-one", 1000, whole, whole}, {"b-one", whole, whole, whole},
	} {
		said := put(step.as, step.at, step.end)
		if int(said.Have) != step.have || (said.Faults != nil) != (step.have == whole) || said.Faults != nil && said.Records.Taken != 1 {
			t.Errorf("%+v: %+v", step, said)
		}
	}
	w.spoolIsEmpty()
}

func TestAFileThatIsNoGoodChangesNothing(t *testing.T) {
	w := newWorld(t)
	_, _, _, file := w.handed()
	before, err := w.store.Totals(t.Context())
	w.must(err)
	flipped := append([]byte{}, file...)
	flipped[len(file)/2] ^= 1
	for want, bad := range map[string][]byte{"handover.altered": flipped, "handover.notOne": picture(9)} {
		if _, code := w.carry("b-one", drive.NewID(), bad, 500); code != want {
			t.Errorf("%s, want %s", code, want)
		}
	}
	if _, code := w.carry("b-one", drive.NewID(), file[:len(file)-1], 1<<20); code != "handover.altered" {
		t.Error(code)
	}
	for _, rows := range []header{{"Content-Range": "bytes 0/1073741825"}, {"Content-Range": "bytes -1/9"}, {"Content-Range": "all of it"}, {}} {
		if answer := w.ask("b-one", "PUT", "/api/handovers/"+drive.NewID(), "x", rows); answer.Code != http.StatusRequestEntityTooLarge && answer.Code != http.StatusBadRequest {
			t.Errorf("%v: %d", rows, answer.Code)
		}
	}
	big := strings.Repeat("x", 9<<20)
	if answer := w.ask("b-one", "PUT", "/api/handovers/"+drive.NewID(), "buxunHO1"+big, header{"Content-Range": fmt.Sprintf("bytes 0/%d", len(big)+8)}); answer.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a slice of 9 MiB: %d %s", answer.Code, answer.Body)
	}
	if after, err := w.store.Totals(t.Context()); err != nil || after != before {
		t.Errorf("%v: %+v, want %+v", err, after, before)
	}
}

// What a revoked phone made before counts (R13), whoever brings it; a revoked phone itself carries nothing.
func TestL6_R13_RevokedPhonesAndHandOvers(t *testing.T) {
	w := newWorld(t)
	r := w.phone("a-one")
	answer := w.ask("a-one", "POST", "/api/replicas", enrolment(r, nil), nil)
	var enrolled enrolAnswer
	w.must(json.Unmarshal(answer.Body.Bytes(), &enrolled))
	r.Anchor = &enrolled.Anchor
	content := picture(7)
	w.unsent(r, drive.NewID(), content)
	w.clock = w.clock.Add(60_000_000_000)
	w.must(w.store.Revoke(t.Context(), r.ID))
	w.clock = w.clock.Add(60_000_000_000)
	w.unsent(r, drive.NewID(), picture(8))
	file, err := drive.Handover(w.handovers.Public(), r, 1, 2, content)
	w.must(err)
	got, code := w.carry("b-one", drive.NewID(), file, 1<<20)
	if code != "" || got.Records.Taken != 1 || got.Records.Refused != 1 || got.Photos.Taken != 1 || fmt.Sprint(got.Faults) != "[replica.revoked]" {
		t.Errorf("%+v %s", got, code)
	}
	leaving := w.cookie("a-one")
	w.ask(leaving, "POST", "/api/replicas", enrolment(r, nil), nil)
	if _, code := w.carry(leaving, drive.NewID(), file, 1<<20); code != "replica.revoked" {
		t.Errorf("the revoked phone itself: %q", code)
	}
}

// What came before on the phone is not here: the file is kept and nothing is declared lost; when that comes, it is taken.
func TestR25_R48_ACourierDeclaresNoGap(t *testing.T) {
	w := newWorld(t)
	r, _, _, early := w.handed()
	id, other := drive.NewID(), picture(8)
	w.unsent(r, id, other)
	late, err := drive.Handover(w.handovers.Public(), r, 2, 2, other)
	w.must(err)
	got, code := w.carry("b-one", drive.NewID(), late, 1<<20)
	if code != "" || got.Records.Waiting != 1 || got.Photos.Waiting != 1 || !got.Parked || fmt.Sprint(got.Faults) != "[push.chain]" {
		t.Fatalf("%+v %s", got, code)
	}
	everybody, err := w.store.Reader(t.Context(), w.ids["admin"])
	w.must(err)
	w.must(w.handovers.Retry(t.Context()))
	if _, there, err := w.store.Case(t.Context(), everybody, id); err != nil || there {
		t.Fatalf("it was taken before its turn: %v", err)
	}
	if got, code := w.carry("b-one", drive.NewID(), early, 1<<20); code != "" || got.Records.Taken != 1 || got.Photos.Taken != 1 {
		t.Errorf("%+v %s", got, code)
	}
	w.must(w.handovers.Retry(t.Context()))
	if c, there, err := w.store.Case(t.Context(), everybody, id); err != nil || !there || c.Photos[0].Here != shared.ArrivalHere {
		t.Errorf("%v %+v", err, c)
	}
	w.spoolIsEmpty()
}

// Bytes that are not what their record names, that another phone's key vouches for, or that are no picture, count for nothing; the
// record and the other photos do.
func TestL7_WrongBytesInAFileAreNotTaken(t *testing.T) {
	w := newWorld(t)
	good, noPicture := picture(7), []byte("no picture at all")
	for _, c := range []struct {
		what  string
		names []byte // what the record and the file say
		bytes []byte // what comes
		by    string // whose key proves it
		fault string
	}{
		{"as it should be", good, good, "", ""},
		{"other bytes", picture(8), bytes.Repeat([]byte("x"), len(picture(8))), "", "photo.hashMismatch"},
		{"another phone's proof", picture(9), picture(9), "b-one", "photo.proof"},
		{"no picture", noPicture, noPicture, "", "photo.damaged"},
	} {
		t.Run(c.what, func(t *testing.T) {
			r := w.phone("a-one")
			id, hash := drive.NewID(), shared.HashText(string(c.names))
			w.unsent(r, id, c.names)
			push, err := r.Push(1, 1)
			w.must(err)
			by := r
			if c.by != "" {
				by = w.phone(c.by)
			}
			proof, err := by.Sign(shared.UploadText(hash))
			w.must(err)
			text, err := json.Marshal(wire.Handover{
				V: wire.Version, Replica: r.ID, Pushes: []wire.Push{push},
				Files: []wire.HandoverFile{{Replica: r.ID, Hash: hash, Size: int64(len(c.bytes)), Proof: proof}},
			})
			w.must(err)
			file, err := drive.SealHandover(w.handovers.Public(), r, text, c.bytes)
			w.must(err)
			got, code := w.carry("b-one", drive.NewID(), file, 1<<20)
			refused := c.fault != ""
			if code != "" || got.Records.Taken != 1 || (got.Photos.Refused == 1) != refused || (got.Photos.Taken == 1) == refused {
				t.Fatalf("%+v %s", got, code)
			}
			if refused && fmt.Sprint(got.Faults) != "["+c.fault+"]" {
				t.Errorf("%v", got.Faults)
			}
			if answer := w.ask("a-leader", "GET", "/api/photos/"+hash, "", nil); (answer.Code == http.StatusOK) == refused {
				t.Errorf("the leader is served %d", answer.Code)
			}
			left, err := os.ReadDir(filepath.Join(w.dir, "photos", "uploads"))
			if err != nil || len(left) > 0 {
				t.Errorf("%v: %v is left", err, left)
			}
		})
	}
}
