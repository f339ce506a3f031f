package sqlite

import (
	"context"

	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// view is what judging reads, from inside the writing transaction.
type view struct {
	ctx       context.Context
	w         *writer
	foresight foresight
}

func (v view) Replica(id string) (session.Replica, bool, error) {
	if r, ok := v.foresight.replicas[id]; ok {
		return r, true, nil
	}
	return v.w.replica(v.ctx, id)
}

func (v view) Recorded(replica string, counter int64) (wire.Answer, bool, error) {
	a := wire.Answer{Counter: counter}
	err := v.w.conn.QueryRowContext(v.ctx, `SELECT hash, seq, epochs.id, outcome, coalesce(fault, ''), receipted, mac
		FROM operations JOIN epochs ON epochs.number = epoch WHERE replica = ? AND counter = ?`, replica, counter).
		Scan(&a.Hash, &a.Seq, &a.Epoch, &a.Outcome, &a.Fault, &a.Received, &a.Mac)
	ok, err := found(err)
	return a, ok, err
}

func (v view) Link(replica string, counter int64) (string, error) {
	var text string
	ok, err := found(v.w.conn.QueryRowContext(v.ctx, `SELECT text FROM operations WHERE replica = ? AND counter = ?`, replica, counter).Scan(&text))
	if err != nil || !ok {
		return "", err
	}
	body, err := shared.ParseBody(text)
	if err != nil {
		return "", nil // one that was refused unread is linked to nothing
	}
	return body.Prev, nil
}

func (v view) Reissued(was shared.Reference) (bool, error) {
	if v.foresight.neverMade(was) {
		return false, nil
	}
	var one int
	return found(v.w.conn.QueryRowContext(v.ctx, `SELECT 1 FROM operations WHERE replica = ?1 AND counter = ?2 AND hash = ?3
		UNION ALL SELECT 1 FROM operations WHERE was_replica = ?1 AND was_counter = ?2 AND was_hash = ?3 LIMIT 1`,
		was.Replica, was.Counter, was.Hash).Scan(&one))
}

func (v view) Case(id string) (shared.Case, bool, error) {
	if v.foresight.cases[id] {
		return v.foresight.found(id)
	}
	var doc string
	ok, err := found(v.w.conn.QueryRowContext(v.ctx, `SELECT doc FROM cases WHERE id = ?`, id).Scan(&doc))
	if err != nil || !ok {
		return shared.Case{}, false, err
	}
	c, err := readCase(doc)
	return c, err == nil, err
}

func (v view) Log(id string) ([]session.Logged, error) { return logOf(v.ctx, v.w.conn, id) }

// Standing is the role and squad of a person or program at a time; the server's own replica always stands as the server.
func (v view) Standing(author shared.Author, at int64) (shared.Standing, error) {
	if author.Kind == shared.AuthorServer {
		return shared.Standing{Role: shared.RoleServer}, nil
	}
	standing, err := v.w.standing(v.ctx, author.ID, at)
	if (author.Kind == shared.AuthorMachine) != (standing.Role == shared.RoleMachine) {
		return shared.Standing{}, err
	}
	return standing, err
}

// Unit says whether cases may be dispatched to the unit.
func (v view) Unit(code string) (bool, error) {
	var one int
	return found(v.w.conn.QueryRowContext(v.ctx, `SELECT 1 FROM units WHERE code = ? AND NOT closed`, code).Scan(&one))
}

func (v view) Arrival(author shared.Author, standing shared.Standing, hash string) (shared.Arrival, error) {
	if here, looked := v.foresight.here[hash]; looked && !here {
		return shared.ArrivalWaiting, nil
	}
	var here shared.Arrival
	ok, err := found(v.w.conn.QueryRowContext(v.ctx, `SELECT case_photos.here FROM case_photos JOIN cases ON cases.id = case_id
		WHERE hash = ?1 AND case_photos.here IN ('here', 'damaged') AND (case_photos.author = ?2 OR `+caseInScope+`) LIMIT 1`,
		hash, author.ID, centre(standing), standing.Squad, standing.Unit).Scan(&here))
	if err != nil || !ok {
		return shared.ArrivalWaiting, err
	}
	return here, nil
}
