package sqlite

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"buxun/server/roster"
	"buxun/shared"
	"buxun/sync/session"
)

// Phrases are the quick phrases that a squad keeps. A kind that it keeps none of is not in Kinds.
type Phrases struct {
	Squad string
	Kinds map[shared.PhraseKind][]string
	// Version changes with the content.
	Version string
}

// phrasesOfUnits lists what all squads keep for the steps of units, in the order of squads: a unit works for all of them.
func (s *Store) phrasesOfUnits(ctx context.Context, kinds map[shared.PhraseKind][]string) error {
	kept, err := s.PhrasesKept(ctx)
	for _, p := range kept {
		if slices.Contains(shared.UnitPhraseKinds(), p.Kind) && !slices.Contains(kinds[p.Kind], p.Text) && len(kinds[p.Kind]) < shared.MaxPhrases {
			kinds[p.Kind] = append(kinds[p.Kind], p.Text)
		}
	}
	return err
}

// Phrases lists what a squad keeps, to people of a unit what all squads keep for the steps of units; an empty code means the reader's own squad. Another squad's are for the centre's roles
// (L10): the fault is request.notPermitted, or request.notFound on a squad that is not there.
func (s *Store) Phrases(ctx context.Context, reader session.Reader, squad string) (Phrases, error) {
	p := Phrases{Kinds: map[shared.PhraseKind][]string{}}
	var err error
	if p.Squad, err = squadInScope(reader, squad); err != nil {
		return p, err
	}
	if err := s.knowSquad(ctx, p.Squad); err != nil {
		return p, err
	}
	type row struct {
		kind shared.PhraseKind
		text string
	}
	rows, err := s.reading.QueryContext(ctx, `SELECT kind, text FROM phrases WHERE squad = ? ORDER BY kind, place`, p.Squad)
	if err != nil {
		return p, fmt.Errorf("list phrases of squad %s: %w", p.Squad, err)
	}
	list, err := collect(rows, func(scan func(...any) error) (r row, err error) {
		err = scan(&r.kind, &r.text)
		return r, err
	})
	if err != nil {
		return p, fmt.Errorf("list phrases of squad %s: %w", p.Squad, err)
	}
	for _, r := range list {
		p.Kinds[r.kind] = append(p.Kinds[r.kind], r.text)
	}
	if reader.Standing.Unit != "" {
		if err := s.phrasesOfUnits(ctx, p.Kinds); err != nil {
			return p, err
		}
	}
	text, err := json.Marshal(p) // a map is written in order of its keys
	if err != nil {
		return p, fmt.Errorf("version the phrases of squad %s: %w", p.Squad, err)
	}
	sum := sha256.Sum256(text)
	p.Version = hex.EncodeToString(sum[:8])
	return p, nil
}

// PutPhrases replaces a squad's phrases of one kind; none at all brings the built-in ones back. An empty code means the
// reader's own squad. It is for the squad's leader and the centre's roles. was is what the reader saw, nil where that does not
// matter: where the squad keeps others by now the fault is phrases.changed and nothing is. It errs with phrases.malformed as
// shared.CheckPhrases does, and with request.notFound on a squad or kind that is not there.
func (s *Store) PutPhrases(ctx context.Context, reader session.Reader, squad string, kind shared.PhraseKind, texts, was []string) error {
	if reader.Standing.Role != shared.RoleLeader && !centre(reader.Standing) {
		return shared.Fail("request.notPermitted", "phrases are kept by leaders")
	}
	squad, err := squadInScope(reader, squad)
	switch {
	case err != nil:
		return err
	case squad == "":
		return shared.Fail("request.malformed", "no squad is named")
	case !slices.Contains(shared.PhraseKinds(), kind):
		return shared.Fail("request.notFound", "no kind of phrases "+string(kind))
	}
	if err := s.knowSquad(ctx, squad); err != nil {
		return err
	}
	if err := shared.CheckPhrases(texts); err != nil {
		return fmt.Errorf("put phrases %s of squad %s: %w", kind, squad, err)
	}
	err = s.write(ctx, func(ctx context.Context, w *writer) error {
		return w.putPhrases(ctx, squad, kind, texts, was, s.now(), reader.Person)
	})
	if err != nil {
		return fmt.Errorf("put phrases %s of squad %s: %w", kind, squad, err)
	}
	return nil
}

func (w *writer) putPhrases(ctx context.Context, squad string, kind shared.PhraseKind, texts, was []string, now int64, person string) error {
	rows, err := w.conn.QueryContext(ctx, `SELECT text FROM phrases WHERE squad = ? AND kind = ? ORDER BY place`, squad, kind)
	if err != nil {
		return err
	}
	kept, err := collect(rows, func(scan func(...any) error) (text string, err error) {
		err = scan(&text)
		return text, err
	})
	if err != nil {
		return err
	}
	if was != nil && !slices.Equal(was, kept) {
		return shared.Fail("phrases.changed", fmt.Sprintf("%d phrases where %d were seen", len(kept), len(was)))
	}
	if slices.Equal(texts, kept) {
		return nil
	}
	if err := w.exec(ctx, `DELETE FROM phrases WHERE squad = ? AND kind = ?`, squad, kind); err != nil {
		return err
	}
	for place, text := range texts {
		if err := w.exec(ctx, `INSERT INTO phrases (squad, kind, place, text) VALUES (?, ?, ?, ?)`, squad, kind, place, text); err != nil {
			return err
		}
	}
	return w.audit(ctx, now, "squad "+squad, "phrases", fmt.Sprintf("kind=%s count=%d by=%s", kind, len(texts), person))
}

// PhrasesKept lists the quick phrases of all squads, in the order of squads, kinds and places.
func (s *Store) PhrasesKept(ctx context.Context) ([]roster.Phrase, error) {
	return phrasesKept(ctx, s.reading)
}

func phrasesKept(ctx context.Context, from reading) ([]roster.Phrase, error) {
	rows, err := from.QueryContext(ctx, `SELECT squad, kind, text FROM phrases JOIN squads ON code = squad ORDER BY squads.place, squad, kind, phrases.place`)
	if err != nil {
		return nil, fmt.Errorf("list phrases: %w", err)
	}
	return collect(rows, func(scan func(...any) error) (p roster.Phrase, err error) {
		err = scan(&p.Squad, &p.Kind, &p.Text)
		return p, err
	})
}

// squadInScope is the squad that a reader means by a code: the own one where it is empty. Another one is for the centre.
func squadInScope(reader session.Reader, code string) (string, error) {
	if code == "" || code == reader.Standing.Squad {
		return reader.Standing.Squad, nil
	}
	if !centre(reader.Standing) {
		return "", shared.Fail("request.notPermitted", "squad "+code)
	}
	return code, nil
}

func (s *Store) knowSquad(ctx context.Context, code string) error {
	if code == "" {
		return nil
	}
	var one int
	known, err := found(s.reading.QueryRowContext(ctx, `SELECT 1 FROM squads WHERE code = ?`, code).Scan(&one))
	if err != nil || known {
		return err
	}
	return shared.Fail("request.notFound", "no squad "+code)
}
