package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"buxun/sync/wire"
)

// measurePull has an empty replica pull 10,000 cases of its squad, against PocketBase's list API with the largest page, compressed.
func measurePull(ctx context.Context, b *bench) (map[string]figure, error) {
	w, err := makeWorld(ctx, filepath.Join(b.dir, "ours"), 1, 26)
	if err != nil {
		return nil, err
	}
	s, err := w.serve(ctx)
	if err != nil {
		return nil, err
	}
	defer s.end()
	if err := w.fill(ctx, s.base, w.phones[1:], pick(b, 400, 80)); err != nil {
		return nil, err
	}
	rows := filepath.Join(b.dir, "rows")
	if _, err := exportRows(w.database(), rows); err != nil {
		return nil, err
	}
	array, count, err := gzippedArray(w.database())
	if err != nil {
		return nil, err
	}
	peers, err := servePocketBase(ctx, b.dir, "--rows", rows)
	if err != nil {
		return nil, err
	}
	defer peers.stop()
	var ours, theirs, sizes, theirSizes []float64
	for range 2*b.rounds() - 1 {
		one, err := w.phones[0].pull(ctx, s.base)
		if err == nil && one.cases != count {
			err = fmt.Errorf("%d cases came of %d", one.cases, count)
		}
		if err != nil {
			return nil, fmt.Errorf("pull: %w", err)
		}
		other, err := peers.list(ctx)
		if err == nil && other.cases != count {
			err = fmt.Errorf("%d cases came of %d", other.cases, count)
		}
		if err != nil {
			return nil, fmt.Errorf("list of PocketBase: %w", err)
		}
		ours, sizes = append(ours, milliseconds(one.took)), append(sizes, float64(one.bytes))
		theirs, theirSizes = append(theirs, milliseconds(other.took)), append(theirSizes, float64(other.bytes))
	}
	note := fmt.Sprintf("%d cases, %d rounds; ours %.2f MB, PocketBase %.2f MB on the wire", count, len(ours), median(sizes)/1e6, median(theirSizes)/1e6)
	return map[string]figure{
		"pull_wall_vs_pocketbase": against(median(ours), median(theirs), "ms", note),
		"pull_bytes_vs_gzip_json": against(median(sizes)/1e6, float64(array)/1e6, "MB", "websocket frames and all, against the cases as they are stored"),
	}, nil
}

// pulled is what a first sync cost.
type pulled struct {
	took  time.Duration
	first time.Duration // until the first page was read
	bytes int64
	cases int
}

// pull says hello with nothing and reads all pages, as far as their columns are JSON.
func (p *phone) pull(ctx context.Context, base string) (pulled, error) {
	var one pulled
	s, err := p.dial(ctx, base)
	if err != nil {
		return one, err
	}
	defer s.Close()
	begun := s.read.Load()
	at := time.Now()
	if err := s.send(ready(wire.Hello{T: wire.TypeHello, V: wire.Version, App: "bench", Replicas: []wire.Holding{}}), ready(wire.Pull{T: wire.TypePull})); err != nil {
		return one, err
	}
	if err := s.SetReadDeadline(at.Add(answerPatience)); err != nil {
		return one, err
	}
	for {
		text, err := s.next()
		if err != nil {
			return one, fmt.Errorf("read page: %w", err)
		}
		switch kind(text) {
		case wire.TypeFault:
			return one, fmt.Errorf("refused: %.300s", text)
		case wire.TypeCases:
		default:
			continue
		}
		var page wire.Cases
		if err := json.Unmarshal(text, &page); err != nil {
			return one, fmt.Errorf("read page: %w", err)
		}
		if one.cases += len(page.Columns["id"]); one.first == 0 {
			one.first = time.Since(at)
		}
		if !page.More {
			one.took, one.bytes = time.Since(at), s.read.Load()-begun
			return one, nil
		}
		if err := s.send(ready(wire.Have{T: wire.TypeHave, Seq: page.Seq})); err != nil {
			return one, err
		}
	}
}

// ready packs a frame of ours that cannot fail to be packed.
func ready(frame any) []byte {
	text, err := packed(frame)
	if err != nil {
		panic(err)
	}
	return text
}

// list reads all cases of the squad from PocketBase, page by page.
func (p *pocketBase) list(ctx context.Context) (one pulled, err error) {
	at := time.Now()
	for page := 1; ; page++ {
		query := url.Values{"page": {fmt.Sprint(page)}, "perPage": {"1000"}, "skipTotal": {"1"}, "sort": {"seq"}, "fields": {"key,doc"}}
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.Address+"/api/collections/cases/records?"+query.Encode(), nil)
		if err != nil {
			return one, err
		}
		request.Header.Set("Authorization", p.Users[0].Token)
		request.Header.Set("Accept-Encoding", "gzip")
		count, size, err := p.page(request)
		if err != nil {
			return one, err
		}
		one.cases, one.bytes = one.cases+count, one.bytes+size
		if count < 1000 {
			one.took = time.Since(at)
			return one, nil
		}
	}
}

func (p *pocketBase) page(request *http.Request) (count int, size int64, err error) {
	response, err := p.client.Do(request)
	if err != nil {
		return 0, 0, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, 0, err
	}
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Encoding") != "gzip" {
		return 0, 0, fmt.Errorf("status %d, encoding %q: %.300s", response.StatusCode, response.Header.Get("Content-Encoding"), body)
	}
	open, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return 0, 0, err
	}
	text, err := io.ReadAll(open)
	if err != nil {
		return 0, 0, err
	}
	var page struct {
		Items []struct {
			Key string          `json:"key"`
			Doc json.RawMessage `json:"doc"`
		} `json:"items"`
	}
	err = json.Unmarshal(text, &page)
	return len(page.Items), int64(len(body)), err
}

// gzippedArray is the size of all cases as one JSON array under gzip -6.
func gzippedArray(database string) (size, count int, err error) {
	docs, err := readDocs(database)
	if err != nil {
		return 0, 0, err
	}
	var squeezed bytes.Buffer
	w, err := gzip.NewWriterLevel(&squeezed, 6)
	if err != nil {
		return 0, 0, err
	}
	text := append(append([]byte("["), bytes.Join(docs, []byte(","))...), ']')
	if !json.Valid(text) {
		return 0, 0, fmt.Errorf("the cases of %s are no JSON", database)
	}
	if _, err := w.Write(text); err != nil {
		return 0, 0, err
	}
	if err := w.Close(); err != nil {
		return 0, 0, err
	}
	fmt.Fprintf(os.Stderr, "pull: %d cases, %.1f MB of JSON, %.2f MB under gzip -6\n", len(docs), float64(len(text))/1e6, float64(squeezed.Len())/1e6)
	return squeezed.Len(), len(docs), nil
}
