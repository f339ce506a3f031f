package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"buxun/server/roster"
)

// Answering is one of those who answer for an area.
type Answering struct {
	ID, Login, Label string
	Disabled         bool // is sent nowhere
}

// answering lists, by area, who answers for it, by login.
func answering(ctx context.Context, from reading, where string, args ...any) (map[string][]Answering, error) {
	type one struct {
		area string
		Answering
	}
	all, err := list(ctx, from, `SELECT area, people.id, login, label, disabled FROM area_people JOIN areas ON areas.code = area JOIN people ON people.id = person
		WHERE `+where+` ORDER BY area, login`, func(scan func(...any) error) (o one, err error) {
		err = scan(&o.area, &o.ID, &o.Login, &o.Label, &o.Disabled)
		return o, err
	}, args...)
	if err != nil {
		return nil, fmt.Errorf("list who answers for areas: %w", err)
	}
	found := map[string][]Answering{}
	for _, o := range all {
		found[o.area] = append(found[o.area], o.Answering)
	}
	return found, nil
}

// answeringIn are the ids of those who can be sent, by area, for who sends; a squad's, or all.
func (s *Store) answeringIn(ctx context.Context, all bool, squad string) (map[string][]string, error) {
	found, err := answering(ctx, s.reading, `NOT disabled AND (? OR areas.squad = ?)`, all, squad)
	ids := map[string][]string{}
	for area, people := range found {
		for _, one := range people {
			ids[area] = append(ids[area], one.ID)
		}
	}
	return ids, err
}

// putAnswering writes who answers for an area: of those that it names, the collectors of its squad. Where it names nobody, not even an
// empty list, they stay, but for those who are none.
func (w *writer) putAnswering(ctx context.Context, area roster.Area, now int64) error {
	before, err := w.answeringFor(ctx, area.Code)
	if err != nil {
		return err
	}
	wanted := area.Collectors
	if wanted == nil {
		wanted = before
	}
	logins, err := json.Marshal(append([]string{}, wanted...))
	if err != nil {
		return err
	}
	const meant = `SELECT id FROM people WHERE role = 'collector' AND squad = ?2 AND login IN (SELECT value FROM json_each(?3))`
	if err := w.exec(ctx, `DELETE FROM area_people WHERE area = ?1 AND person NOT IN (`+meant+`)`, area.Code, area.Squad, string(logins)); err != nil {
		return err
	}
	if err := w.exec(ctx, `INSERT INTO area_people (area, person) SELECT ?1, id FROM (`+meant+`) WHERE id NOT IN (SELECT person FROM area_people WHERE area = ?1)`,
		area.Code, area.Squad, string(logins)); err != nil {
		return err
	}
	after, err := w.answeringFor(ctx, area.Code)
	if err != nil || slices.Equal(before, after) {
		return err
	}
	return w.audit(ctx, now, subjectOfArea(area.Code), "answering", fmt.Sprintf("collectors=%q was=%q", strings.Join(after, " "), strings.Join(before, " ")))
}

func (w *writer) answeringFor(ctx context.Context, area string) (logins []string, err error) {
	return list(ctx, w.conn, `SELECT login FROM area_people JOIN people ON id = person WHERE area = ? ORDER BY login`, func(scan func(...any) error) (login string, err error) {
		err = scan(&login)
		return login, err
	}, area)
}

// leaveAreas takes a person out of the areas that only a collector of their squad may answer for.
func (w *writer) leaveAreas(ctx context.Context, p Person, now int64) error {
	areas, err := list(ctx, w.conn, `SELECT area FROM area_people JOIN areas ON code = area WHERE person = ?1 AND (?2 <> 'collector' OR squad <> ?3) ORDER BY area`,
		func(scan func(...any) error) (area string, err error) {
			err = scan(&area)
			return area, err
		}, p.ID, p.Role, p.Squad)
	if err != nil {
		return err
	}
	for _, area := range areas {
		if err := w.exec(ctx, `DELETE FROM area_people WHERE area = ? AND person = ?`, area, p.ID); err != nil {
			return err
		}
		if err := w.audit(ctx, now, subjectOfArea(area), "answering", fmt.Sprintf("left=%s role=%s squad=%s", p.Login, p.Role, p.Squad)); err != nil {
			return err
		}
	}
	return nil
}

// collectorsOf are the logins of those who answer for an area.
func collectorsOf(people []Answering) (logins []string) {
	for _, one := range people {
		logins = append(logins, one.Login)
	}
	return logins
}
