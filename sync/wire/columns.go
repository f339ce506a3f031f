package wire

import (
	"bytes"
	"encoding/json"
	"fmt"

	"buxun/shared"
)

// Column is one field of many cases, in the order of the page.
type Column []json.RawMessage

var null = json.RawMessage("null")

// Columns turns cases into columns; a field that no case has is left out.
func Columns(cases []shared.Case) (map[string]Column, error) {
	columns := map[string]Column{}
	for i, c := range cases {
		text, err := json.Marshal(c)
		if err != nil {
			return nil, fmt.Errorf("encode case %s: %w", c.ID, err)
		}
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(text, &fields); err != nil {
			return nil, fmt.Errorf("split case %s: %w", c.ID, err)
		}
		for name, value := range fields {
			column, ok := columns[name]
			if !ok {
				column = make(Column, len(cases))
				for j := range column {
					column[j] = null
				}
				columns[name] = column
			}
			column[i] = value
		}
	}
	return columns, nil
}

// Rows turns columns back into cases. It errs on columns of different lengths.
func Rows(columns map[string]Column) ([]shared.Case, error) {
	count := len(columns["id"])
	cases := make([]shared.Case, count)
	for i := range cases {
		fields := map[string]json.RawMessage{}
		for name, column := range columns {
			if len(column) != count {
				return nil, shared.Fail("frame.malformed", fmt.Sprintf("column %s has %d values, id has %d", name, len(column), count))
			}
			if !bytes.Equal(column[i], null) {
				fields[name] = column[i]
			}
		}
		text, err := json.Marshal(fields)
		if err != nil {
			return nil, fmt.Errorf("join case %d: %w", i, err)
		}
		if err := json.Unmarshal(text, &cases[i]); err != nil {
			return nil, shared.Fail("frame.malformed", err.Error())
		}
	}
	return cases, nil
}
