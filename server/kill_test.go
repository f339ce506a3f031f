package main

import (
	"bufio"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"buxun/server/demo"
	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/wire"
)

// The settings and the order of writes are proved in server/sqlite and server/photo; a kill cannot show them (it leaves the
// system's caches alone). It shows that nothing was acknowledged that the program itself still held.

// child is the real program in a process of its own.
type child struct {
	*exec.Cmd
	url string
}

// spawn starts the program on a data directory and waits until it says where it is.
func spawn(t *testing.T, data string) *child {
	t.Helper()
	program, err := os.Executable()
	must(t, err)
	return launch(t, program, data)
}

// launch starts a program of ours, with more in its environment.
func launch(t *testing.T, program, data string, environment ...string) *child {
	t.Helper()
	c := &child{Cmd: exec.Command(program, "serve", "--demo", "--data", data, "--listen", "127.0.0.1:0", "--log-level", "error")}
	c.Env = append(append(os.Environ(), asProgram+"=1"), environment...)
	c.Stderr, c.SysProcAttr = os.Stderr, withParent
	out, err := c.StdoutPipe()
	must(t, err)
	must(t, c.Start())
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	lines := bufio.NewScanner(out)
	for c.url == "" && lines.Scan() {
		for _, word := range strings.Fields(lines.Text()) {
			if strings.HasPrefix(word, "http://127.0.0.1:") {
				c.url = word
			}
		}
	}
	if c.url == "" {
		t.Fatalf("the program did not say where it is: %v", lines.Err())
	}
	go io.Copy(io.Discard, out) //nolint:errcheck // it ends with the program
	return c
}

// pusher is one phone and all that was acknowledged to it, over all kills.
type pusher struct {
	client  *drive.Client
	replica *drive.Replica
	answers map[int64]wire.Answer
	photos  map[string][]byte // acknowledged, by hash
	waiting [][]byte          // photos of acknowledged operations that were not
}

// seedOfKills is fresh each time unless BUXUN_KILL_SEED repeats one.
func seedOfKills(t *testing.T) uint64 {
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("BUXUN_KILL_SEED"); text != "" {
		var err error
		seed, err = strconv.ParseUint(text, 10, 64)
		must(t, err)
	}
	t.Logf("repeat with BUXUN_KILL_SEED=%d", seed)
	return seed
}

func TestL2_WhatWasAcknowledgedIsThereAfterAKill(t *testing.T) {
	const rounds = 4
	chance := rand.New(rand.NewPCG(seedOfKills(t), 0))
	data := demoData(t)
	var pushers []*pusher
	server := spawn(t, data)
	for _, login := range []string{"c601", "c602", "c603", "c604"} {
		client, replica := enrolled(t, server.url, login)
		pushers = append(pushers, &pusher{client, replica, map[int64]wire.Answer{}, map[string][]byte{}, nil})
	}
	total := 0
	for round := range rounds {
		killAfter := int64(1 + chance.IntN(60))
		var acknowledged atomic.Int64
		var group sync.WaitGroup
		for n, p := range pushers {
			group.Go(func() {
				p.work(t, round*1000+n, func() {
					if acknowledged.Add(1) == killAfter {
						_ = server.Process.Kill()
					}
				})
			})
		}
		group.Wait()
		_ = server.Wait()
		server = spawn(t, data)
		for _, p := range pushers {
			p.client.Base = server.url
			must(t, p.client.SignIn(t.Context(), "c601", demo.Password))
			p.verify(t)
		}
		total += int(acknowledged.Load())
	}
	if total < rounds {
		t.Errorf("only %d acknowledgements in %d rounds: nothing was tested", total, rounds)
	}
	t.Logf("%d acknowledgements over %d kills", total, rounds)
}

// work pushes and uploads until the connection breaks.
func (p *pusher) work(t *testing.T, salt int, acknowledged func()) {
	line, err := p.client.Dial(t.Context())
	if err != nil {
		return
	}
	defer line.Close()
	if _, err := line.Hello(nil, p.replica); err != nil {
		return
	}
	for n := 0; ; n++ {
		photo := picture(t, salt*100+n)
		report(t, p.replica, photo)
		answers, err := line.Push(p.replica)
		for _, a := range answers {
			p.answers[a.Counter] = a
			acknowledged()
		}
		if err != nil {
			return
		}
		p.waiting = append(p.waiting, photo)
		if state, err := p.client.Upload(t.Context(), p.replica, photo); err != nil || state != shared.ArrivalHere {
			return
		}
		p.waiting = p.waiting[:len(p.waiting)-1]
		p.photos[shared.HashText(string(photo))] = photo
		acknowledged()
	}
}

// verify pushes everything again: what was acknowledged is a repeat with the very same answer (L3), what was not is taken
// now. Photos that were acknowledged are there, byte for byte.
func (p *pusher) verify(t *testing.T) {
	t.Helper()
	line, err := p.client.Dial(t.Context())
	must(t, err)
	defer line.Close()
	welcome, err := line.Hello(nil, p.replica)
	must(t, err)
	if known := welcome.Replicas[0].Counter; known < p.replica.Acked {
		t.Errorf("replica %s: acknowledged up to %d, known up to %d", p.replica.ID, p.replica.Acked, known)
	}
	p.replica.Acked = 0
	answers, err := line.Push(p.replica)
	must(t, err)
	for _, a := range answers {
		if before, ok := p.answers[a.Counter]; ok && before != a {
			t.Errorf("operation %s/%d: answered %+v, after the kill %+v", p.replica.ID, a.Counter, before, a)
		}
		p.answers[a.Counter] = a
	}
	for hash, photo := range p.photos {
		got, err := p.client.Photo(t.Context(), hash)
		if err != nil || string(got) != string(photo) {
			t.Errorf("photo %s was acknowledged and is gone: %v", hash, err)
		}
	}
	for _, photo := range p.waiting {
		if _, err := p.client.Upload(t.Context(), p.replica, photo); err != nil && shared.FaultCode(err) != "photo.held" {
			t.Errorf("a photo that was cut does not resume: %v", err)
		}
		p.photos[shared.HashText(string(photo))] = photo
	}
	p.waiting = nil
}

// The photo is large enough that half of it is on its way when the server dies: the next life has the half, and what it has is
// not sent again.
func TestL8_APhotoThatAKillCutInTheMiddleGoesOn(t *testing.T) {
	data := demoData(t)
	server := spawn(t, data)
	client, replica := enrolled(t, server.url, "c601")
	line := greeted(t, client, replica)
	photo := append(picture(t, 1), make([]byte, 400_000)...) // what stands behind a picture's end belongs to its bytes
	_, hash := report(t, replica, photo)
	answers, err := line.Push(replica)
	must(t, err)
	applied(t, answers)

	half, parts, cut := len(photo)/2, make(chan []byte, 1), make(chan error, 1)
	go func() {
		_, err := client.UploadFrom(t.Context(), replica, hash, int64(len(photo)), &trickle{parts: parts})
		cut <- err
	}()
	parts <- photo[:half]
	partial := filepath.Join(data, "photos", "uploads", hash+"."+replica.ID)
	until(t, func() bool {
		stat, err := os.Stat(partial)
		return err == nil && stat.Size() == int64(half)
	})
	must(t, server.Process.Kill())
	_ = server.Wait()
	close(parts)
	if err := <-cut; err == nil {
		t.Fatal("half a photo was acknowledged")
	}

	server = spawn(t, data)
	sent := &counting{}
	client.Base, client.HTTP.Transport = server.url, sent
	must(t, client.SignIn(t.Context(), "c601", demo.Password))
	sent.bytes.Store(0)
	if state, err := client.Upload(t.Context(), replica, photo); err != nil || state != shared.ArrivalHere {
		t.Errorf("it does not go on: %q, %v", state, err)
	}
	if got, want := sent.bytes.Load(), int64(len(photo)-half); got != want {
		t.Errorf("%d bytes were sent for the %d that were missing", got, want)
	}
	if got, err := client.Photo(t.Context(), hash); err != nil || string(got) != string(photo) {
		t.Errorf("the photo is not what was taken: %v", err)
	}
}

// counting counts the bytes of bodies that are sent.
type counting struct{ bytes atomic.Int64 }

func (c *counting) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Body != nil && request.Body != http.NoBody {
		request = request.Clone(request.Context())
		request.Body = &counted{request.Body, c}
	}
	return http.DefaultTransport.RoundTrip(request)
}

type counted struct {
	io.ReadCloser
	to *counting
}

func (c *counted) Read(into []byte) (int, error) {
	n, err := c.ReadCloser.Read(into)
	c.to.bytes.Add(int64(n))
	return n, err
}

// until waits for what another process does.
func until(t *testing.T, done func() bool) {
	t.Helper()
	tick, end := time.NewTicker(5*time.Millisecond), time.After(20*time.Second)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatal("it did not come to pass")
		}
	}
}
