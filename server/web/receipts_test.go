package web

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"buxun/server/es256"
	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// testSigner is the server's key in these tests, made once.
var testSigner = sync.OnceValue(newSigner)

func newSigner() Signer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	public, err := es256.MarshalKey(&key.PublicKey)
	if err != nil {
		panic(err)
	}
	return Signer{public, func(text string) (string, error) { return es256.Sign(key, text) }}
}

// read reads a JSON answer that was wanted.
func read[T any](t testing.TB, answer *httptest.ResponseRecorder) (value T) {
	t.Helper()
	if answer.Code != http.StatusOK {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &value); err != nil {
		t.Fatal(err)
	}
	return value
}

func caseOf(t testing.TB, r *drive.Replica, n int) string {
	t.Helper()
	body, err := shared.ParseBody(r.Made[n-1])
	if err != nil {
		t.Fatal(err)
	}
	return body.Case
}

func (w *world) receiptsOf(as string, cases ...string) []shared.SignedReceipt {
	w.t.Helper()
	text, err := json.Marshal(map[string]any{"cases": cases})
	w.must(err)
	answer := read[receiptsAnswer](w.t, w.ask(as, "POST", "/api/receipts", string(text), nil))
	if answer.Key != base64.RawURLEncoding.EncodeToString(testSigner().Key) {
		w.t.Errorf("the key is %s", answer.Key)
	}
	return answer.Receipts
}

// comment pushes words on a case by somebody.
func (w *world) comment(r *drive.Replica, id string) {
	w.t.Helper()
	_, err := r.Make(shared.Body{Case: id, Source: shared.SourceCollector, Action: shared.ActionComment, Taxonomy: "1", Payload: shared.Payload{Words: "到了"}, Time: shared.DeviceTime{Device: w.clock.UnixMilli()}})
	w.must(err)
	last := int64(len(r.Made))
	push, err := r.Push(last, last)
	w.must(err)
	if results, _ := w.store.Commit(w.t.Context(), []session.Push{{Push: push, Received: w.clock.UnixMilli()}}); len(results[0].Answers) != 1 {
		w.t.Fatalf("comment: %+v", results[0])
	}
}

func TestL2_L7_L10_R50_AReceiptNamesWhatIsHereOfItsAskerAlone(t *testing.T) {
	w := newWorld(t)
	r, leader := w.phone("a-one"), w.phone("a-leader")
	hash := w.reportOnly(r, picture(1))
	id := caseOf(t, r, 1)
	w.comment(leader, id)

	held := func() shared.Receipt {
		t.Helper()
		list := w.receiptsOf("a-one", id, drive.NewID())
		if len(list) != 1 {
			t.Fatalf("%d receipts", len(list))
		}
		if !es256.Verify(testSigner().Key, shared.SignedReceiptText(shared.HashText(list[0].Text)), list[0].Signature) {
			t.Error("its signature does not hold")
		}
		receipt, err := shared.ParseReceipt(list[0].Text)
		w.must(err)
		return receipt
	}
	got := held()
	if got.Key != shared.KeyID(testSigner().Key) || got.Epoch != w.store.Epoch() || got.Case != id || got.At != w.clock.UnixMilli() || len(got.Operations) != 1 {
		t.Fatalf("%+v", got)
	}
	one := got.Operations[0]
	if one.Replica != r.ID || one.Counter != 1 || one.Hash != shared.HashText(r.Made[0]) || one.Outcome != shared.OutcomeApplied || one.Photos != nil {
		t.Errorf("the record, before its photo came: %+v", one)
	}
	if answer := w.upload(r, "a-one", hash, picture(1)); answer.Code != http.StatusCreated {
		t.Fatal(answer.Body)
	}
	if one := held().Operations[0]; len(one.Photos) != 1 || one.Photos[0] != hash {
		t.Errorf("with its photo: %+v", one)
	}
	_, err := w.store.PhotoLost(t.Context(), hash)
	w.must(err)
	if one := held().Operations[0]; one.Photos != nil {
		t.Errorf("a photo that is gone from the storage is signed for: %+v", one)
	}

	if list := w.receiptsOf("a-leader", id); len(list) != 1 || strings.Contains(list[0].Text, r.ID) || strings.Contains(list[0].Text, hash) {
		t.Errorf("the leader is told of others' doings: %+v", list)
	}
	for _, as := range []string{"a-two", "b-one", "admin"} {
		if list := w.receiptsOf(as, id); len(list) != 0 {
			t.Errorf("%s gets %+v", as, list)
		}
	}
	// A changed word or another's key breaks it.
	list := w.receiptsOf("a-one", id)
	forged := strings.Replace(list[0].Text, `"applied"`, `"late"`, 1)
	if forged == list[0].Text || es256.Verify(testSigner().Key, shared.SignedReceiptText(shared.HashText(forged)), list[0].Signature) {
		t.Error("a changed receipt holds")
	}
	if es256.Verify(newSigner().Key, shared.SignedReceiptText(shared.HashText(list[0].Text)), list[0].Signature) {
		t.Error("a receipt holds by another key")
	}
	if answer := w.ask("a-one", "POST", "/api/receipts", `{"cases":[`+strings.TrimSuffix(strings.Repeat(`"x",`, maxReceipts+1), ",")+`]}`, nil); codeOfProblem(answer) != "request.malformed" {
		t.Errorf("too many: %d", answer.Code)
	}
}

// claimOf is what a phone says of its n-th operation.
func claimOf(t testing.TB, r *drive.Replica, n int, photos ...string) claim {
	return claim{Receipted: shared.Receipted{Replica: r.ID, Counter: int64(n), Hash: shared.HashText(r.Made[n-1]), Outcome: shared.OutcomeApplied, Photos: photos}, Case: caseOf(t, r, n)}
}

func (w *world) reckons(as string, asked reckonRequest) reckonAnswer {
	w.t.Helper()
	text, err := json.Marshal(asked)
	w.must(err)
	return read[reckonAnswer](w.t, w.ask(as, "POST", "/api/reckon", string(text), nil))
}

func runOf(claims ...claim) run {
	var list []shared.Receipted
	for _, c := range claims {
		list = append(list, c.Receipted)
	}
	return run{stretch: stretch{claims[0].Counter, claims[len(claims)-1].Counter}, Hash: shared.HashText(shared.ReckonText(list))}
}

func number(n int64) *int64 { return &n }

func (w *world) told() rescueAnswer {
	w.t.Helper()
	return read[rescueAnswer](w.t, w.ask("admin", "GET", "/api/office/rescue", "", nil))
}

func TestL13_R51_ADifferenceIsFoundLocatedAndToldToBothSides(t *testing.T) {
	w := newWorld(t)
	r := w.phone("a-one")
	first := w.report(r, "a-one", picture(1))
	second := w.reportOnly(r, picture(2)) // its photo never came
	claims := []claim{claimOf(t, r, 1, first), claimOf(t, r, 2)}
	equal := w.reckons("a-one", reckonRequest{Replica: r.ID, Records: number(2), Photos: number(1), Runs: []run{runOf(claims...)}})
	if len(equal.Unequal)+len(equal.Different) != 0 {
		t.Fatalf("%+v", equal)
	}
	told := w.told()
	if len(told.Differences) != 0 || told.Key != shared.KeyID(testSigner().Key) {
		t.Errorf("%+v", told)
	}
	if c := told.Compared; len(c) != 1 || c[0] != (comparedAnswer{r.ID, "采集员A-1", "a-one", w.clock.UnixMilli(), 2, 1, 0}) {
		t.Errorf("%+v", c)
	}

	// The phone holds more as acknowledged: a photo, a record that is not here, and another outcome.
	_, err := r.Make(shared.Body{Case: drive.NewID(), Source: shared.SourceCollector, Action: shared.ActionReport, Taxonomy: "1", Payload: shared.Payload{Category: category}, Time: shared.DeviceTime{Device: w.clock.UnixMilli()},
		Photos: []shared.Photo{{Hash: shared.HashText("third"), Size: 5, Type: "image/jpeg", Origin: shared.OriginCamera, Part: shared.PartScene}}})
	w.must(err)
	claims = []claim{claimOf(t, r, 1, first), claimOf(t, r, 2, second), claimOf(t, r, 3)}
	claims[0].Outcome = shared.OutcomeLate
	claims[1].GonePhotos = []string{second}
	asked := reckonRequest{Replica: r.ID, Runs: []run{runOf(claims...)}}
	if answer := w.reckons("a-one", asked); len(answer.Unequal) != 1 || answer.Unequal[0] != (stretch{1, 3}) {
		t.Fatalf("%+v", answer)
	}
	asked.Runs[0].Claims = claims
	answer := w.reckons("a-one", asked)
	want := []differenceAnswer{{1, caseOf(t, r, 1), ""}, {2, caseOf(t, r, 2), second}, {3, caseOf(t, r, 3), ""}}
	if fmt.Sprint(answer.Different) != fmt.Sprint(want) {
		t.Errorf("got  %+v\nwant %+v", answer.Different, want)
	}
	told = w.told()
	if told.Compared[0].Open != 3 || len(told.Differences) != 3 {
		t.Fatalf("%+v", told)
	}
	for _, d := range told.Differences {
		if d.Back || d.Proved || d.Held != (d.Photo == "") || d.Login != "a-one" || d.Short != shared.ShortID(r.ID, d.Counter) || d.FirstAt != w.clock.UnixMilli() {
			t.Errorf("%+v", d)
		}
	}
	// What comes after all is back; what is not stays.
	if answer := w.upload(r, "a-one", second, picture(2)); answer.Code != http.StatusCreated {
		t.Fatal(answer.Body)
	}
	push, err := r.Push(3, 3)
	w.must(err)
	if results, _ := w.store.Commit(t.Context(), []session.Push{{Push: push, Received: w.clock.UnixMilli()}}); len(results[0].Answers) != 1 {
		t.Fatalf("%+v", results[0])
	}
	told = w.told()
	if told.Compared[0].Open != 1 || told.Differences[0].Back || !told.Differences[1].Back || !told.Differences[2].Back || told.Differences[0].Counter != 1 {
		t.Errorf("%+v", told)
	}
}

// A claim with the centre's own receipt is told apart from one that a phone merely makes.
func TestL11_R51_AClaimIsProvedByTheCentresOwnReceiptAlone(t *testing.T) {
	w := newWorld(t)
	r := w.phone("a-one")
	w.reportOnly(r, picture(1))
	c := claimOf(t, r, 1)
	mine := wire.Answer{Counter: 1, Hash: c.Hash, Seq: 7, Epoch: "an epoch that was lost", Outcome: shared.OutcomeLate, Fault: "case.exists"}
	mine.Mac = w.server.Keys.Mac(mine.ReceiptText(r.ID))
	forged := mine
	forged.Epoch = "another"
	c.Outcome = shared.OutcomeLate
	for _, row := range []struct {
		name   string
		answer *wire.Answer
		proved bool
	}{{"none", nil, false}, {"forged", &forged, false}, {"its own", &mine, true}} {
		c.Answer = row.answer
		w.reckons("a-one", reckonRequest{Replica: r.ID, Runs: []run{{stretch: stretch{1, 1}, Claims: []claim{c}}}})
		if d := w.told().Differences; len(d) != 1 || d[0].Proved != row.proved {
			t.Errorf("%s: %+v", row.name, d)
		}
	}
}

func TestL10_R51_APhoneComparesOnlyItsOwn(t *testing.T) {
	w := newWorld(t)
	r := w.phone("a-one")
	w.reportOnly(r, picture(1))
	ask := func(as, body string) string { return codeOfProblem(w.ask(as, "POST", "/api/reckon", body, nil)) }
	whole := fmt.Sprintf(`{"replica":%q,"records":9,"photos":9,"runs":[]}`, r.ID)
	for _, as := range []string{"a-two", "a-leader", "b-one", "admin", "bx_camera"} {
		if code := ask(as, whole); code != "request.notPermitted" {
			t.Errorf("%s: %q", as, code)
		}
	}
	if code, unknown := ask("a-one", strings.Replace(whole, r.ID, drive.NewID(), 1)), "request.notPermitted"; code != unknown {
		t.Errorf("an unknown phone: %q", code)
	}
	if c := w.told().Compared; c[0].At != 0 {
		t.Errorf("it was noted: %+v", c)
	}
	for name, runs := range map[string]string{
		"no hash": `[{"from":1,"to":1}]`, "too long": `[{"from":1,"to":21,"hash":"` + shared.HashText("") + `"}]`, "from 0": `[{"from":0,"to":1,"claims":[]}]`,
		"another's claim": `[{"from":1,"to":1,"claims":[{"replica":"` + drive.NewID() + `","counter":1,"hash":"` + shared.HashText("") + `","outcome":"applied"}]}]`,
		"out of its run":  `[{"from":1,"to":1,"claims":[{"replica":"` + r.ID + `","counter":2,"hash":"` + shared.HashText("") + `","outcome":"applied"}]}]`,
		"no outcome":      `[{"from":1,"to":1,"claims":[{"replica":"` + r.ID + `","counter":1,"hash":"` + shared.HashText("") + `","outcome":"x"}]}]`,
	} {
		if code := ask("a-one", fmt.Sprintf(`{"replica":%q,"runs":%s}`, r.ID, runs)); code != "request.malformed" {
			t.Errorf("%s: %q", name, code)
		}
	}
}
