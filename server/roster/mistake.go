package roster

import (
	"fmt"
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
	Zh     string
	En     string
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
	return ms
}

// words say one thing in both languages.
type words struct{ zh, en string }

func say(zh, en string, args ...any) words {
	return words{fmt.Sprintf(zh, args...), fmt.Sprintf(en, args...)}
}
