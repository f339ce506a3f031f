package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"buxun/shared"
)

// Column is one field of many cases, in the order of the page.
type Column []json.RawMessage

var null = json.RawMessage("null")

// field is one field of a case, by its name in JSON.
type field struct {
	name     string
	index    int
	omitZero bool // it is left out where it is empty
}

var fieldsOfCase = sync.OnceValue(func() (list []field) {
	t := reflect.TypeFor[shared.Case]()
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		list = append(list, field{name, i, options == "omitempty"})
	}
	return list
})

// Columns turns cases into columns; a field that no case has is left out. Each field is encoded by itself: to encode whole cases
// and take them apart again costs four times as much.
func Columns(cases []shared.Case) (map[string]Column, error) {
	columns := map[string]Column{}
	for i := range cases {
		one := reflect.ValueOf(&cases[i]).Elem()
		for _, f := range fieldsOfCase() {
			value := one.Field(f.index)
			if f.omitZero && isEmpty(value) {
				continue
			}
			text, err := json.Marshal(value.Interface())
			if err != nil {
				return nil, fmt.Errorf("encode %s of case %s: %w", f.name, cases[i].ID, err)
			}
			column, ok := columns[f.name]
			if !ok {
				column = make(Column, len(cases))
				for j := range column {
					column[j] = null
				}
				columns[f.name] = column
			}
			column[i] = text
		}
	}
	return columns, nil
}

// isEmpty is what encoding/json leaves out under omitempty.
func isEmpty(value reflect.Value) bool {
	switch value.Kind() {
	case reflect.Slice, reflect.Map, reflect.String:
		return value.Len() == 0
	}
	return value.IsZero()
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
