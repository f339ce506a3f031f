package web

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"

	"buxun/server/sqlite"
	"buxun/shared"
	"buxun/sync/wire"
)

// maxRuns is how many runs of operations one request may compare.
const maxRuns = 600

// stretch is a replica's operations from one counter to another, without a hole.
type stretch struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

// run is a stretch, and what the phone makes of it.
type run struct {
	stretch
	Hash string `json:"hash,omitempty"` // of shared.ReckonText
	// Claims are what the phone holds as acknowledged; they come for runs that the server found unequal.
	Claims []claim `json:"claims,omitempty"`
}

// claim is one operation that the phone holds as acknowledged, with the photos of it that it holds as acknowledged.
type claim struct {
	shared.Receipted
	Case string `json:"case"`
	// Gone says that the phone has no longer the operation's text; GonePhotos those of the photos whose bytes it has no longer.
	Gone       bool     `json:"gone,omitempty"`
	GonePhotos []string `json:"gonePhotos,omitempty"`
	// Answer is the server's own receipt of the operation, where the phone has it.
	Answer *wire.Answer `json:"answer,omitempty"`
}

type reckonRequest struct {
	Replica string `json:"replica"`
	// Records and Photos are how many the phone holds as acknowledged in all; they come with the first request of a comparison.
	Records *int64 `json:"records,omitempty"`
	Photos  *int64 `json:"photos,omitempty"`
	Runs    []run  `json:"runs"`
}

type reckonAnswer struct {
	Key        string             `json:"key"`
	ServerTime int64              `json:"serverTime"`
	Unequal    []stretch          `json:"unequal"` // the phone is asked for its claims of these
	Different  []differenceAnswer `json:"different"`
}

type differenceAnswer struct {
	Counter int64  `json:"counter"`
	Case    string `json:"case"`
	Photo   string `json:"photo,omitempty"` // absent where it is the record itself
}

func (r run) wrong(replica string) string {
	if r.From < 1 || r.To < r.From || r.To-r.From >= shared.MaxReckoned {
		return fmt.Sprintf("a run from %d to %d", r.From, r.To)
	}
	if r.Claims == nil && !shared.IsHash(r.Hash) {
		return "a run has no hash"
	}
	for _, c := range r.Claims {
		if c.Replica != replica || c.Counter < r.From || c.Counter > r.To || c.Wrong() != "" || c.Case != "" && !shared.IsUUID(c.Case) {
			return fmt.Sprintf("a claim of %s/%d: %s", c.Replica, c.Counter, c.Wrong())
		}
	}
	return ""
}

// reckon compares what a phone holds as acknowledged with what is here (R51): first by hashes of runs, then claim by claim.
// Whatever the phone claims and the server does not have is told to the phone and kept for the office.
func (s *server) reckon(w http.ResponseWriter, r *http.Request) error {
	var asked reckonRequest
	if err := readJSON(w, r, &asked); err != nil {
		return err
	}
	reader := visitorOf(r).reader
	replica, known, err := s.Store.Replica(r.Context(), asked.Replica)
	if err != nil {
		return err
	}
	if !known || replica.Author.ID != reader.Person {
		return shared.Fail("request.notPermitted", "replica "+asked.Replica+" is not the asker's")
	}
	if len(asked.Runs) > maxRuns {
		return shared.Fail("request.malformed", fmt.Sprintf("%d runs, at most %d", len(asked.Runs), maxRuns))
	}
	now := s.Now().UnixMilli()
	answer := reckonAnswer{Key: base64.RawURLEncoding.EncodeToString(s.Signer.Key), ServerTime: now, Unequal: []stretch{}, Different: []differenceAnswer{}}
	var found []sqlite.Difference
	for _, one := range asked.Runs {
		if wrong := one.wrong(asked.Replica); wrong != "" {
			return shared.Fail("request.malformed", wrong)
		}
		here, err := s.Store.Reckoned(r.Context(), asked.Replica, reader.Person, one.From, one.To)
		if err != nil {
			return err
		}
		if one.Claims == nil {
			if shared.HashText(shared.ReckonText(here)) != one.Hash {
				answer.Unequal = append(answer.Unequal, one.stretch)
			}
			continue
		}
		found = append(found, s.differences(one.Claims, here, now)...)
	}
	var reckoning *sqlite.Reckoning
	if asked.Records != nil && asked.Photos != nil {
		reckoning = &sqlite.Reckoning{Replica: asked.Replica, At: now, Records: *asked.Records, Photos: *asked.Photos}
	}
	if err := s.Store.NoteReckoning(r.Context(), reckoning, found); err != nil {
		return err
	}
	for _, d := range found {
		answer.Different = append(answer.Different, differenceAnswer{Counter: d.Counter, Case: d.Case, Photo: d.Photo})
	}
	return sendJSON(w, http.StatusOK, answer)
}

// differences are the claims that what is here does not bear out. What is here and not claimed is no loss: the phone will hear of it.
func (s *server) differences(claims []claim, here []shared.Receipted, now int64) (found []sqlite.Difference) {
	for _, c := range claims {
		i := slices.IndexFunc(here, func(one shared.Receipted) bool { return one.Counter == c.Counter })
		d := sqlite.Difference{
			Replica: c.Replica, Counter: c.Counter, Hash: c.Hash, Outcome: string(c.Outcome), Case: c.Case, Held: !c.Gone, FirstAt: now, LastAt: now,
			Proved: c.Answer != nil && c.Answer.Hash == c.Hash && c.Answer.Counter == c.Counter && c.Answer.Outcome == c.Outcome && s.Keys.Mac(c.Answer.ReceiptText(c.Replica)) == c.Answer.Mac,
		}
		if i < 0 || here[i].Hash != c.Hash || here[i].Outcome != c.Outcome {
			found = append(found, d)
			if i < 0 || here[i].Hash != c.Hash {
				continue // its photos come with it
			}
		}
		for _, photo := range c.Photos {
			if slices.Contains(here[i].Photos, photo) {
				continue
			}
			one := d
			one.Photo, one.Held = photo, !slices.Contains(c.GonePhotos, photo)
			found = append(found, one)
		}
	}
	return found
}
