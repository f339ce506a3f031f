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
	"buxun/server/es256"
	"buxun/server/identity"
	"buxun/server/numbering"
	"buxun/server/photo"
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
	previews map[string]preview // by photo file
	chains   map[string]*chain  // by login
	seen     map[string]int64   // revision of a case
}

// chain is one demo person's replica.
type chain struct {
	id, person string
	key        *ecdsa.PrivateKey
	counter    int64
	prev       string
	anchor     shared.Anchor
}

// enrolledBefore is how long before the first demo case the demo's people and phones were there.
const enrolledBefore = 24 * time.Hour

// seed makes the demo's database in a data directory that has none; one that is there is left alone.
func seed(ctx context.Context, config Config) error {
	final := filepath.Join(config.Data, databaseFile)
	if _, err := os.Stat(final); err == nil {
		return nil
	}
	seeding := filepath.Join(config.Data, seedingFile)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(seeding + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove what an earlier start left: %w", err)
		}
	}
	if err := seedInto(ctx, config, seeding); err != nil {
		return err
	}
	if info, err := os.Stat(seeding + "-wal"); err == nil && info.Size() > 0 {
		return fmt.Errorf("%s-wal still holds %d bytes", seeding, info.Size())
	}
	if err := os.Rename(seeding, final); err != nil {
		return err
	}
	folder, err := os.Open(config.Data)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

func seedInto(ctx context.Context, config Config, database string) (err error) {
	s := &seeder{taxonomy: shared.BuiltinTaxonomy().Version, chains: map[string]*chain{}, seen: map[string]int64{}}
	if s.world, err = demo.World(); err != nil {
		return err
	}
	if s.previews, err = makePreviews(s.world); err != nil {
		return err
	}
	if s.keys, err = identity.OpenKeys(config.Data); err != nil {
		return err
	}
	now := func() time.Time { return s.clock }
	steps := s.steps(config.Now())
	s.clock = steps[0].at.Add(-enrolledBefore)
	if s.store, err = sqlite.Open(ctx, database, sqlite.Options{Rules: rulesOf(s.keys), Now: now, Log: config.Log}); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.store.Close()) }()
	if s.photos, err = openPhotos(config.Data, s.store, config.Log, now); err != nil {
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
		s.clock = step.at
		if err := s.perform(ctx, step); err != nil {
			return fmt.Errorf("demo case %s, %s by %s: %w", step.of.Name, step.Action, step.By, err)
		}
	}
	return nil
}

// step is one operation of the demo at its moment.
type step struct {
	demo.Step
	of demo.Case
	at time.Time
}

// steps are all operations in the order in which they happened.
func (s *seeder) steps(now time.Time) (list []step) {
	for _, c := range s.world.Cases {
		for _, one := range c.Steps {
			list = append(list, step{one, c, now.Add(-time.Duration(one.HoursAgo * float64(time.Hour)))})
		}
	}
	slices.SortStableFunc(list, func(a, b step) int { return cmp.Compare(a.at.UnixMilli(), b.at.UnixMilli()) })
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
	if err := s.store.PutAreas(ctx, s.world.Areas); err != nil {
		return err
	}
	var people []sqlite.Person
	for _, p := range s.world.People {
		people = append(people, sqlite.Person{ID: p.ID, Login: p.Name, Label: p.Label, Role: p.Role, Squad: p.Squad, PasswordHash: hash, Demo: true})
	}
	if err := s.store.PutPeople(ctx, people); err != nil {
		return err
	}
	for _, p := range s.world.People {
		if !s.acts(p.Name) {
			continue
		}
		if err := s.enrol(ctx, p.Name, p.ID); err != nil {
			return fmt.Errorf("enrol a phone for %s: %w", p.Name, err)
		}
	}
	return nil
}

// acts says whether a person did anything in the demo: the others have no phone yet.
func (s *seeder) acts(login string) bool {
	return slices.ContainsFunc(s.world.Cases, func(c demo.Case) bool {
		return slices.ContainsFunc(c.Steps, func(one demo.Step) bool { return one.By == login })
	})
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
	c := &chain{id: uuid.Must(uuid.NewV7()).String(), person: person, key: key, anchor: s.keys.Anchor(s.clock.UnixMilli())}
	s.chains[login] = c
	return s.store.Enrol(ctx, session.Replica{ID: c.id, Author: shared.Author{Kind: shared.AuthorPerson, ID: person}, Key: public})
}

// perform makes one operation, pushes it, and sends its photos.
func (s *seeder) perform(ctx context.Context, one step) error {
	c := s.chains[one.By]
	body := s.body(one, c)
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	hash := shared.HashText(string(text))
	signature, err := es256.Sign(c.key, shared.SignedText(hash))
	if err != nil {
		return err
	}
	push := session.Push{Received: one.at.UnixMilli(), Push: wire.Push{
		T: wire.TypePush, Replica: c.id, First: body.Counter, Oldest: 1, Operations: []string{string(text)}, Signature: signature,
	}}
	results, _ := s.store.Commit(ctx, []session.Push{push})
	result := results[0]
	if result.Fault != nil || len(result.Answers) != 1 || result.Answers[0].Outcome != shared.OutcomeApplied {
		return fmt.Errorf("not applied: %+v, fault %+v", result.Answers, result.Fault)
	}
	c.counter, c.prev, c.anchor = body.Counter, hash, s.keys.Anchor(one.at.UnixMilli())
	s.seen[one.of.ID]++
	for _, p := range one.Photos {
		if err := s.sendPhoto(ctx, c, p.File); err != nil {
			return fmt.Errorf("send photo %s: %w", p.File, err)
		}
	}
	if one.Action != shared.ActionFile {
		return nil
	}
	s.seen[one.of.ID]++
	return s.numbers.NumberAll(ctx)
}

// body is what the phone would have written.
func (s *seeder) body(one step, c *chain) shared.Body {
	at, offset := one.at.UnixMilli(), int64(0)
	b := shared.Body{
		V: shared.Version, Replica: c.id, Counter: c.counter + 1, Prev: c.prev, Case: one.of.ID,
		Author: shared.Author{Kind: shared.AuthorPerson, ID: c.person}, Source: shared.SourceCollector, Action: one.Action,
		Payload: shared.Payload{Words: one.Words, Reason: one.Reason}, Seen: s.seen[one.of.ID],
		Taxonomy: s.taxonomy, Area: s.world.AreaVersion,
		Time: shared.DeviceTime{Device: at, Offset: &offset, Bound: 60, Fresh: true}, Anchor: &c.anchor,
	}
	if one.Action == shared.ActionReport || one.Action == shared.ActionSelfHandle {
		b.Payload.Category, b.Payload.Description, b.Payload.Address = one.of.Category, one.of.Description, one.of.Address
		b.Place = &shared.Fix{
			Longitude: one.of.Longitude, Latitude: one.of.Latitude, Accuracy: one.of.Accuracy, At: at - 4_000, Source: "device",
		}
	}
	for _, p := range one.Photos {
		b.Photos = append(b.Photos, s.descriptor(p, b.Place, at))
	}
	return b
}

func (s *seeder) descriptor(p demo.StepPhoto, place *shared.Fix, at int64) shared.Photo {
	file, small := s.world.Photos[p.File], s.previews[p.File]
	return shared.Photo{
		Hash: file.Hash, Size: file.Size, Type: file.Type, Width: file.Width, Height: file.Height,
		Preview: &shared.Preview{Hash: small.hash, Size: int64(len(small.bytes))},
		Origin:  p.Origin, Part: p.Part, TakenAt: at - 30_000, Fix: place,
	}
}
