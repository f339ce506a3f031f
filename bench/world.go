package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"buxun/server/identity"
	"buxun/server/roster"
	"buxun/server/sqlite"
	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// sessionCookie is what the server calls a browser's session.
const sessionCookie = "buxun_session"

// phone is one enrolled replica of a person who is signed in.
type phone struct {
	*drive.Replica
	squad string
	token string       // of the session
	place *wire.Cursor // in the feed; nil for an empty phone
}

// world is a data directory of a centre with squads, people, phones and sessions. The server that runs on it is the built one.
type world struct {
	dir    string
	keys   *identity.Keys
	phones []*phone // squad by squad; the first of each squad is its leader
}

// makeWorld fills a data directory as administrators and phones would have, through the store.
func makeWorld(ctx context.Context, dir string, squads, people int) (w *world, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make a data directory: %w", err)
	}
	w = &world{dir: dir}
	if w.keys, err = identity.OpenKeys(dir); err != nil {
		return nil, err
	}
	store, err := sqlite.Open(ctx, w.database(), sqlite.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	var codes []roster.Squad
	var accounts []sqlite.Person
	for i := range squads {
		squad := roster.Squad{Code: squadCode(i), Name: fmt.Sprintf("第%d中队", i+1)}
		codes = append(codes, squad)
		for j := range people {
			role := shared.RoleCollector
			if j == 0 {
				role = shared.RoleLeader
			}
			login := fmt.Sprintf("p%03d%04d", i, j)
			accounts = append(accounts, sqlite.Person{ID: drive.NewID(), Login: login, Label: "采集员" + login, Role: role, Squad: squad.Code})
		}
	}
	if err := errors.Join(store.PutSquads(ctx, codes), store.PutPeople(ctx, accounts)); err != nil {
		return nil, fmt.Errorf("make people: %w", err)
	}
	for _, a := range accounts {
		p, err := w.enrol(ctx, store, a)
		if err != nil {
			return nil, fmt.Errorf("enrol a phone for %s: %w", a.Login, err)
		}
		w.phones = append(w.phones, p)
	}
	return w, nil
}

func squadCode(i int) string { return fmt.Sprintf("S%03d", i) }

func (w *world) database() string { return filepath.Join(w.dir, "buxun.db") }

func (w *world) enrol(ctx context.Context, store *sqlite.Store, a sqlite.Person) (*phone, error) {
	replica, err := drive.NewReplica(a.ID)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	anchor := w.keys.Anchor(now.UnixMilli())
	replica.Anchor = &anchor
	key, err := identity.ReplicaKey(replica.Key())
	if err != nil {
		return nil, err
	}
	if err := store.Enrol(ctx, session.Replica{ID: replica.ID, Author: replica.Author, Key: key}); err != nil {
		return nil, err
	}
	p := &phone{Replica: replica, squad: a.Squad, token: identity.NewSessionToken()}
	return p, store.OpenSession(ctx, sqlite.SessionRow{
		TokenHash: identity.HashToken(p.token), Person: a.ID, CreatedAt: now.UnixMilli(), ExpiresAt: now.Add(24 * time.Hour).UnixMilli(), Device: "bench",
	})
}

// client is the phone's HTTP side, signed in.
func (p *phone) client(base string) *drive.Client {
	c := drive.NewClient(base, nil)
	signIn(c, base, p.token)
	return c
}
