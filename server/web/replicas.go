package web

import (
	"errors"
	"fmt"
	"net/http"

	"buxun/server/identity"
	"buxun/shared"
	"buxun/sync/session"
)

type enrolRequest struct {
	Replica string `json:"replica"` // UUID made on the phone
	Key     string `json:"key"`     // base64url of SPKI DER, ECDSA on P-256
	// Succeeds and Proof name an old replica and carry its signature over shared.SucceedText: the new one is then its
	// author's, whoever is signed in (R21).
	Succeeds string `json:"succeeds"`
	Proof    string `json:"proof"`
	// Device is what the phone knows of itself: its model, if the browser tells; the rest is in the User-Agent.
	Device string `json:"device"`
}

type enrolAnswer struct {
	Anchor     shared.Anchor `json:"anchor"`
	ServerTime int64         `json:"serverTime"` // ms since 1970 UTC
}

// enrol takes a replica in for the signed-in person, or as the successor of an old one. A repeat is answered alike.
func (s *server) enrol(w http.ResponseWriter, r *http.Request) error {
	var asked enrolRequest
	if err := readJSON(w, r, &asked); err != nil {
		return err
	}
	if !shared.IsUUID(asked.Replica) {
		return shared.Fail("request.malformed", "replica is no UUID")
	}
	key, err := identity.ReplicaKey(asked.Key)
	if err != nil {
		return err
	}
	author, err := s.authorOf(r, asked)
	if err != nil {
		return fmt.Errorf("enrol replica %s: %w", asked.Replica, err)
	}
	_, repeat, err := s.Store.Replica(r.Context(), asked.Replica)
	if err != nil {
		return err
	}
	if err := s.Store.Enrol(r.Context(), session.Replica{ID: asked.Replica, Author: author, Key: key, Succeeds: asked.Succeeds, Device: phoneName(asked.Device, r.UserAgent())}); err != nil {
		return err
	}
	if v := visitorOf(r); asked.Succeeds == "" && v.token != "" {
		if err := s.Store.TieSession(r.Context(), identity.HashToken(v.token), asked.Replica); err != nil {
			return err
		}
	}
	status := http.StatusCreated
	if repeat {
		status = http.StatusOK
	}
	now := s.Now().UnixMilli()
	return sendJSON(w, status, enrolAnswer{Anchor: s.Keys.Anchor(now), ServerTime: now})
}

// authorOf is whom the new replica is for.
func (s *server) authorOf(r *http.Request, asked enrolRequest) (shared.Author, error) {
	if asked.Succeeds == "" {
		reader := visitorOf(r).reader
		kind := shared.AuthorPerson
		if reader.Standing.Role == shared.RoleMachine {
			kind = shared.AuthorMachine
		}
		return shared.Author{Kind: kind, ID: reader.Person}, nil
	}
	old, known, err := s.Store.Replica(r.Context(), asked.Succeeds)
	switch {
	case err != nil:
		return shared.Author{}, err
	case !known:
		return shared.Author{}, shared.Fail("replica.unknown", "no replica "+asked.Succeeds+" to succeed")
	case old.RevokedAt != 0: // or the revoked phone would let itself in again
		return shared.Author{}, shared.Fail("replica.revoked", asked.Succeeds)
	case !identity.Succeeds(old.Key, asked.Replica, asked.Key, asked.Proof):
		return shared.Author{}, shared.Fail("request.notPermitted", "the proof of succeeding "+asked.Succeeds+" does not hold")
	}
	return old.Author, nil
}

// wiped hears from a revoked phone that it has forgotten what it held. Whoever has not the phone's key learns nothing, not
// even whether there is such a phone.
func (s *server) wiped(w http.ResponseWriter, r *http.Request) error {
	var asked struct {
		Proof string `json:"proof"` // the replica's signature over shared.WipedText
	}
	if err := readJSON(w, r, &asked); err != nil {
		return err
	}
	id := r.PathValue("id")
	replica, known, err := s.Store.Replica(r.Context(), id)
	if err != nil {
		return err
	}
	if !known || !identity.Wiped(replica.Key, id, asked.Proof) {
		return shared.Fail("request.notPermitted", "the proof of wiping "+id+" does not hold")
	}
	if err := s.Store.NoteWiped(r.Context(), id); err != nil {
		return err
	}
	if s.SignedOut != nil {
		s.SignedOut()
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

type phoneAnswer struct {
	Replica string `json:"replica"`
	Person  string `json:"person"`
	Label   string `json:"label"`
	// Made is the last operation that the phone said it made, Known the last that the centre has; Missing are those between.
	Made    int64 `json:"made"`
	Known   int64 `json:"known"`
	Missing int64 `json:"missing"`
	// HeardAt and RevokedAt are the server's clock; absent if never.
	HeardAt   int64       `json:"heardAt,omitempty"`
	RevokedAt int64       `json:"revokedAt,omitempty"`
	Gaps      []gapAnswer `json:"gaps"`
}

type gapAnswer struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
	At   int64 `json:"at"`
}

// phones tells the squad's leader what its phones made and the centre does not have (L13).
func (s *server) phones(w http.ResponseWriter, r *http.Request) error {
	reader := visitorOf(r).reader
	if reader.Standing.Role != shared.RoleLeader && reader.Standing.Role != shared.RoleAdmin {
		return shared.Fail("request.notPermitted", "phones are for leaders")
	}
	phones, err := s.Store.Phones(r.Context(), reader)
	if err != nil {
		return err
	}
	directory, err := s.Store.Directory(r.Context(), reader)
	if err != nil {
		return err
	}
	labels := map[string]string{}
	for _, p := range directory.People {
		labels[p.ID] = p.Label
	}
	list := []phoneAnswer{}
	for _, p := range phones {
		one := phoneAnswer{
			Replica: p.Replica, Person: p.Person, Label: labels[p.Person], Made: p.Last, Known: p.Known, Missing: p.Last - p.Known,
			HeardAt: p.LastHelloAt, RevokedAt: p.RevokedAt, Gaps: []gapAnswer{},
		}
		for _, g := range p.Gaps {
			one.Gaps = append(one.Gaps, gapAnswer{g.From, g.To, g.At})
		}
		list = append(list, one)
	}
	return sendJSON(w, http.StatusOK, map[string]any{"phones": list, "serverTime": s.Now().UnixMilli()})
}

// live hands the websocket's handshake over.
func (s *server) live(w http.ResponseWriter, r *http.Request) error {
	if s.Live == nil {
		return errors.New("there is no live feed")
	}
	s.Live.ServeHTTP(w, r)
	return nil
}
