package shared

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// maxDepth is how deep objects and lists may stand in each other.
const maxDepth = 32

// ambiguity names what could make two readers of one JSON text see different things, or "". Go folds the case of names,
// takes null for absent and joins objects that stand under one name twice; JavaScript rounds whole numbers above 2^53 and
// takes 1.0 for 1. The text must be valid JSON: then a walk over its bytes is enough, and takes a tenth of a decoder's time.
func ambiguity(text string, known map[string]string) string {
	var open []level
	for at := 0; at < len(text); {
		switch c := text[at]; c {
		case '{', '[':
			if len(open) == maxDepth {
				return "objects stand too deep in each other"
			}
			open = append(open, level{object: c == '{', name: c == '{'})
			at++
		case '}', ']':
			open = open[:len(open)-1]
			at++
		case '"':
			end := endOfString(text, at)
			if len(open) > 0 && open[len(open)-1].name {
				if wrong := open[len(open)-1].take(text[at:end], known); wrong != "" {
					return wrong
				}
			}
			at = end
		case ',':
			open[len(open)-1].name = open[len(open)-1].object
			at++
		case ':':
			open[len(open)-1].name = false
			at++
		case 'n':
			return "null stands where absent is meant"
		case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			end := at + 1
			for end < len(text) && strings.IndexByte("0123456789+-.eE", text[end]) >= 0 {
				end++
			}
			if !plainNumber(text[at:end]) {
				return fmt.Sprintf("the number %s is out of range or not written plainly", text[at:end])
			}
			at = end
		default: // white space, and the letters of true and false
			at++
		}
	}
	return ""
}

// endOfString is the place behind the string that begins at a quote.
func endOfString(text string, at int) int {
	for at++; text[at] != '"'; at++ {
		if text[at] == '\\' {
			at++
		}
	}
	return at + 1
}

// level is one object or list that the reader stands in.
type level struct {
	object bool
	name   bool // the next string is a name
	few    []string
	many   map[string]bool // instead of few, where there are more than a body's format knows
}

// take notes a name, as it stands in the text with its quotes, and says what is wrong with it.
func (l *level) take(quoted string, known map[string]string) string {
	name := quoted[1 : len(quoted)-1]
	if strings.IndexByte(name, '\\') >= 0 {
		_ = json.Unmarshal([]byte(quoted), &name) // the text is valid
	}
	if wrong := wrongName(name, known); wrong != "" {
		return wrong
	}
	if l.many[name] || slices.Contains(l.few, name) {
		return fmt.Sprintf("the name %s stands twice", name)
	}
	switch {
	case l.many != nil:
		l.many[name] = true
	case len(l.few) < 32:
		l.few = append(l.few, name)
	default:
		l.many = map[string]bool{name: true}
		for _, one := range l.few {
			l.many[one] = true
		}
		l.few = nil
	}
	return ""
}

func wrongName(name string, known map[string]string) string {
	if !plainName(name) {
		return fmt.Sprintf("the name %q is not written plainly", name)
	}
	if exact, ok := known[strings.ToLower(name)]; ok && exact != name {
		return fmt.Sprintf("the name %s differs from a known one in case", name)
	}
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
	if len(literal) < 16 && strings.Trim(literal, "0123456789") == "" {
		return true // JSON knows no zeros in front
	}
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
