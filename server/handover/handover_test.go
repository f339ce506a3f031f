package handover_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"buxun/server/es256"
	"buxun/server/handover"
	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// desk is a centre that notes what it is brought.
type desk struct {
	handover.Centre
	pushes []session.Push
	photos [][]byte
	known  map[string]session.Replica
}

func newDesk(t testing.TB, replicas ...*drive.Replica) *desk {
	key, err := handover.OpenKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{known: map[string]session.Replica{}}
	for _, r := range replicas {
		der, err := base64.RawURLEncoding.DecodeString(r.Key())
		if err != nil {
			t.Fatal(err)
		}
		d.known[r.ID] = session.Replica{ID: r.ID, Author: r.Author, Key: der}
	}
	d.Centre = handover.Centre{
		Key: key, Now: time.Now,
		Replica: func(_ context.Context, id string) (session.Replica, bool, error) {
			r, ok := d.known[id]
			return r, ok, nil
		},
		Commit: func(_ context.Context, p session.Push) (session.Result, error) {
			d.pushes = append(d.pushes, p)
			return session.Result{Replica: p.Replica, Answers: []wire.Answer{{Counter: p.First, Outcome: shared.OutcomeApplied}}}, nil
		},
		Photo: func(_ context.Context, _ wire.HandoverFile, content io.Reader) (bool, error) {
			got, err := io.ReadAll(content)
			d.photos = append(d.photos, got)
			return false, err
		},
	}
	return d
}

func (d *desk) bring(t testing.TB, file []byte) (handover.Outcome, error) {
	t.Helper()
	d.pushes, d.photos = nil, nil
	return d.Deliver(t.Context(), bytes.NewReader(file))
}

// refuses says that a file does nothing, with one of the codes.
func (d *desk) refuses(t testing.TB, what string, file []byte, codes ...string) {
	t.Helper()
	_, err := d.bring(t, file)
	if !strings.Contains(" "+strings.Join(codes, " ")+" ", " "+shared.FaultCode(err)+" ") || err == nil {
		t.Errorf("%s: %v, want %v", what, err, codes)
	}
	if len(d.pushes)+len(d.photos) > 0 {
		t.Errorf("%s: it was refused and %d records and %d photos were taken", what, len(d.pushes), len(d.photos))
	}
}

// words must not stand in a file.
const words = "井盖丢了 a manhole cover is gone"

func made(t testing.TB) *drive.Replica {
	r, err := drive.NewReplica(drive.NewID())
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := r.Make(shared.Body{Case: drive.NewID(), Action: shared.ActionReport, Payload: shared.Payload{Description: words}}); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// jpeg are bytes of so many that begin as a JPEG does.
func jpeg(n int) []byte {
	return append([]byte("\xff\xd8\xff\xe1\x00\x10Exif"), bytes.Repeat([]byte("步巡照片"), n/12)...)
}

func must(t testing.TB, file []byte, err error) []byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestR47_AFileBringsWhatIsInIt(t *testing.T) {
	r := made(t)
	d := newDesk(t, r)
	one, other := jpeg(700_000), jpeg(30)
	file, err := drive.Handover(d.Key.Public(), r, 2, 3, one, other)
	outcome, err := d.bring(t, must(t, file, err))
	if err != nil || outcome.Records.Taken != 2 || outcome.Photos.Taken != 2 || len(outcome.Faults) > 0 {
		t.Fatalf("%+v %v", outcome, err)
	}
	if d.pushes[0].First != 2 || d.pushes[1].Operations[0] != r.Made[2] || d.pushes[1].Oldest != 0 {
		t.Errorf("%+v", d.pushes)
	}
	if !bytes.Equal(d.photos[0], one) || !bytes.Equal(d.photos[1], other) {
		t.Error("the photos are not those that went in")
	}
}

// The first chunk's last byte, the whole plaintext an exact number of chunks: no length has a file of its own kind.
func TestEveryLengthOpens(t *testing.T) {
	r := made(t)
	d := newDesk(t, r)
	file, err := drive.Handover(d.Key.Public(), r, 1, 1, jpeg(0))
	empty := len(must(t, file, err)) - wire.HandoverTagBytes - 81 - len(jpeg(0))
	for _, over := range []int{-1, 0, 1} {
		content := bytes.Repeat([]byte("p"), 2*wire.HandoverChunkBytes-empty+over)
		file, err := drive.Handover(d.Key.Public(), r, 1, 1, content)
		outcome, err := d.bring(t, must(t, file, err))
		if err != nil || outcome.Photos.Taken != 1 || !bytes.Equal(d.photos[0], content) {
			t.Errorf("%+d: %+v %v", over, outcome, err)
		}
	}
}

func TestTheCourierReadsNothing(t *testing.T) {
	r := made(t)
	d := newDesk(t, r)
	file, err := drive.Handover(d.Key.Public(), r, 1, 3, jpeg(1000))
	file = must(t, file, err)
	for _, secret := range []string{"\xff\xd8\xff", "Exif", "井盖", "manhole", "replica", r.ID, r.Author.ID, "buxun operation", "\"v\":1"} {
		if bytes.Contains(file, []byte(secret)) {
			t.Errorf("%q stands in the file", secret)
		}
	}
	d.refusesOther(t, file)
}

// refusesOther: another centre's key does not open it.
func (d *desk) refusesOther(t *testing.T, file []byte) {
	other := newDesk(t)
	other.known = d.known
	other.refuses(t, "another centre", file, "handover.otherCentre")
	mark, err := drive.Handover(other.Key.Public(), made(t), 1, 1)
	must(t, mark, err)
	copy(file[8:16], mark[8:16]) // as if it were for that centre
	other.refuses(t, "another centre's mark", file, "handover.altered")
}

// A byte that was changed anywhere, an end that is missing, chunks that changed places: nothing of the file is taken.
func TestR48_AChangedFileDoesNothing(t *testing.T) {
	r := made(t)
	d := newDesk(t, r)
	file, err := drive.Handover(d.Key.Public(), r, 1, 3, jpeg(600_000))
	file = must(t, file, err)
	if _, err := d.bring(t, file); err != nil {
		t.Fatal(err)
	}
	faults := []string{"handover.altered", "handover.notOne", "handover.otherCentre"}
	const chunk = wire.HandoverChunkBytes + wire.HandoverTagBytes
	places := []int{81 + chunk - 17, 81 + chunk - 1, 81 + chunk, 81 + 2*chunk - 1, 81 + 2*chunk, len(file) - 17, len(file) - 1}
	for at := range 1500 { // head, length, contents, signature
		places = append(places, at)
	}
	for at := 1500; at < len(file); at += 37_813 {
		places = append(places, at)
	}
	for _, at := range places {
		changed := bytes.Clone(file)
		changed[at] ^= 1 << (at % 8)
		d.refuses(t, fmt.Sprint("byte ", at), changed, faults...)
	}
	for _, n := range append(places, 0, 80, 81, 82, 97, 98) {
		d.refuses(t, "cut", file[:n], faults...)
	}
	d.refuses(t, "one byte more", append(bytes.Clone(file), 0), faults...)
	d.refuses(t, "twice", append(bytes.Clone(file), file[81:]...), faults...)
	swapped := bytes.Clone(file)
	copy(swapped[81:], file[81+chunk:81+2*chunk])
	copy(swapped[81+chunk:], file[81:81+chunk])
	d.refuses(t, "chunks changed places", swapped, faults...)
	d.refuses(t, "a chunk is left out", append(bytes.Clone(file[:81]), file[81+chunk:]...), faults...)
	d.refuses(t, "a photo", jpeg(1000), "handover.notOne")
	d.refuses(t, "nothing", nil, "handover.notOne")
}

// Whoever knows the centre's key can seal; only the phone can sign.
func TestOnlyAKnownPhoneSigns(t *testing.T) {
	r, forger, stranger := made(t), made(t), made(t)
	d := newDesk(t, r, forger)
	contents := func(by *drive.Replica) []byte {
		return []byte(`{"v":1,"replica":"` + by.ID + `","at":1,"pushes":[],"files":[]}`)
	}
	file, err := drive.SealHandover(d.Key.Public(), r, contents(r), nil)
	if _, err := d.bring(t, must(t, file, err)); err != nil {
		t.Error(err)
	}
	file, err = drive.SealHandover(d.Key.Public(), forger, contents(r), nil)
	d.refuses(t, "signed by another", must(t, file, err), "handover.altered")
	file, err = drive.SealHandover(d.Key.Public(), stranger, contents(stranger), nil)
	d.refuses(t, "a stranger", must(t, file, err), "handover.unknownPhone")
	for what, text := range map[string]string{
		"more files than bytes": `{"v":1,"replica":"` + r.ID + `","files":[{"replica":"` + r.ID + `","hash":"` + strings.Repeat("a", 64) + `","size":9}]}`,
		"a hash that is a path": `{"v":1,"replica":"` + r.ID + `","files":[{"replica":"` + r.ID + `","hash":"../../etc/passwd","size":4}]}`,
		"a negative size":       `{"v":1,"replica":"` + r.ID + `","files":[{"replica":"` + r.ID + `","hash":"` + strings.Repeat("a", 64) + `","size":-4}]}`,
		"no JSON":               `{"v":1,`,
		"an empty push":         `{"v":1,"replica":"` + r.ID + `","pushes":[{"replica":"` + r.ID + `","first":1}]}`,
	} {
		file, err := drive.SealHandover(d.Key.Public(), r, []byte(text), []byte("four"))
		d.refuses(t, what, must(t, file, err), "handover.altered")
	}
	file, err = drive.SealHandover(d.Key.Public(), r, []byte(`{"v":2,"replica":"`+r.ID+`"}`), nil)
	d.refuses(t, "a later version", must(t, file, err), "protocol.unknown")
}

// What could not be taken for no fault of the file is said as an error, and the file may be brought again.
func TestTroubleAtTheCentreIsNoRefusal(t *testing.T) {
	r := made(t)
	d := newDesk(t, r)
	file, err := drive.Handover(d.Key.Public(), r, 1, 1, jpeg(100))
	must(t, file, err)
	take := d.Photo
	d.Photo = func(context.Context, wire.HandoverFile, io.Reader) (bool, error) {
		return false, shared.Fail("storage.full", "")
	}
	if _, err := d.bring(t, file); shared.FaultCode(err) != "storage.full" {
		t.Error(err)
	}
	d.Photo = take
	d.Commit = func(_ context.Context, p session.Push) (session.Result, error) {
		return session.Result{Fault: &wire.Fault{Code: "server.busy"}}, nil
	}
	if _, err := d.bring(t, file); shared.FaultCode(err) != "server.busy" || len(d.photos) > 0 {
		t.Error(err)
	}
}

func TestTheKeyIsMadeOnce(t *testing.T) {
	dir := t.TempDir()
	first, err := handover.OpenKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := handover.OpenKey(dir)
	if err != nil || again.Public() != first.Public() {
		t.Errorf("%v: another key at the second start", err)
	}
	stat, err := os.Stat(filepath.Join(dir, handover.KeyFile))
	if err != nil || stat.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", stat, err)
	}
	if err := os.WriteFile(filepath.Join(dir, handover.KeyFile), make([]byte, 32), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := handover.OpenKey(dir); err == nil {
		t.Error("a key of zeros was opened")
	}
}

// FuzzContents: whatever a phone of ours signs, nothing panics, and every refusal is of the catalogue.
func FuzzContents(f *testing.F) {
	r := made(f)
	d := newDesk(f, r)
	f.Add([]byte(`{"v":1,"replica":"`+r.ID+`","at":1,"pushes":[],"files":[]}`), []byte{})
	f.Add([]byte(`{"v":1,"pushes":[{"t":"push","replica":"x","first":1,"oldest":1,"operations":["{}"],"signature":""}]}`), []byte("x"))
	f.Add([]byte(`{"v":1,"replica":null,"files":[{"size":1e99}]}`), []byte("x"))
	f.Fuzz(func(t *testing.T, text, files []byte) {
		text = bytes.ReplaceAll(text, []byte("R"), []byte(r.ID))
		file, err := drive.SealHandover(d.Key.Public(), r, text, files)
		_, err = d.bring(t, must(t, file, err))
		if code := shared.FaultCode(err); err != nil && code != "handover.altered" && code != "handover.unknownPhone" && code != "protocol.unknown" {
			t.Fatal(err)
		}
	})
}

// FuzzFile: bytes that no phone made.
func FuzzFile(f *testing.F) {
	r := made(f)
	d := newDesk(f, r)
	file, err := drive.Handover(d.Key.Public(), r, 1, 1, jpeg(50))
	f.Add(must(f, file, err))
	f.Add(file[:81])
	f.Add([]byte(wire.HandoverMagic))
	f.Fuzz(func(t *testing.T, content []byte) {
		if bytes.Equal(content, file) {
			return
		}
		d.refuses(t, "fuzzed", content, "handover.altered", "handover.notOne", "handover.otherCentre")
	})
}

// A file that neither half made (a third implementation did), which the phone's half seals byte for byte.
func TestTheVectorOpens(t *testing.T) {
	text, err := os.ReadFile("../../sync/vectors/handover.json")
	var vector struct {
		Centre                                       struct{ Private, Public string }
		ReplicaKey, Contents, Signature, Photo, File string
	}
	if err = errors.Join(err, json.Unmarshal(text, &vector)); err != nil {
		t.Fatal(err)
	}
	raw := func(text string) []byte {
		bytes, err := base64.RawURLEncoding.DecodeString(text)
		return must(t, bytes, err)
	}
	dir := t.TempDir()
	must(t, nil, os.WriteFile(filepath.Join(dir, handover.KeyFile), raw(vector.Centre.Private), 0o600))
	key, err := handover.OpenKey(dir)
	if err != nil || key.Public() != vector.Centre.Public {
		t.Fatalf("%v: another public key", err)
	}
	opened, err := key.Open(bytes.NewReader(raw(vector.File)))
	if err != nil {
		t.Fatal(err)
	}
	var want wire.Handover
	must(t, nil, json.Unmarshal([]byte(vector.Contents), &want))
	photo, err := io.ReadAll(opened.Files)
	must(t, photo, err)
	if !reflect.DeepEqual(opened.Handover, want) || opened.Signature != vector.Signature || !bytes.Equal(photo, raw(vector.Photo)) {
		t.Errorf("it opened as %+v", opened)
	}
	if !es256.Verify(raw(vector.ReplicaKey), opened.Signed, opened.Signature) {
		t.Error("its signature does not hold")
	}
}
