package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"buxun/shared"
	"buxun/sync/session"
)

const loggedColumns = `replica, counter, text, outcome, coalesce(fault, ''), coalesce(to_state, ''), coalesce(role, ''), coalesce(squad, ''),
	table_version, received, operations.at, coalesce(marks, ''), epochs.id, seq, coalesce(clocks, '')`

// scanLogged reads one operation; the text is parsed, because only what could be read stands on a case's timeline.
func scanLogged(scan func(...any) error) (one session.Logged, err error) {
	var text, marks, clocks string
	v := &one.Verdict
	err = scan(&one.Replica, &one.Counter, &text, &v.Outcome, &v.Fault, &v.To, &v.Role, &v.Squad, &v.Table, &v.Received, &v.At, &marks, &one.Epoch, &one.Seq, &clocks)
	if err != nil {
		return one, err
	}
	for _, mark := range strings.FieldsFunc(marks, func(r rune) bool { return r == ',' }) {
		v.Marks = append(v.Marks, shared.Mark(mark))
	}
	if clocks != "" {
		if err := json.Unmarshal([]byte(clocks), &v.Clocks); err != nil {
			return one, fmt.Errorf("read the time limits of operation %s/%d: %w", one.Replica, one.Counter, err)
		}
	}
	if one.Body, err = shared.ParseBody(text); err != nil {
		return one, fmt.Errorf("read operation %s/%d: %w", one.Replica, one.Counter, err)
	}
	return one, nil
}

// logOf reads the operations on a case's timeline in the case's order.
func logOf(ctx context.Context, from reading, caseID string) ([]session.Logged, error) {
	rows, err := from.QueryContext(ctx, `SELECT `+loggedColumns+` FROM operations JOIN epochs ON epochs.number = epoch
		WHERE case_id = ? AND revision > 0 ORDER BY revision`, caseID)
	if err != nil {
		return nil, fmt.Errorf("read the log of case %s: %w", caseID, err)
	}
	log, err := collect(rows, scanLogged)
	if err != nil {
		return nil, fmt.Errorf("read the log of case %s: %w", caseID, err)
	}
	return log, nil
}

// Replay applies a case's log by its recorded verdicts. It gives the projection but for the arrival of photos and how far a
// return came, which the log does not tell.
func (s *Store) Replay(ctx context.Context, caseID string) (*shared.Case, error) {
	log, err := logOf(ctx, s.reading, caseID)
	if err != nil {
		return nil, err
	}
	return session.Replay(s.rules.Workflow, log, nil), nil
}

// reorder writes the places of a case's operations in the case's own order.
func (w *writer) reorder(ctx context.Context, order []session.Ordered) error {
	for _, one := range order {
		err := w.exec(ctx, `UPDATE operations SET revision = ?1 WHERE replica = ?2 AND counter = ?3 AND revision <> ?1`, one.Revision, one.Replica, one.Counter)
		if err != nil {
			return err
		}
	}
	return nil
}

// epochOf is the number of the epoch of an operation's receipt. One that this database never saw is of a life that began after
// the backup that it was restored from and was lost in turn: it is noted below the others, of which the highest is now.
func (w *writer) epochOf(ctx context.Context, row session.Row) (number int64, err error) {
	if row.Epoch == w.life {
		return w.epoch, nil
	}
	err = w.exec(ctx, `INSERT OR IGNORE INTO epochs (number, id, at) SELECT min(0, min(number)) - 1, ?, ? FROM epochs`, row.Epoch, row.Verdict.Received)
	if err != nil {
		return 0, err
	}
	err = w.conn.QueryRowContext(ctx, `SELECT number FROM epochs WHERE id = ?`, row.Epoch).Scan(&number)
	return number, err
}
