package shared

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// maxDepth is how deep objects and lists may stand in each other.
const maxDepth = 32

// ambiguity names what could make two readers of one JSON text see different things, or "". Go folds the case of names,
// takes null for absent and joins objects that stand under one name twice; JavaScript rounds whole numbers above 2^53 and
// takes 1.0 for 1. The error is that of text that is no JSON.
func ambiguity(text string, known map[string]string) (string, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var open []level
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		if token == json.Delim('}') || token == json.Delim(']') {
			open = open[:len(open)-1]
			continue
		}
		if len(open) > 0 {
			if name, ok := open[len(open)-1].name(token); ok {
				if wrong := wrongName(name, open[len(open)-1].taken, known); wrong != "" {
					return wrong, nil
				}
				continue
			}
		}
		switch t := token.(type) {
		case json.Delim:
			open = append(open, level{object: t == '{', taken: map[string]bool{}})
			if len(open) > maxDepth {
				return "objects stand too deep in each other", nil
			}
		case nil:
			return "null stands where absent is meant", nil
		case json.Number:
			if !plainNumber(t.String()) {
				return fmt.Sprintf("the number %s is out of range or not written plainly", t), nil
			}
		}
	}
}

// level is one object or list that the reader stands in.
type level struct {
	object bool
	named  bool // the next token is a name's value
	taken  map[string]bool
}

// name says whether the token is a name of the object, and which.
func (l *level) name(token json.Token) (string, bool) {
	if !l.object {
		return "", false
	}
	l.named = !l.named
	name, _ := token.(string)
	return name, l.named
}

func wrongName(name string, taken map[string]bool, known map[string]string) string {
	if !plainName(name) {
		return fmt.Sprintf("the name %q is not written plainly", name)
	}
	if exact, ok := known[strings.ToLower(name)]; ok && exact != name {
		return fmt.Sprintf("the name %s differs from a known one in case", name)
	}
	if taken[name] {
		return fmt.Sprintf("the name %s stands twice", name)
	}
	taken[name] = true
	return ""
}

// plainName says whether a name is ASCII letters and digits, the first one a small letter.
func plainName(name string) bool {
	for i := range len(name) {
		c := name[i]
		small, large, digit := c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9'
		if !small && (i == 0 || !large && !digit) {
			return false
		}
	}
	return name != ""
}

// plainNumber says whether a whole number is written in digits only and lies within ±(2^53-1).
func plainNumber(literal string) bool {
	value, err := strconv.ParseFloat(literal, 64)
	if err != nil {
		return false
	}
	if value != math.Trunc(value) {
		return true
	}
	return math.Abs(value) <= 1<<53-1 && literal == strconv.FormatInt(int64(value), 10)
}

// bodyNames are the names that a body's format knows, by their lower-case form.
var bodyNames = sync.OnceValue(func() map[string]string {
	names := map[string]string{}
	addNames(reflect.TypeFor[Body](), names)
	return names
})

func addNames(t reflect.Type, names map[string]string) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return
	}
	for i := range t.NumField() {
		field := t.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		names[strings.ToLower(name)] = name
		addNames(field.Type, names)
	}
}
