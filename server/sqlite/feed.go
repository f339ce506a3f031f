package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"
)

const dayMs = 24 * 60 * 60 * 1000

// pageBytes is about how much a page holds: it must be over a thin line before its socket's patience ends, or the phone would
// begin again with the same page for ever.
const pageBytes = 128 << 10

// Page reads the next cases of the reader's scope after since, in order of sequence. A pull from 0 brings those that phones
// keep: open, or changed within KeepDays (R31). A later page names the others among its leaves, so that a phone which was
// away for long drops what ended meanwhile.
func (s *Store) Page(ctx context.Context, reader session.Reader, since int64, limit int) (page session.Page, err error) {
	tx, err := s.reading.BeginTx(ctx, nil)
	if err != nil {
		return page, fmt.Errorf("begin page: %w", err)
	}
	defer func() { err = errors.Join(err, tx.Rollback()) }()
	if page.Seq, err = headOf(ctx, tx); err != nil {
		return page, fmt.Errorf("read the feed's head: %w", err)
	}
	page.Seq = max(page.Seq, since)
	rows, err := s.feedRows(ctx, tx, reader, since, limit+1)
	if err != nil {
		return page, fmt.Errorf("read the feed: %w", err)
	}
	lines, err := collect(rows, scanLine)
	if err != nil {
		return page, fmt.Errorf("read the feed: %w", err)
	}
	if len(lines) > limit {
		lines = lines[:limit]
		page.Seq, page.More = lines[limit-1].seq, true
	}
	size := 0
	for i, l := range lines {
		if size += len(l.doc.String); size > pageBytes && i > 0 {
			page.Seq, page.More = lines[i-1].seq, true
			break
		}
		if !l.doc.Valid {
			page.Leaves = append(page.Leaves, l.id)
			continue
		}
		c, err := readCase(l.doc.String)
		if err != nil {
			return page, err
		}
		page.Cases = append(page.Cases, c)
	}
	return page, nil
}

func headOf(ctx context.Context, tx *sql.Tx) (head int64, err error) {
	err = tx.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) FROM cases`).Scan(&head)
	return head, err
}

// line is one row of the feed: a case, or the id of one that the phone drops (doc is NULL).
type line struct {
	seq int64
	id  string
	doc sql.NullString
}

func scanLine(scan func(...any) error) (l line, err error) {
	err = scan(&l.seq, &l.id, &l.doc)
	return l, err
}

// Each branch runs along one index in order of seq, so that a page costs its own length and not what lies outside the scope.
const (
	kept      = `(open OR changed_at >= ?4)`
	docIfKept = `CASE WHEN ` + kept + ` THEN doc END`

	ofCentre     = `SELECT seq, id, ` + docIfKept + ` FROM cases WHERE seq > ?3 AND (?3 > 0 OR ` + kept + `) AND ?1 = ?1 AND ?2 = ?2`
	ofSquad      = `SELECT seq, id, ` + docIfKept + ` FROM cases WHERE squad = ?2 AND ?2 <> '' AND seq > ?3 AND (?3 > 0 OR ` + kept + `)`
	ofReporter   = `SELECT seq, id, ` + docIfKept + ` FROM cases WHERE reporter = ?1 AND (squad <> ?2 OR ?2 = '') AND seq > ?3 AND (?3 > 0 OR ` + kept + `)`
	ofUnit       = `SELECT seq, id, ` + docIfKept + ` FROM cases WHERE unit = ?2 AND unit <> '' AND seq > ?3 AND (?3 > 0 OR ` + kept + `) AND ?1 = ?1`
	ofUnitLeaves = `SELECT unit_leaves.seq, case_id, NULL FROM unit_leaves JOIN cases ON cases.id = case_id
		WHERE unit_leaves.unit = ?2 AND unit_leaves.seq > ?3 AND ?3 > 0 AND cases.unit <> ?2`
	ofLeaves = `SELECT leaves.seq, case_id, NULL FROM leaves JOIN cases ON cases.id = case_id
		WHERE leaves.squad = ?2 AND leaves.seq > ?3 AND ?3 > 0 AND cases.squad <> ?2 AND reporter <> ?1`
)

func (s *Store) feedRows(ctx context.Context, tx *sql.Tx, reader session.Reader, since int64, limit int) (*sql.Rows, error) {
	text, group := ofSquad+` UNION ALL `+ofReporter+` UNION ALL `+ofLeaves, reader.Standing.Squad
	switch {
	case centre(reader.Standing):
		text = ofCentre
	case reader.Standing.Role == shared.RoleUnit:
		text, group = ofUnit+` UNION ALL `+ofUnitLeaves, reader.Standing.Unit
	}
	return tx.QueryContext(ctx, text+` ORDER BY 1 LIMIT ?5`,
		reader.Person, group, since, s.now()-wire.KeepDays*dayMs, limit)
}
