package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/wire"

	"github.com/gorilla/websocket"
)

// scissors is a connection that breaks after so many bytes were sent since it was armed.
type scissors struct {
	net.Conn
	mutex sync.Mutex
	left  int // -1: not armed
}

func (s *scissors) arm(left int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.left = left
}

func (s *scissors) Write(text []byte) (int, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.left < 0 {
		return s.Conn.Write(text)
	}
	n := min(len(text), s.left)
	s.left -= n
	if n > 0 {
		if _, err := s.Conn.Write(text[:n]); err != nil {
			return 0, err
		}
	}
	if n < len(text) {
		_ = s.Conn.(*net.TCPConn).SetLinger(0) // a reset, not a farewell
		return n, errors.Join(errors.New("cut"), s.Conn.Close())
	}
	return n, nil
}

// cuttable is a websocket of a client with scissors in it.
func cuttable(t *testing.T, c *drive.Client) (*websocket.Conn, *scissors) {
	t.Helper()
	address, err := url.Parse(c.Base)
	must(t, err)
	header := http.Header{"Origin": {c.Base}}
	for _, cookie := range c.HTTP.Jar.Cookies(address) {
		header.Add("Cookie", cookie.String())
	}
	cut := &scissors{left: -1}
	dialer := websocket.Dialer{Subprotocols: []string{wire.Subprotocol}, NetDialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		cut.Conn = conn
		return cut, err
	}}
	conn, _, err := dialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(c.Base, "http")+"/api/live", header)
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn, cut
}

// A push that breaks off at any of its bytes is taken whole or not at all, and sent again it has one effect and one answer.
func TestAsk1_L3_CutAtEveryByteOfAPush(t *testing.T) {
	server := start(t, demoData(t))
	client, replica := enrolled(t, server.URL(), "c601")
	line := greeted(t, client, replica)
	report(t, replica, picture(t, 1))
	answers, err := line.Push(replica)
	must(t, err)
	applied(t, answers)
	step := 1
	if testing.Short() {
		step = 17
	}
	report(t, replica, picture(t, 2))
	for bytes := 0; ; bytes += step {
		push, err := replica.Push(replica.Acked+1, int64(len(replica.Made)))
		must(t, err)
		text, err := json.Marshal(push)
		must(t, err)
		conn, cut := cuttable(t, client)
		must(t, conn.WriteJSON(wire.Hello{T: wire.TypeHello, V: wire.Version, App: "cut", Replicas: []wire.Holding{replica.Holding()}}))
		cut.arm(bytes)
		whole := conn.WriteMessage(websocket.TextMessage, text) == nil
		_ = conn.Close()
		if whole {
			break
		}
	}
	// Nothing of it was taken: the number is free, and the whole push is taken once.
	again := greeted(t, client, replica)
	answers, err = again.Push(replica)
	must(t, err)
	applied(t, answers)
	if len(answers) != 1 || answers[0].Counter != 2 {
		t.Errorf("answered %+v", answers)
	}
	desk := greeted(t, signedIn(t, server.URL(), "l6"))
	cases, _, _, err := desk.Pull()
	must(t, err)
	mine := 0
	for _, c := range cases {
		if c.Reporter.ID == replica.Author.ID && c.ReportedAt > time.Now().Add(-time.Hour).UnixMilli() && len(c.Timeline) == 1 && c.Timeline[0].Replica == replica.ID {
			mine++
		}
	}
	if mine != 2 {
		t.Errorf("there are %d cases of this phone, want 2", mine)
	}
}

// The same record and photo a hundred times, from two tabs at once, and nobody hears an answer.
func TestAsk3_L3_AHundredReplaysFromTwoTabsMakeOneCaseAndOnePhoto(t *testing.T) {
	data := demoData(t)
	server := start(t, data)
	client, replica := enrolled(t, server.URL(), "c601")
	photo := picture(t, 3)
	id, hash := report(t, replica, photo)
	const replays = 100
	push, err := replica.Push(1, 1)
	must(t, err)
	var tabs sync.WaitGroup
	for range 2 {
		tab := drive.NewClient(server.URL(), nil)
		tab.HTTP.Jar = client.HTTP.Jar
		tabs.Go(func() {
			for n := range replays {
				line, err := tab.Dial(t.Context())
				if err != nil {
					t.Errorf("dial: %v", err)
					return
				}
				holding := replica.Holding()
				err = errors.Join(line.Send(wire.Hello{T: wire.TypeHello, V: wire.Version, App: "tab", Replicas: []wire.Holding{holding}}), line.Send(push))
				if err == nil && n%3 == 0 { // this one waits until the server has spoken, and forgets it
					_, err = line.Next()
				}
				_ = line.Close()
				if err != nil {
					t.Errorf("replay %d: %v", n, err)
				}
			}
		})
	}
	tabs.Wait()
	line := greeted(t, client, replica)
	first, err := line.Push(replica)
	must(t, err)
	applied(t, first)
	var photos sync.WaitGroup
	for range 2 {
		tab := drive.NewClient(server.URL(), nil)
		tab.HTTP.Jar = client.HTTP.Jar
		photos.Go(func() {
			for range replays {
				_, _ = tab.Upload(t.Context(), replica, photo) // what it answers is not heard
			}
		})
	}
	photos.Wait()
	if _, err := client.Upload(t.Context(), replica, photo); shared.FaultCode(err) != "photo.held" {
		t.Errorf("after all replays the photo is %v", err)
	}
	replica.Acked, replica.AckedHash = 0, ""
	second, err := line.Push(replica)
	must(t, err)
	if len(second) != 1 || second[0] != first[0] {
		t.Errorf("answered %+v, then %+v", first, second)
	}
	desk := greeted(t, signedIn(t, server.URL(), "l6"))
	cases, _, _, err := desk.Pull()
	must(t, err)
	found := 0
	for _, c := range cases {
		for _, e := range c.Timeline {
			if e.Replica == replica.ID {
				found++
			}
		}
		if c.ID == id && (len(c.Photos) != 1 || c.Photos[0].Hash != hash || c.Photos[0].Here != shared.ArrivalHere) {
			t.Errorf("the case has photos %+v", c.Photos)
		}
	}
	if found != 1 {
		t.Errorf("the operation stands %d times on timelines", found)
	}
	if copies := filesNamed(t, data, hash); len(copies) != 1 {
		t.Errorf("copies of the photo: %v", copies)
	}
}

// filesNamed are the files below the photos that carry a hash in their names, derived ones left out.
func filesNamed(t *testing.T, data, hash string) (names []string) {
	t.Helper()
	must(t, filepath.WalkDir(filepath.Join(data, photosFolder), func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && strings.HasPrefix(entry.Name(), hash) && !strings.Contains(name, "screens") {
			names = append(names, name)
		}
		return err
	}))
	return names
}
