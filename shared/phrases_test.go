package shared

import (
	"strconv"
	"strings"
	"testing"
)

func TestPhrasesAreShortDistinctAndOneLine(t *testing.T) {
	many := make([]string, MaxPhrases+1)
	for i := range many {
		many[i] = strconv.Itoa(i)
	}
	long := strings.Repeat("照", MaxPhraseLen)
	for _, row := range []struct {
		name  string
		texts []string
		want  string
	}{
		{"none", nil, ""},
		{"as many as may be", many[:MaxPhrases], ""},
		{"one too many", many, "31 phrases, at most 30"},
		{"as long as may be", []string{long}, ""},
		{"one character too long", []string{"好", long + "片"}, "phrase 2 has 61 characters, at most 60"},
		{"emoji count as one", []string{strings.Repeat("📷", MaxPhraseLen)}, ""},
		{"empty", []string{"好", ""}, "phrase 2 is empty"},
		{"only spaces", []string{" \u3000"}, "phrase 1 is empty"},
		{"spaces around", []string{"好 "}, "phrase 1 begins or ends with a space"},
		{"two lines", []string{"好\n坏"}, "phrase 1 holds a line break or another control character"},
		{"twice", []string{"好", "坏", "好"}, "phrase 3 is there twice"},
		{"no UTF-8", []string{"a\xffb"}, "phrase 1 is no UTF-8"},
		{"a place to fill in", []string{" ＿ 号灯杆旁"[1:]}, ""},
	} {
		err := CheckPhrases(row.texts)
		got := ""
		if err != nil {
			got = strings.TrimPrefix(err.Error(), "phrases.malformed: ")
		}
		if got != row.want || err != nil && FaultCode(err) != "phrases.malformed" {
			t.Errorf("%s: %v, want %q", row.name, err, row.want)
		}
	}
}

// The limits stand in one place; what people are told names the same figures.
func TestL12_TheWordsOfTheFaultNameTheLimitsOfPhrases(t *testing.T) {
	row := FaultOf("phrases.malformed")
	for _, words := range []string{row.ZhDo, row.EnDo} {
		for _, figure := range []int{MaxPhrases, MaxPhraseLen} {
			if !strings.Contains(words, strconv.Itoa(figure)) {
				t.Errorf("%q does not name %d", words, figure)
			}
		}
	}
}
