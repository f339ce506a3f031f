package roster

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"buxun/shared"
)

// ParsePhrases reads a table of quick phrases (中队,种类,内容), CSV or a workbook. On any mistake it gives none and all Mistakes.
func ParsePhrases(file string, data []byte, squads []Squad) ([]Phrase, error) {
	t := table{file: file}
	var phrases []Phrase
	first, count := map[Phrase]int{}, map[listKey]int{}
	for _, r := range t.read(data, phraseColumns) {
		phrase, wrongs := ReadPhrase(r.values, squads)
		if line, twice := first[phrase]; twice {
			wrongs.add("text", say("“%s”和第 %d 行重复，请只留一个", "%q stands in line %d already: keep one", show(phrase.Text), line))
		} else {
			first[phrase] = r.line
		}
		if key := keyOf(phrase); count[key] == shared.MaxPhrases {
			wrongs.add("text", say("一个中队的一种常用语最多 %d 句，请删掉多的", "a squad keeps at most %d phrases of one kind: remove some", shared.MaxPhrases))
		} else {
			count[key]++
		}
		t.wrong(r, wrongs...)
		phrase.Line = r.line
		phrases = append(phrases, phrase)
	}
	if err := t.mistakes.orNil(); err != nil {
		return nil, err
	}
	return phrases, nil
}

// ReadPhrase makes a phrase of the fields squad (by code or name), kind and text.
func ReadPhrase(fields map[string]string, squads []Squad) (Phrase, Wrongs) {
	var wrongs Wrongs
	p := Phrase{Squad: codeOf(squads, fields["squad"]), Text: strings.TrimSpace(fields["text"])}
	if p.Squad == "" {
		wrongs.noSquad(fields["squad"])
	}
	if p.Kind, _ = read(phraseWords, fields["kind"]); p.Kind == "" {
		zh, en := phraseKindNames()
		said := say("种类“%s”不认识，请写其中一个：", "unknown kind %q: write one of ", show(fields["kind"]))
		wrongs.add("kind", words{said.zh + zh, said.en + en})
	}
	switch n := utf8.RuneCountInString(p.Text); {
	case n == 0:
		wrongs.add("text", say("没有写内容，请填上或删掉这一行", "the text is empty: fill it in or remove the line"))
	case n > shared.MaxPhraseLen:
		wrongs.add("text", say("这一句有 %d 个字，最多 %d 个", "this phrase has %d characters, at most %d", n, shared.MaxPhraseLen))
	case strings.ContainsFunc(p.Text, unseen):
		wrongs.add("text", say("有看不见的字符，请重新输入", "there are invisible characters: type it again"))
	}
	return p, wrongs
}

func phraseKindNames() (zh, en string) {
	var inZh, inEn []string
	for _, w := range phraseWords {
		inZh, inEn = append(inZh, w.zh), append(inEn, w.en)
	}
	return strings.Join(inZh, "、"), strings.Join(inEn, ", ")
}

// listKey names one list of phrases: a squad's of one kind.
type listKey struct {
	squad string
	kind  shared.PhraseKind
}

func keyOf(p Phrase) listKey { return listKey{p.Squad, p.Kind} }

// PhraseList is what a squad keeps of one kind, in order.
type PhraseList struct {
	Squad string
	Kind  shared.PhraseKind
	Texts []string
}

// PlanPhrases compares a file's phrases with those that are there. It gives the lists to put.
func PlanPhrases(file string, rows, have []Phrase) ([]Step, []PhraseList) {
	p := plan{file: file}
	old, now := lists(have), lists(rows)
	var puts []PhraseList
	done := map[listKey]bool{}
	place := map[listKey]int{}
	for _, row := range rows {
		key := keyOf(row)
		place[key]++
		was := indexOf(old[key], row.Text) + 1
		p.step(row.Line, row.Squad+" "+string(row.Kind), row.Text, was > 0, Difference{"place", strconv.Itoa(was), strconv.Itoa(place[key])})
		if !done[key] && !same(old[key], now[key]) {
			puts = append(puts, PhraseList{row.Squad, row.Kind, now[key]})
		}
		done[key] = true
	}
	for _, kept := range have {
		if key := keyOf(kept); done[key] && indexOf(now[key], kept.Text) < 0 {
			p.steps = append(p.steps, Step{Key: kept.Squad + " " + string(kept.Kind), Name: kept.Text, Deed: Removed})
		}
	}
	return p.steps, puts
}

func lists(phrases []Phrase) map[listKey][]string {
	all := map[listKey][]string{}
	for _, p := range phrases {
		all[keyOf(p)] = append(all[keyOf(p)], p.Text)
	}
	return all
}

func indexOf(texts []string, text string) int {
	for i, one := range texts {
		if one == text {
			return i
		}
	}
	return -1
}

func same(a, b []string) bool {
	return strings.Join(a, "\n") == strings.Join(b, "\n")
}
