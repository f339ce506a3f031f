package sqlite

import (
	"context"
	"fmt"
	"strings"

	"buxun/shared"
)

// replay applies a case's log by its recorded verdicts. It gives the projection but for the arrival of photos, which the log
// does not tell.
func (s *Store) replay(ctx context.Context, caseID string) (*shared.Case, error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT text, outcome, coalesce(fault, ''), coalesce(to_state, ''), coalesce(role, ''), coalesce(squad, ''),
		table_version, received, at, coalesce(marks, '') FROM operations WHERE case_id = ? AND revision > 0 ORDER BY revision`, caseID)
	if err != nil {
		return nil, fmt.Errorf("read the log of case %s: %w", caseID, err)
	}
	entries, err := collect(rows, func(scan func(...any) error) (e logged, err error) {
		var marks string
		v := &e.verdict
		if err := scan(&e.text, &v.Outcome, &v.Fault, &v.To, &v.Role, &v.Squad, &v.Table, &v.Received, &v.At, &marks); err != nil {
			return e, err
		}
		for _, mark := range strings.FieldsFunc(marks, func(r rune) bool { return r == ',' }) {
			v.Marks = append(v.Marks, shared.Mark(mark))
		}
		return e, nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the log of case %s: %w", caseID, err)
	}
	var c *shared.Case
	for i, e := range entries {
		body, err := shared.ParseBody(e.text)
		if err != nil {
			return nil, fmt.Errorf("read revision %d of case %s: %w", i+1, caseID, err)
		}
		c = shared.Apply(c, body, e.verdict)
	}
	return c, nil
}

type logged struct {
	text    string
	verdict shared.Verdict
}
