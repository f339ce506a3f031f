package main

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"buxun/server/demo"
	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/wire"

	"github.com/gorilla/websocket"
)

const category = "GB/T 47678.5-2026|matter|01023"

// asProgram makes the test binary the server itself: the child that a test kills is the real program.
const asProgram = "BUXUN_TEST_RUNS_THE_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		if plan := os.Getenv(asVictim); plan != "" {
			os.Exit(victim(plan))
		}
		main()
		return
	}
	os.Exit(m.Run())
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// template is a data directory with the demo in it, made once.
var template = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "buxun-template-")
	if err != nil {
		return "", err
	}
	return dir, seed(context.Background(), Config{Data: dir, NumberPrefix: "BX", Now: time.Now, Log: slog.New(slog.DiscardHandler)})
})

// demoData is a copy of the demo's data for one test.
func demoData(t testing.TB) string {
	t.Helper()
	from, err := template()
	must(t, err)
	dir := filepath.Join(t.TempDir(), "data")
	must(t, os.CopyFS(dir, os.DirFS(from)))
	return dir
}

// running is a server in this process.
type running struct {
	*Main
	t    testing.TB
	log  *journal
	stop func() error // stops and waits; the first call's error
}

// journal is a log that tests may read while it is written.
type journal struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (j *journal) Write(text []byte) (int, error) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.text.Write(text)
}

func (j *journal) String() string {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.text.String()
}

// start runs a server on a data directory and a port of its own.
func start(t testing.TB, data string, changes ...func(*Config)) *running {
	t.Helper()
	r := &running{t: t, log: &journal{}}
	config := Config{
		Listen: "127.0.0.1:0", Data: data, Demo: true, NumberPrefix: "BX", Now: time.Now, Patience: 10 * time.Second,
		Log:     slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	}
	for _, change := range changes {
		change(&config)
	}
	var err error
	r.Main, err = Open(t.Context(), config)
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	r.stop = sync.OnceValue(func() error {
		cancel()
		err := <-ended
		if err2 := r.Close(); err == nil {
			err = err2
		}
		return err
	})
	t.Cleanup(func() { must(t, r.stop()) })
	return r
}

// signedIn is a device of a demo person.
func signedIn(t testing.TB, url, login string) *drive.Client {
	t.Helper()
	c := drive.NewClient(url, nil)
	must(t, c.SignIn(t.Context(), login, demo.Password))
	return c
}

// enrolled is a device of a demo person with a replica.
func enrolled(t testing.TB, url, login string) (*drive.Client, *drive.Replica) {
	t.Helper()
	c := signedIn(t, url, login)
	r, err := drive.NewReplica(c.Who.Person.ID)
	must(t, err)
	must(t, c.Enrol(t.Context(), r))
	return c, r
}

// greeted is an open websocket that has said hello.
func greeted(t testing.TB, c *drive.Client, replicas ...*drive.Replica) *drive.Wire {
	t.Helper()
	w, err := c.Dial(t.Context())
	must(t, err)
	t.Cleanup(func() { _ = w.Close() })
	_, err = w.Hello(nil, replicas...)
	must(t, err)
	return w
}

// report makes an operation that opens a case, with one photo.
func report(t testing.TB, r *drive.Replica, photo []byte) (caseID, hash string) {
	t.Helper()
	now := time.Now().UnixMilli()
	b := shared.Body{
		Case: drive.NewID(), Source: shared.SourceCollector, Action: shared.ActionReport, Taxonomy: "1",
		Payload: shared.Payload{Category: category, Description: "井盖松动"}, Time: shared.DeviceTime{Device: now},
	}
	if photo != nil {
		b.Photos = []shared.Photo{{
			Hash: shared.HashText(string(photo)), Size: int64(len(photo)), Type: "image/jpeg", Origin: shared.OriginCamera, Part: shared.PartScene, TakenAt: now,
		}}
	} else {
		b.Photos = []shared.Photo{{Hash: shared.HashText(b.Case), Size: 1000, Type: "image/jpeg", Origin: shared.OriginCamera, Part: shared.PartScene}}
	}
	_, err := r.Make(b)
	must(t, err)
	return b.Case, b.Photos[0].Hash
}

// picture is a JPEG that differs with n.
func picture(t testing.TB, n int) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 200, 150))
	for i := range img.Pix {
		img.Pix[i] = uint8(i * (n + 3) >> 4)
	}
	var out bytes.Buffer
	must(t, jpeg.Encode(&out, img, nil))
	return out.Bytes()
}

// wide is a JPEG that is wider than a screen and differs with n.
func wide(t testing.TB, n int) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 1700, 4))
	for i := range img.Pix {
		img.Pix[i] = uint8(i * (n + 3) >> 4)
	}
	var out bytes.Buffer
	must(t, jpeg.Encode(&out, img, nil))
	return out.Bytes()
}

func applied(t testing.TB, answers []wire.Answer) {
	t.Helper()
	for _, a := range answers {
		if a.Outcome != shared.OutcomeApplied {
			t.Errorf("operation %d: %s %s", a.Counter, a.Outcome, a.Fault)
		}
	}
}

// closedWith reads until the server closes, and gives the close code.
func closedWith(w *drive.Wire) int {
	for {
		_, err := w.Next()
		if closed := (*websocket.CloseError)(nil); errors.As(err, &closed) {
			return closed.Code
		}
		if err != nil {
			return -1
		}
	}
}

// buxun runs one subcommand and gives what it printed and its exit code.
func buxun(t testing.TB, input string, words ...string) (out string, code int) {
	t.Helper()
	var both bytes.Buffer
	code = run(t.Context(), words, terminal{strings.NewReader(input), &both, &both})
	return both.String(), code
}

func get(t testing.TB, url string) (status int, body string) {
	t.Helper()
	response, err := http.Get(url)
	must(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(t, err)
	return response.StatusCode, string(text)
}
