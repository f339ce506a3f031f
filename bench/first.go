package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"buxun/shared"
	"buxun/sync/wire"
)

// comeAgain is how long a phone waits after a cut, as its back-off begins.
const comeAgain = time.Second

// measureFirstSync has an empty phone load the app, its tables and 2,000 open cases over a line that is slow, far and bad.
func measureFirstSync(ctx context.Context, b *bench) (map[string]figure, error) {
	w, err := makeWorld(ctx, filepath.Join(b.dir, "ours"), 1, 26)
	if err != nil {
		return nil, err
	}
	s, err := w.serve(ctx)
	if err != nil {
		return nil, err
	}
	defer s.end()
	if err := w.fill(ctx, s.base, w.phones[1:], 80); err != nil {
		return nil, err
	}
	var usable, complete []float64
	cuts, shell := 0, 0
	for round := range b.rounds() {
		l, err := layLine(ctx, b.dir, s.base, mode{"bytesPerSecond": 125_000, "latencyMs": 150, "resetPercent": 2, "seed": round + 1})
		if err != nil {
			return nil, err
		}
		one, err := w.phones[1].begin(ctx, l.base)
		if err == nil && one.cases != 2000 {
			err = fmt.Errorf("%d cases came of 2000", one.cases)
		}
		if err != nil {
			l.stop()
			return nil, fmt.Errorf("round %d: %w", round+1, err)
		}
		sent, err := l.carried()
		l.stop()
		if err != nil {
			return nil, err
		}
		cuts, shell = cuts+sent.Cut, one.shell
		usable, complete = append(usable, one.first.Seconds()), append(complete, one.took.Seconds())
	}
	note := fmt.Sprintf("Go driver; %d resets in %d rounds; usable: the page and the files that it names, tables, first page of cases; the other files of the app (%d kB in all) come beside the pull", cuts, len(usable), shell/1000)
	return map[string]figure{
		"first_sync_usable_s": {Ours: median(usable), Unit: "s", Note: note},
		"first_sync_s":        {Ours: median(complete), Unit: "s", Note: "2,000 cases with their timelines"},
	}, nil
}

type begun struct {
	pulled
	shell int // bytes
}

// begin is a first visit: the app's files, the tables, and the pull, taken up again after every cut.
func (p *phone) begin(ctx context.Context, base string) (one begun, err error) {
	at := time.Now()
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}
	if one.shell, err = loadNamed(ctx, client, base, "/"); err != nil {
		return one, err
	}
	var table struct{ URL string }
	text, _, err := p.fetch(ctx, client, base+"/api/taxonomy")
	if err == nil {
		err = json.Unmarshal(text, &table)
	}
	if err != nil {
		return one, err
	}
	for _, path := range []string{table.URL, "/api/directory"} {
		if _, _, err := p.fetch(ctx, client, base+path); err != nil {
			return one, err
		}
	}
	// The service worker fetches the rest of the app beside the pull.
	rest := make(chan error, 1)
	go func() {
		beside := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}
		size, err := loadNamed(ctx, beside, base, "/sw.js")
		one.shell += size
		rest <- err
	}()
	known := map[string]bool{}
	var cursor *wire.Cursor
	for {
		done, err := p.pullSome(ctx, base, &cursor, known, func() {
			if one.first == 0 {
				one.first = time.Since(at)
			}
		})
		if done || ctx.Err() != nil {
			if err := <-rest; err != nil {
				return one, err
			}
			one.took, one.cases = time.Since(at), len(known)
			return one, ctx.Err()
		}
		if shared.FaultCode(err) != "internal" {
			return one, err
		}
		time.Sleep(comeAgain)
	}
}

// pullSome goes on from the cursor until the pull is complete or the line is cut.
func (p *phone) pullSome(ctx context.Context, base string, cursor **wire.Cursor, known map[string]bool, first func()) (done bool, err error) {
	s, err := p.dial(ctx, base)
	if err != nil {
		return false, err
	}
	defer s.Close()
	greeting := hello(p)
	greeting.Cursor = *cursor
	if err := s.send(ready(greeting), ready(wire.Pull{T: wire.TypePull})); err != nil {
		return false, err
	}
	var welcome wire.Welcome
	for {
		if err := s.SetReadDeadline(time.Now().Add(40 * time.Second)); err != nil {
			return false, err
		}
		text, err := s.next()
		if err != nil {
			return false, err
		}
		switch kind(text) {
		case wire.TypeFault:
			return false, shared.Fail("frame.malformed", string(text))
		case wire.TypeWelcome:
			if err := json.Unmarshal(text, &welcome); err != nil {
				return false, err
			}
		case wire.TypeCases:
			var page wire.Cases
			if err := json.Unmarshal(text, &page); err != nil {
				return false, err
			}
			for _, id := range page.Columns["id"] {
				known[string(id)] = true
			}
			first()
			*cursor = &wire.Cursor{Epoch: welcome.Epoch, Scope: welcome.Scope, Seq: page.Seq}
			if !page.More {
				return true, nil
			}
			if err := s.send(ready(wire.Have{T: wire.TypeHave, Seq: page.Seq})); err != nil {
				return false, err
			}
		}
	}
}

var namesOfShell = regexp.MustCompile(`/?assets/[\w.-]+`)

// loadNamed fetches a file and every file that it names, one after the other.
func loadNamed(ctx context.Context, client *http.Client, base, path string) (size int, err error) {
	var names []string
	nobody := &phone{}
	text, size, err := nobody.fetch(ctx, client, base+path)
	if err != nil {
		return 0, err
	}
	for _, name := range namesOfShell.FindAllString(string(text), -1) {
		if name = "/" + strings.TrimPrefix(name, "/"); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, name := range names {
		_, over, err := nobody.fetch(ctx, client, base+name)
		if err != nil {
			return 0, err
		}
		size += over
	}
	return size, nil
}

// fetch gets a file, again and again where the line is cut. over is what came over the wire.
func (p *phone) fetch(ctx context.Context, client *http.Client, address string) (text []byte, over int, err error) {
	for try := 0; ; try++ {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return nil, 0, err
		}
		request.Header.Set("Accept-Encoding", "gzip")
		request.Header.Set("Cookie", sessionCookie+"="+p.token)
		response, err := client.Do(request)
		var body []byte
		if err == nil {
			body, err = io.ReadAll(response.Body)
			_ = response.Body.Close()
		}
		switch {
		case err != nil && try < 20 && ctx.Err() == nil:
			time.Sleep(comeAgain / 4)
			continue
		case err != nil:
			return nil, 0, fmt.Errorf("fetch %s: %w", address, err)
		case response.StatusCode == http.StatusNotFound && filepath.Base(address) == "sw.js":
			return nil, 0, nil // the client is not built
		case response.StatusCode != http.StatusOK:
			return nil, 0, fmt.Errorf("fetch %s: status %d", address, response.StatusCode)
		}
		text, err = unpacked(response, body)
		return text, len(body), err
	}
}

// unpacked is a body as the page sees it.
func unpacked(response *http.Response, body []byte) ([]byte, error) {
	if response.Header.Get("Content-Encoding") != "gzip" {
		return body, nil
	}
	open, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(open)
}
