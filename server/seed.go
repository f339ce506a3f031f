package main

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"buxun/server/demo"
	"buxun/server/durable"
	"buxun/server/es256"
	"buxun/server/identity"
	"buxun/server/numbering"
	"buxun/server/photo"
	"buxun/server/roster"
	"buxun/server/sqlite"
	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"

	"github.com/google/uuid"
)

// seedingFile is the database while the demo is made: it gets its name when it is whole, so that a start that was cut leaves
// nothing half done.
const seedingFile = "seeding.db"

// seeder makes the demo as phones would have: replicas of the demo people, enrolled with keys of their own, push signed
// operations through the writer's path and send their photos through the upload path. Its clock stands in the past.
type seeder struct {
	world    demo.Demo
	store    *sqlite.Store
	keys     *identity.Keys
	photos   *photo.Photos
	numbers  *numbering.Replica
	taxonomy string
	clock    time.Time
	prints   map[string]*print // by photo file
	chains   map[string]*chain // by login
	seen     map[string]int64  // revision of a case
	waiting  []made
	// filing is when the first case was filed that has no number yet; zero where there is none.
	filing time.Time
}

// made is an operation that waits for the next transaction.
type made struct {
	step step
	push session.Push
}

const (
	// mostWaiting is about how many operations a transaction takes.
	mostWaiting = 200
	// numberWithin is how soon after filing a case gets its number, by the seeder's clock.
	numberWithin = 5 * time.Minute
)

// chain is one demo person's replica.
type chain struct {
	id, person string
	key        *ecdsa.PrivateKey
	counter    int64
	prev       string
	heard      time.Time // when it last heard from the server
}

// enrolledBefore is how long before the first demo case the demo's people and phones were there.
const enrolledBefore = 24 * time.Hour

// seed makes the demo's database in a data directory that has none; one that is there is left alone.
func seed(ctx context.Context, config Config) error {
	if _, err := os.Stat(filepath.Join(config.Data, databaseFile)); err == nil {
		return nil
	}
	world, err := demo.World()
	if err != nil {
		return err
	}
	return seedWith(ctx, config, world)
}

// seedWith makes the database of a world in a data directory that has none.
func seedWith(ctx context.Context, config Config, world demo.Demo) error {
	final := filepath.Join(config.Data, databaseFile)
	seeding := filepath.Join(config.Data, seedingFile)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(seeding + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove what an earlier start left: %w", err)
		}
	}
	if err := seedInto(ctx, config, world, seeding); err != nil {
		return err
	}
	if info, err := os.Stat(seeding + "-wal"); err == nil && info.Size() > 0 {
		return fmt.Errorf("%s-wal still holds %d bytes", seeding, info.Size())
	}
	if err := os.Rename(seeding, final); err != nil {
		return err
	}
	return durable.Folder(config.Data)
}

func seedInto(ctx context.Context, config Config, world demo.Demo, database string) (err error) {
	s := &seeder{world: world, taxonomy: shared.BuiltinTaxonomy().Version, chains: map[string]*chain{}, seen: map[string]int64{}}
	if s.prints, err = makePrints(world); err != nil {
		return err
	}
	if s.keys, err = identity.OpenKeys(config.Data); err != nil {
		return err
	}
	now := func() time.Time { return s.clock }
	steps := s.steps(config.Now())
	s.clock = steps[0].received.Add(-enrolledBefore)
	if s.store, err = sqlite.Open(ctx, database, sqlite.Options{Rules: rulesOf(s.keys), Now: now, Log: config.Log}); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.store.Close()) }()
	if s.photos, err = openPhotos(config, s.store, now); err != nil {
		return err
	}
	of := &centre{s.keys, s.store}
	if s.numbers, err = of.replica(ctx, Config{Data: config.Data, NumberPrefix: config.NumberPrefix, Now: now}, commitTo(s.store)); err != nil {
		return err
	}
	if err := s.people(ctx); err != nil {
		return err
	}
	for _, step := range steps {
		if !s.filing.IsZero() && step.received.Sub(s.filing) > numberWithin || len(s.waiting) >= mostWaiting {
			if err := s.flush(ctx); err != nil {
				return err
			}
		}
		s.clock = step.received
		if err := s.perform(step); err != nil {
			return step.wrap(err)
		}
		// What a colleague names next must find the photo there, or it would have to be sent once more (L10).
		if s.hasNews(step) {
			if err := s.flush(ctx); err != nil {
				return err
			}
		}
	}
	if err := s.flush(ctx); err != nil {
		return err
	}
	return s.limits(ctx)
}

func (s *seeder) register(ctx context.Context) error {
	lines := map[string][]roster.Duty{}
	for _, d := range s.world.Register {
		lines[d.Unit] = append(lines[d.Unit], d)
	}
	return s.store.Change(ctx, func(ctx context.Context, c *sqlite.Change) error {
		for unit, duties := range lines {
			if err := c.PutRegister(ctx, unit, duties); err != nil {
				return err
			}
		}
		return nil
	})
}

// limits puts time limits and the calendar after everything else: the centre of the demo set them today, and no clock of its past
// cases runs.
func (s *seeder) limits(ctx context.Context) error {
	data, err := demo.Limits(shared.BuiltinTaxonomy())
	if err != nil {
		return err
	}
	return s.store.Change(ctx, func(ctx context.Context, c *sqlite.Change) error { return c.PutLimits(ctx, data) })
}

// hasNews says whether a step names photos that its squad has not sent.
func (s *seeder) hasNews(one step) bool {
	return slices.ContainsFunc(one.Photos, func(p demo.StepPhoto) bool { return !s.prints[p.File].sent })
}

// step is one operation of the demo at its moment, and when it reached the server.
type step struct {
	demo.Step
	of           demo.Case
	at, received time.Time
}

func (s step) wrap(err error) error {
	return fmt.Errorf("demo case %s, %s by %s: %w", s.of.Name, s.Action, s.By, err)
}

// steps are all operations in the order in which they arrived.
func (s *seeder) steps(now time.Time) (list []step) {
	for _, c := range s.world.Cases {
		for _, one := range c.Steps {
			at := now.Add(-time.Duration(one.HoursAgo * float64(time.Hour)))
			list = append(list, step{one, c, at, at.Add(one.Late)})
		}
	}
	slices.SortStableFunc(list, func(a, b step) int {
		return cmp.Or(cmp.Compare(a.received.UnixMilli(), b.received.UnixMilli()), cmp.Compare(a.at.UnixMilli(), b.at.UnixMilli()))
	})
	return list
}

// people puts squads, areas and people, and enrols a phone for each. All demo people have one password and one hash.
func (s *seeder) people(ctx context.Context) error {
	hash, err := identity.NewHasher(identity.Usual).Hash(ctx, demo.Password)
	if err != nil {
		return err
	}
	if err := s.store.PutSquads(ctx, s.world.Squads); err != nil {
		return err
	}
	var units []sqlite.Unit
	for _, u := range s.world.Units {
		units = append(units, sqlite.Unit{Code: u.Code, Name: u.Name, Place: u.Place})
	}
	if err := s.store.PutUnits(ctx, units); err != nil {
		return err
	}
	var people []sqlite.Person
	for _, p := range s.world.People {
		people = append(people, sqlite.Person{ID: p.ID, Login: p.Name, Label: p.Label, Role: p.Role, Squad: p.Squad, Unit: p.Unit, PasswordHash: hash, Demo: true})
	}
	if err := s.store.PutPeople(ctx, people); err != nil {
		return err
	}
	if err := s.store.PutAreas(ctx, s.world.Areas); err != nil {
		return err
	}
	if err := s.register(ctx); err != nil {
		return err
	}
	acts := s.acting()
	for _, p := range s.world.People {
		if !acts[p.Name] {
			continue
		}
		if err := s.enrol(ctx, p.Name, p.ID); err != nil {
			return fmt.Errorf("enrol a phone for %s: %w", p.Name, err)
		}
	}
	return nil
}

// acting are those who did anything in the demo: the others have no phone yet.
func (s *seeder) acting() map[string]bool {
	acting := map[string]bool{}
	for _, c := range s.world.Cases {
		for _, one := range c.Steps {
			acting[one.By] = true
		}
	}
	return acting
}

func (s *seeder) enrol(ctx context.Context, login, person string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	public, err := es256.MarshalKey(&key.PublicKey)
	if err != nil {
		return err
	}
	c := &chain{id: uuid.Must(uuid.NewV7()).String(), person: person, key: key, heard: s.clock}
	s.chains[login] = c
	return s.store.Enrol(ctx, session.Replica{ID: c.id, Author: shared.Author{Kind: shared.AuthorPerson, ID: person}, Key: public})
}

// perform makes one operation for the next transaction.
func (s *seeder) perform(one step) error {
	c := s.chains[one.By]
	body, err := s.body(one, c)
	if err != nil {
		return err
	}
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	hash := shared.HashText(string(text))
	signature, err := es256.Sign(c.key, shared.SignedText(hash))
	if err != nil {
		return err
	}
	s.waiting = append(s.waiting, made{one, session.Push{Received: one.received.UnixMilli(), Push: wire.Push{
		T: wire.TypePush, Replica: c.id, First: body.Counter, Oldest: 1, Operations: []string{string(text)}, Signature: signature,
	}}})
	c.counter, c.prev, c.heard = body.Counter, hash, one.received
	s.seen[one.of.ID]++
	if one.Action == shared.ActionFile {
		s.seen[one.of.ID]++ // its number
		if s.filing.IsZero() {
			s.filing = one.received
		}
	}
	return nil
}

// flush pushes what waits in one transaction, sends its photos, and has the filed cases numbered.
func (s *seeder) flush(ctx context.Context) error {
	var pushes []session.Push
	for _, one := range s.waiting {
		pushes = append(pushes, one.push)
	}
	results, _ := s.store.Commit(ctx, pushes)
	for i, result := range results {
		one := s.waiting[i].step
		if result.Fault != nil || len(result.Answers) != 1 || result.Answers[0].Outcome != shared.OutcomeApplied {
			return one.wrap(fmt.Errorf("not applied: %+v, fault %+v", result.Answers, result.Fault))
		}
		for _, p := range one.Photos {
			if err := s.sendPhoto(ctx, s.chains[one.By], p.File); err != nil {
				return one.wrap(fmt.Errorf("send photo %s: %w", p.File, err))
			}
		}
	}
	s.waiting, s.filing = nil, time.Time{}
	return s.numbers.NumberAll(ctx)
}

// body is what the phone would have written.
func (s *seeder) body(one step, c *chain) (shared.Body, error) {
	at, offset := one.at.UnixMilli(), int64(0)
	// It was made after the phone last heard from the server, which may be long before it arrived.
	anchor := s.keys.Anchor(min(c.heard.UnixMilli(), at))
	b := shared.Body{
		V: shared.Version, Replica: c.id, Counter: c.counter + 1, Prev: c.prev, Case: one.of.ID,
		Author: shared.Author{Kind: shared.AuthorPerson, ID: c.person}, Source: shared.SourceCollector, Action: one.Action,
		Payload: shared.Payload{Words: one.Words, Reason: one.Reason, Unit: one.Unit}, Seen: s.seen[one.of.ID],
		Taxonomy: s.taxonomy, Area: s.world.AreaVersion,
		Time: shared.DeviceTime{Device: at, Offset: &offset, Bound: 60, Fresh: true}, Anchor: &anchor,
	}
	if one.Action == shared.ActionReport || one.Action == shared.ActionSelfHandle {
		b.Payload.Category, b.Payload.Description, b.Payload.Address = one.of.Category, one.of.Description, one.of.Address
		b.Place = &shared.Fix{
			Longitude: one.of.Longitude, Latitude: one.of.Latitude, Accuracy: one.of.Accuracy, At: at - 4_000, Source: "device",
		}
	}
	for _, p := range one.Photos {
		print, err := s.print(p.File)
		if err != nil {
			return b, err
		}
		b.Photos = append(b.Photos, shared.Photo{
			Hash: print.original.hash, Size: int64(len(print.original.bytes)), Type: "image/jpeg", Width: print.width, Height: print.height,
			Preview: &shared.Preview{Hash: print.preview.hash, Size: int64(len(print.preview.bytes))},
			Origin:  p.Origin, Part: p.Part, TakenAt: at - 30_000, Fix: b.Place,
		})
	}
	return b, nil
}
