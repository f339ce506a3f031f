package roster

import (
	"fmt"
	"slices"
	"strings"

	"buxun/shared"
)

// MaxFileBytes is the largest file that is read.
const MaxFileBytes = 32 << 20

// Mistake is one thing in a file that cannot be imported as it is: where it stands, what is wrong and what to do.
type Mistake struct {
	File string
	Line int // from 1
	// Column is a table's column from 1, or in GeoJSON the character of the line, in bytes from 1.
	Column int
	// Heading names the column as the file does; empty where the file has none.
	Heading string
	Zh      string
	En      string
}

// Mistakes are all of a file's. They are a file.malformed fault: nothing of the file was taken.
type Mistakes []Mistake

// shown is how many mistakes Error lists; the rest is counted.
const shown = 50

// Error lists the mistakes in both languages, one a line.
func (ms Mistakes) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "file.malformed: 有 %d 处要改，什么都没有导入 / %d to correct, nothing was imported", len(ms), len(ms))
	for i, m := range ms {
		if i == shown {
			fmt.Fprintf(&text, "\n…… 还有 %d 处 / and %d more", len(ms)-shown, len(ms)-shown)
			break
		}
		fmt.Fprintf(&text, "\n%s:%d:%d: %s / %s", m.File, m.Line, m.Column, m.Zh, m.En)
	}
	return text.String()
}

// Unwrap gives the fault of the catalogue.
func (ms Mistakes) Unwrap() error {
	return shared.Fail("file.malformed", fmt.Sprintf("%d mistakes", len(ms)))
}

// orNil keeps an empty list from becoming a non-nil error.
func (ms Mistakes) orNil() error {
	if len(ms) == 0 {
		return nil
	}
	slices.SortStableFunc(ms, func(a, b Mistake) int { return a.Line - b.Line })
	return ms
}

// Wrong is what one field cannot be and what to do, in both languages: of a form, or of a row before its place is known.
type Wrong struct{ Field, Zh, En string }

// Wrongs are all of a form's. They are a fields.malformed fault.
type Wrongs []Wrong

// Error lists them in both languages, one a line.
func (ws Wrongs) Error() string {
	text := "fields.malformed"
	for _, w := range ws {
		text += fmt.Sprintf("\n%s: %s / %s", w.Field, w.Zh, w.En)
	}
	return text
}

// Unwrap gives the fault of the catalogue.
func (ws Wrongs) Unwrap() error {
	return shared.Fail("fields.malformed", fmt.Sprintf("%d fields", len(ws)))
}

// OrNil keeps an empty list from becoming a non-nil error.
func (ws Wrongs) OrNil() error {
	if len(ws) == 0 {
		return nil
	}
	return ws
}

func (ws *Wrongs) add(field string, said words) { *ws = append(*ws, Wrong{field, said.zh, said.en}) }

// words say one thing in both languages.
type words struct{ zh, en string }

func say(zh, en string, args ...any) words {
	return words{fmt.Sprintf(zh, args...), fmt.Sprintf(en, args...)}
}
