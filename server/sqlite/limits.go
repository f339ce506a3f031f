package sqlite

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"buxun/server/deadline"
	"buxun/shared"
)

// LimitsKept is what clocks are reckoned with now. Where nothing was ever put it is empty, and no clock runs.
func (s *Store) LimitsKept(ctx context.Context) (deadline.Data, error) {
	return limitsKept(ctx, s.reading)
}

// LimitsKept is what clocks are reckoned with now.
func (c *Change) LimitsKept(ctx context.Context) (deadline.Data, error) {
	return limitsKept(ctx, c.w.conn)
}

// limitsVersion is that of LimitsKept, without reading them; empty where nothing was ever put.
func (s *Store) limitsVersion(ctx context.Context) (version string, err error) {
	if _, err := found(s.reading.QueryRowContext(ctx, `SELECT version FROM limit_versions ORDER BY number DESC LIMIT 1`).Scan(&version)); err != nil {
		return "", fmt.Errorf("look for the limits: %w", err)
	}
	return version, nil
}

// LimitsOf is the data that had a version, whenever that was.
func (s *Store) LimitsOf(ctx context.Context, version string) (data deadline.Data, ok bool, err error) {
	var text string
	ok, err = found(s.reading.QueryRowContext(ctx, `SELECT data FROM limit_versions WHERE version = ? LIMIT 1`, version).Scan(&text))
	if ok && err == nil {
		err = json.Unmarshal([]byte(text), &data)
	}
	if err != nil {
		err = fmt.Errorf("find the limits of version %s: %w", version, err)
	}
	return data, ok, err
}

// PutLimits replaces the limits and the calendar, and keeps what they are now for good. Nothing is written where nothing changes.
func (c *Change) PutLimits(ctx context.Context, data deadline.Data) error {
	if err := data.Check(); err != nil {
		return shared.Fail("file.malformed", err.Error())
	}
	data = ordered(data)
	have, err := c.LimitsKept(ctx)
	if err != nil {
		return err
	}
	version, was := data.Version(), have.Version()
	if version == was {
		return nil
	}
	if err := c.w.putLimits(ctx, data); err != nil {
		return fmt.Errorf("put limits: %w", err)
	}
	text, err := json.Marshal(data)
	if err == nil {
		err = c.w.exec(ctx, `INSERT INTO limit_versions (version, at, data) VALUES (?, ?, ?)`, version, c.now, string(text))
	}
	if err != nil {
		return fmt.Errorf("keep version %s of the limits: %w", version, err)
	}
	return c.w.audit(ctx, c.now, "limits", "put", fmt.Sprintf("version=%s was=%s conditions=%d days=%d", version, was, len(data.Conditions), len(data.Calendar.Days)))
}

// ordered is the data as tables give it back.
func ordered(d deadline.Data) deadline.Data {
	d.Phases = slices.SortedFunc(slices.Values(d.Phases), func(a, b deadline.PhaseLimit) int { return cmp.Compare(a.Phase, b.Phase) })
	d.Calendar.Free = slices.Sorted(slices.Values(d.Calendar.Free))
	d.Calendar.Days = slices.SortedFunc(slices.Values(d.Calendar.Days), func(a, b deadline.Day) int { return cmp.Compare(a.Date, b.Date) })
	return d
}

func (w *writer) putLimits(ctx context.Context, data deadline.Data) error {
	for _, table := range []string{"conditions", "phase_limits", "office_hours", "free_weekdays", "special_days"} {
		if err := w.exec(ctx, `DELETE FROM `+table); err != nil {
			return err
		}
	}
	for place, one := range data.Conditions {
		err := w.exec(ctx, `INSERT INTO conditions (id, category, place, words, closing, pace, ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			one.ID, one.Category, place, one.Words, one.Closing, one.Pace, one.Ms)
		if err != nil {
			return err
		}
	}
	for _, one := range data.Phases {
		if err := w.exec(ctx, `INSERT INTO phase_limits (phase, pace, ms) VALUES (?, ?, ?)`, one.Phase, one.Pace, one.Ms); err != nil {
			return err
		}
	}
	for _, one := range data.Calendar.Hours {
		if err := w.exec(ctx, `INSERT INTO office_hours (from_minute, to_minute) VALUES (?, ?)`, one.From, one.To); err != nil {
			return err
		}
	}
	for _, one := range data.Calendar.Free {
		if err := w.exec(ctx, `INSERT INTO free_weekdays (weekday) VALUES (?)`, int(one)); err != nil {
			return err
		}
	}
	for _, one := range data.Calendar.Days {
		if err := w.exec(ctx, `INSERT INTO special_days (date, kind, name) VALUES (?, ?, ?)`, one.Date, one.Kind, one.Name); err != nil {
			return err
		}
	}
	return nil
}

func limitsKept(ctx context.Context, from reading) (data deadline.Data, err error) {
	data.Conditions, err = list(ctx, from, `SELECT id, category, words, closing, pace, ms FROM conditions ORDER BY place`, func(scan func(...any) error) (c deadline.Condition, err error) {
		err = scan(&c.ID, &c.Category, &c.Words, &c.Closing, &c.Pace, &c.Ms)
		return c, err
	})
	if err == nil {
		data.Phases, err = list(ctx, from, `SELECT phase, pace, ms FROM phase_limits ORDER BY phase`, func(scan func(...any) error) (p deadline.PhaseLimit, err error) {
			err = scan(&p.Phase, &p.Pace, &p.Ms)
			return p, err
		})
	}
	if err == nil {
		data.Calendar.Hours, err = list(ctx, from, `SELECT from_minute, to_minute FROM office_hours ORDER BY from_minute`, func(scan func(...any) error) (h deadline.Hours, err error) {
			err = scan(&h.From, &h.To)
			return h, err
		})
	}
	if err == nil {
		data.Calendar.Free, err = list(ctx, from, `SELECT weekday FROM free_weekdays ORDER BY weekday`, func(scan func(...any) error) (d time.Weekday, err error) {
			var weekday int
			err = scan(&weekday)
			return time.Weekday(weekday), err
		})
	}
	if err == nil {
		data.Calendar.Days, err = list(ctx, from, `SELECT date, kind, name FROM special_days ORDER BY date`, func(scan func(...any) error) (d deadline.Day, err error) {
			err = scan(&d.Date, &d.Kind, &d.Name)
			return d, err
		})
	}
	if err != nil {
		err = fmt.Errorf("read the limits: %w", err)
	}
	return data, err
}

// list reads all rows of a question by one function.
func list[T any](ctx context.Context, from reading, question string, read func(scan func(...any) error) (T, error), args ...any) ([]T, error) {
	rows, err := from.QueryContext(ctx, question, args...)
	if err != nil {
		return nil, err
	}
	return collect(rows, read)
}

// planned is the plan that clocks are reckoned with in this transaction. It is read again only when another version was put, by
// whatever process.
func (w *writer) planned(ctx context.Context) (*deadline.Plan, error) {
	var number int64
	if _, err := found(w.conn.QueryRowContext(ctx, `SELECT number FROM limit_versions ORDER BY number DESC LIMIT 1`).Scan(&number)); err != nil {
		return nil, fmt.Errorf("look for the limits: %w", err)
	}
	if w.plan != nil && number == w.planNumber {
		return w.plan, nil
	}
	data, err := limitsKept(ctx, w.conn)
	if err != nil {
		return nil, err
	}
	w.plan, w.planNumber = data.Ready(), number
	return w.plan, nil
}

// LimitVersion is what the limits and the calendar were from a moment on.
type LimitVersion struct {
	Version           string
	At                int64
	Conditions, Days  int
	Actor, ActorLabel string // who changed it
}

// LimitVersions lists all versions, the latest first.
func (s *Store) LimitVersions(ctx context.Context) ([]LimitVersion, error) {
	versions, err := list(ctx, s.reading, `SELECT version, v.at, json_array_length(data, '$.conditions'), coalesce(json_array_length(data, '$.calendar.days'), 0), coalesce(a.actor, ''), coalesce(p.label, '')
		FROM limit_versions AS v LEFT JOIN audit AS a ON a.number = (SELECT number FROM audit WHERE subject = 'limits' AND what = 'put' AND at = v.at AND detail LIKE 'version=' || v.version || ' %' LIMIT 1)
		LEFT JOIN people AS p ON p.id = a.actor ORDER BY v.number DESC`, func(scan func(...any) error) (v LimitVersion, err error) {
		err = scan(&v.Version, &v.At, &v.Conditions, &v.Days, &v.Actor, &v.ActorLabel)
		return v, err
	})
	if err != nil {
		return nil, fmt.Errorf("list the versions of the limits: %w", err)
	}
	return versions, nil
}
