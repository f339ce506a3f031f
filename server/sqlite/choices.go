package sqlite

import (
	"context"
	"encoding/json"
	"fmt"

	"buxun/shared"
)

// Keys of what a person chooses for themselves.
const (
	ChoiceTelling = "telling" // shared.Telling
	ChoiceViews   = "views"   // []shared.View
)

// Choice is what a person chose under a key. Version counts the changes; nothing was chosen at 0.
type Choice struct {
	Version int64
	Value   json.RawMessage
}

// Choices are all that a person chose, by key.
func (s *Store) Choices(ctx context.Context, person string) (map[string]Choice, error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT key, version, value FROM choices WHERE person = ?`, person)
	if err != nil {
		return nil, fmt.Errorf("read the choices of %s: %w", person, err)
	}
	kept := map[string]Choice{}
	_, err = collect(rows, func(scan func(...any) error) (c Choice, err error) {
		var key string
		var value []byte
		err = scan(&key, &c.Version, &value)
		c.Value = value
		kept[key] = c
		return c, err
	})
	return kept, err
}

// Choose keeps what a person chose under a key. was is the version that the person saw: where there is another by now the fault is
// row.changed and nothing is written.
func (s *Store) Choose(ctx context.Context, person, key string, value json.RawMessage, was int64) (Choice, error) {
	err := s.write(ctx, func(ctx context.Context, w *writer) error {
		var version int64
		if _, err := found(w.conn.QueryRowContext(ctx, `SELECT version FROM choices WHERE person = ? AND key = ?`, person, key).Scan(&version)); err != nil {
			return err
		}
		if version != was {
			return shared.Fail("row.changed", fmt.Sprintf("version %d where %d was seen", version, was))
		}
		return w.exec(ctx, `INSERT INTO choices (person, key, value, version) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (person, key) DO UPDATE SET value = ?3, version = ?4`, person, key, string(value), was+1)
	})
	if err != nil {
		return Choice{}, fmt.Errorf("keep %s of %s: %w", key, person, err)
	}
	return Choice{was + 1, value}, nil
}
