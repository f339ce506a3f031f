// Package sqlite keeps what the centre knows in one SQLite file: the log of operations and the cases that they make, people
// and their sessions, phones, photos' whereabouts. It must not know of sockets or HTTP, and judges nothing itself: that is
// session.Batch's.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	_ "github.com/mattn/go-sqlite3" // the driver "sqlite3"

	"buxun/sync/session"
)

// Options are what a store needs from outside. Only Rules is required.
type Options struct {
	// Rules gives what judging needs; it is asked once, when the epoch is known. Clocks are reckoned with the limits that the store
	// keeps, unless it says otherwise.
	Rules func(epoch string) session.Rules
	// Now is the server's clock; time.Now where nil.
	Now func() time.Time
	// NewID makes ids of people; UUIDv7 where nil.
	NewID func() string
	// OnChange is called with the cases of each durable transaction, in order of the feed, while the writer is held: it must
	// not block and must not call the store.
	OnChange func([]session.Changed)
	// OnScope is called after a person's role, squad or account changed.
	OnScope func(person string)
	// OnGap is called after gaps in replicas' chains were recorded (L13).
	OnGap func([]session.Gap)
	// OnElsewhere is called while the writer is held, when another process was seen to have written: people, sessions and
	// scopes may have changed. It is called before what that process changed is announced. It must not block and must not call the store.
	OnElsewhere func()
	// SyncDirectory puts a folder's entries on disk (L2); the operating system's where nil.
	SyncDirectory func(name string) error
	// Readers is how many connections read at once; 4 where 0.
	Readers int
	Log     *slog.Logger
}

// Store is one open database. Its methods may be called from any goroutine.
type Store struct {
	path    string
	options Options
	epoch   string
	rules   session.Rules
	writing *sql.DB // one connection, held by writer
	reading *sql.DB
	head    atomic.Int64 // last sequence of the feed that was announced

	mutex  sync.Mutex // held by whoever writes
	writer *writer
	notes  notes

	arrivals arrivals
	keys     sync.Map // of replicas, for checking signatures ahead of the writer
	keysHeld atomic.Int64
}

// Open opens or creates the database at path and migrates it. It errs on a database of a newer buxun.
func Open(ctx context.Context, path string, options Options) (*Store, error) {
	s := &Store{path: path, options: withDefaults(options)}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), s.Close())
	}
	return s, nil
}

func withDefaults(o Options) Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.NewID == nil {
		o.NewID = func() string { return uuid.Must(uuid.NewV7()).String() }
	}
	if o.SyncDirectory == nil {
		o.SyncDirectory = syncDirectory
	}
	if o.Readers == 0 {
		o.Readers = 4
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

func (s *Store) open(ctx context.Context) error {
	var err error
	if s.writing, err = sql.Open("sqlite3", source(s.path, durable)); err != nil {
		return err
	}
	s.writing.SetMaxOpenConns(1)
	if err := migrate(ctx, s.writing, migrations); err != nil {
		return err
	}
	if err := s.options.SyncDirectory(filepath.Dir(s.path)); err != nil {
		return err
	}
	if s.reading, err = sql.Open("sqlite3", source(s.path, readOnly)); err != nil {
		return err
	}
	s.reading.SetMaxOpenConns(s.options.Readers)
	s.reading.SetMaxIdleConns(s.options.Readers)
	if s.writer, err = newWriter(ctx, s.writing); err != nil {
		return err
	}
	return s.begin(ctx)
}

// begin reads the epoch, which is made when the database is, and the feed's head.
func (s *Store) begin(ctx context.Context) error {
	err := s.write(ctx, func(ctx context.Context, w *writer) error {
		if err := w.exec(ctx, `INSERT OR IGNORE INTO epochs (number, id, at) VALUES (1, ?, ?)`, s.options.NewID(), s.now()); err != nil {
			return err
		}
		return w.conn.QueryRowContext(ctx, `SELECT number, id FROM epochs ORDER BY number DESC LIMIT 1`).Scan(&w.epoch, &w.life)
	})
	if err != nil {
		return fmt.Errorf("read the epoch: %w", err)
	}
	s.epoch = s.writer.life
	if s.options.Rules != nil {
		s.rules = s.options.Rules(s.epoch)
	}
	s.rules.Epoch = s.epoch
	return nil
}

// Pragmas of a connection, in the data source name so that every connection of a pool has them.
var (
	durable = url.Values{
		"_journal_mode": {"WAL"}, "_synchronous": {"FULL"}, "_foreign_keys": {"on"}, "_busy_timeout": {"10000"},
		"_txlock": {"immediate"}, "_cache_size": {"-32768"}, "_stmt_cache_size": {"64"},
	}
	readOnly = url.Values{
		"_query_only": {"on"}, "_foreign_keys": {"on"}, "_busy_timeout": {"10000"}, "_txlock": {"deferred"}, "_cache_size": {"-16384"},
		"_stmt_cache_size": {"32"},
	}
)

func source(path string, pragmas url.Values) string {
	return (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: pragmas.Encode()}).String()
}

// syncDirectory makes the directory entries of a new database and its log durable (L2).
func syncDirectory(path string) error {
	directory, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open data directory: %w", err)
	}
	return errors.Join(directory.Sync(), directory.Close())
}

// Ping says whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	if err := s.reading.QueryRowContext(ctx, `SELECT 1 FROM epochs LIMIT 1`).Scan(&one); err != nil {
		return fmt.Errorf("ask the database: %w", err)
	}
	return nil
}

// Close writes what is noted in memory only and closes the database.
func (s *Store) Close() error {
	var errs []error
	if s.writer != nil {
		errs = append(errs, s.flush(context.Background()))
		s.mutex.Lock()
		defer s.mutex.Unlock()
		errs = append(errs, s.writer.close())
	}
	for _, db := range []*sql.DB{s.reading, s.writing} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// Feed is the epoch and the last sequence.
func (s *Store) Feed(context.Context) (string, int64, error) { return s.epoch, s.head.Load(), nil }

// Epoch changes when the data was restored from a backup.
func (s *Store) Epoch() string { return s.epoch }

func (s *Store) now() int64 { return s.options.Now().UnixMilli() }
