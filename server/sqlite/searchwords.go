package sqlite

import (
	"strings"
	"unicode"
)

// Chinese has no spaces, and FTS5's trigrams find no word of two characters. A run of characters becomes its pairs and its last
// character, so that a word of two or more is a phrase of pairs, and one alone the beginning of a pair or the end of a run.

// run is a stretch of a text that is searched as one: Chinese characters, or letters and digits.
type run struct {
	text    []rune
	chinese bool
	apart   bool // from the run before it, by a sign or a space
}

// breaks stands in the index where two runs are apart, so that no phrase goes across: a letter that nobody writes.
const breaks = "ꙮ"

func runsOf(text string) (runs []run) {
	open := false
	for _, r := range text {
		r = folded(r)
		chinese := unicode.Is(unicode.Han, r)
		if !chinese && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			open = false
			continue
		}
		if !open || runs[len(runs)-1].chinese != chinese {
			runs, open = append(runs, run{chinese: chinese, apart: !open}), true
		}
		last := &runs[len(runs)-1]
		last.text = append(last.text, r)
	}
	return runs
}

// folded is a character as it is compared: small, and of ordinary width.
func folded(r rune) rune {
	if r >= '！' && r <= '～' {
		r -= '！' - '!'
	}
	return unicode.ToLower(r)
}

func (r run) pairs() (tokens []string) {
	for i := 1; i < len(r.text); i++ {
		tokens = append(tokens, string(r.text[i-1:i+1]))
	}
	return tokens
}

// tokens are what a run is in the index.
func (r run) tokens() []string {
	if !r.chinese {
		return []string{string(r.text)}
	}
	return append(r.pairs(), string(r.text[len(r.text)-1:]))
}

// between is what stands before the nth of some runs.
func between(runs []run, n int) []string {
	if n > 0 && runs[n].apart {
		return []string{breaks}
	}
	return nil
}

// searchTokens is a text as the index takes it.
func searchTokens(text string) string {
	var tokens []string
	runs := runsOf(text)
	for n, run := range runs {
		tokens = append(append(tokens, between(runs, n)...), run.tokens()...)
	}
	return strings.Join(tokens, " ")
}

// searchQuery asks FTS5 for what holds every word of a query, in the column or, where that is empty, in any; "" where the query holds
// nothing that can be searched for. Letters and digits, and a character alone, count as the beginning of something longer.
func searchQuery(query, column string) string {
	var all []string
	for _, word := range strings.Fields(query) {
		runs := runsOf(word)
		if len(runs) == 0 {
			continue
		}
		var tokens []string
		end := len(runs) - 1
		for n, run := range runs[:end] {
			tokens = append(append(tokens, between(runs, n)...), run.tokens()...)
		}
		last := runs[end]
		tokens = append(tokens, between(runs, end)...)
		begins := " *"
		if pairs := last.pairs(); last.chinese && len(pairs) > 0 {
			tokens, begins = append(tokens, pairs...), ""
		} else {
			tokens = append(tokens, string(last.text))
		}
		phrase := `"` + strings.Join(tokens, " ") + `"` + begins
		if column != "" {
			phrase = column + " : " + phrase
		}
		all = append(all, phrase)
	}
	return strings.Join(all, " AND ")
}
