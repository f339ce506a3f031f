package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"time"
)

// pocketBase is a PocketBase with synchronous=FULL, and its people.
type pocketBase struct {
	*process
	Address string
	Users   []struct{ ID, Token string }
	client  *http.Client
}

func servePocketBase(ctx context.Context, dir string, words ...string) (*pocketBase, error) {
	p := &pocketBase{client: &http.Client{Transport: &http.Transport{MaxIdleConns: herd, MaxIdleConnsPerHost: herd, DisableCompression: true}}}
	var err error
	words = append([]string{"pocketbase", "--dir", filepath.Join(dir, "pocketbase"), "--users", fmt.Sprint(squadsOfHerd)}, words...)
	if p.process, err = peer(ctx, filepath.Join(dir, "pocketbase.log"), words...); err != nil {
		return nil, err
	}
	if err := p.said(p); err != nil {
		p.stop()
		return nil, err
	}
	if err := answers(ctx, "http://"+p.Address+"/api/health"); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

// asked is one write of a batch.
type asked struct {
	Method string         `json:"method"`
	URL    string         `json:"url"`
	Body   map[string]any `json:"body"`
}

// batch is what one replica writes: its log rows, and each of its cases once at its last state.
func (p *pocketBase) batch(user int, rows []stored, pass int) ([]byte, error) {
	var requests []asked
	docs := map[string]stored{}
	var order []string
	for _, r := range rows {
		requests = append(requests, asked{"POST", "/api/collections/operations/records?fields=id", map[string]any{
			"author": p.Users[user].ID, "replica": another(r.Replica, pass), "counter": r.Counter, "hash": r.Hash, "text": r.Text, "case": another(r.Case, pass),
		}})
		if _, known := docs[r.Case]; !known {
			order = append(order, r.Case)
		}
		docs[r.Case] = r
	}
	for i, id := range order {
		requests = append(requests, asked{"PUT", "/api/collections/cases/records?fields=id", map[string]any{
			"id": recordID(id, pass), "key": another(id, pass), "squad": "6", "state": "reported", "seq": i, "doc": json.RawMessage(docs[id].Doc),
		}})
	}
	return json.Marshal(map[string]any{"requests": requests})
}

// another is another id of the same length, so that rows can be written again.
func another(id string, pass int) string { return fmt.Sprintf("%s%03x", id[:len(id)-3], pass) }

// recordID is PocketBase's form of a case's id: 15 small letters and digits.
func recordID(id string, pass int) string {
	return fmt.Sprintf("%s%s%s%02x", id[9:13], id[19:23], id[30:35], pass)
}

func (p *pocketBase) post(ctx context.Context, user int, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.Address+"/api/batch", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", p.Users[user].Token)
	response, err := p.client.Do(request)
	if err != nil {
		return fmt.Errorf("batch: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d: %.300s", response.StatusCode, text)
	}
	return err
}

// ingestPocketBase has the same herd write the same rows, each replica in one batch over a connection that is open already.
func (b *bench) ingestPocketBase(ctx context.Context, dir string, rows []stored) (speed, error) {
	p, err := servePocketBase(ctx, dir)
	if err != nil {
		return speed{}, err
	}
	defer p.stop()
	replicas := groupByReplica(rows)
	var waves []wave
	for spent, pass := 0.0, 0; spent < pick(b, leastSeconds, 1); pass++ {
		bodies := make([][]byte, len(replicas))
		for i, rows := range replicas {
			if bodies[i], err = p.batch(i%len(p.Users), rows, pass); err != nil {
				return speed{}, err
			}
		}
		if err := p.warm(ctx, len(replicas)); err != nil {
			return speed{}, err
		}
		one := wave{done: make([]time.Duration, len(bodies)), operations: len(rows)}
		at := time.Now()
		err := all(bodies, len(bodies), func(i int, body []byte) error {
			err := p.post(ctx, i%len(p.Users), body)
			one.done[i] = time.Since(at)
			return err
		})
		if err != nil {
			return speed{}, fmt.Errorf("PocketBase: %w", err)
		}
		one.took = time.Since(at)
		waves, spent = append(waves, one), spent+one.took.Seconds()
	}
	return speedOf(waves), nil
}

// warm opens as many connections as will be needed at once.
func (p *pocketBase) warm(ctx context.Context, connections int) error {
	held := make(chan struct{})
	ready := make(chan struct{}, connections)
	go func() {
		for range connections {
			<-ready
		}
		close(held)
	}()
	return all(make([]struct{}, connections), connections, func(int, struct{}) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.Address+"/api/health", nil)
		if err != nil {
			return err
		}
		response, err := p.client.Do(request)
		ready <- struct{}{}
		if err != nil {
			return err
		}
		<-held // so that no connection serves two
		_, err = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		return err
	})
}

func groupByReplica(rows []stored) (groups [][]stored) {
	place := map[string]int{}
	for _, r := range rows {
		i, known := place[r.Replica]
		if !known {
			i = len(groups)
			place[r.Replica], groups = i, append(groups, nil)
		}
		groups[i] = append(groups[i], r)
	}
	return groups
}
