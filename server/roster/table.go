package roster

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Limits of a table, whatever it is written in: nobody's roster is longer, and a file that pretends to be cannot cost more.
const (
	MaxTableBytes = 10 << 20
	maxRows       = 20_000
	maxCells      = 64   // of a row
	maxMistakes   = 1000 // that are told; a table with more is the wrong table
)

// row is one record: the value of each field, and where it stands.
type row struct {
	file   string
	line   int
	values map[string]string
	places map[string]int // field to column from 1
}

// table reads CSV into rows, gathering mistakes as it goes.
type table struct {
	file     string
	headings []string // of the first line, as they stand there
	mistakes Mistakes
}

func (t *table) add(line, column int, said words) { t.at(line, column, "", said) }

func (t *table) at(line, column int, heading string, said words) {
	if len(t.mistakes) < maxMistakes {
		t.mistakes = append(t.mistakes, Mistake{t.file, max(line, 1), max(column, 1), heading, said.zh, said.en})
	}
}

// wrong adds mistakes about fields of a row.
func (t *table) wrong(r row, wrongs ...Wrong) {
	for _, w := range wrongs {
		t.at(r.line, r.places[w.Field], t.heading(r.places[w.Field]), words{w.Zh, w.En})
	}
}

// once checks that a value stands in one row only; an empty one may be in many.
func (t *table) once(r row, field string, lines map[string]int) {
	value := r.values[field]
	if value == "" {
		return
	}
	if first, twice := lines[value]; twice {
		said := say("“%s”和第 %d 行重复，请只留一个", "%q stands in line %d already: keep one", show(value), first)
		t.wrong(r, Wrong{field, said.zh, said.en})
		return
	}
	lines[value] = r.line
}

func (t *table) heading(column int) string {
	if column < 1 || column > len(t.headings) {
		return ""
	}
	return t.headings[column-1]
}

// line is one line of a file, before anybody knows what its columns mean.
type line struct {
	number int // from 1
	cells  []string
}

// read gives the rows that have the right shape. Rows that do not are mistakes.
func (t *table) read(data []byte, columns []column) []row {
	var fields []string
	var rows []row
	for _, l := range t.lines(data) {
		if fields == nil {
			if fields = t.head(l.cells, l.number, columns); fields == nil {
				return nil
			}
			continue
		}
		if r, ok := t.shape(l.cells, l.number, fields); ok {
			rows = append(rows, r)
		}
	}
	if fields == nil && len(t.mistakes) == 0 {
		t.add(1, 1, say("文件是空的，第一行要写列名：%s", "the file is empty; its first line must name the columns: %s", headings(columns)))
	}
	return rows
}

// lines reads a workbook or CSV; blank lines are left out.
func (t *table) lines(data []byte) []line {
	switch {
	case len(data) > MaxTableBytes:
		t.add(1, 1, say("文件超过 %d MB，请分成几份", "the file is over %d MB: split it", MaxTableBytes>>20))
		return nil
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return t.workbook(data)
	case bytes.HasPrefix(data, []byte{0xD0, 0xCF, 0x11, 0xE0}):
		t.add(1, 1, say("这是旧版 Excel（.xls）或加了密码的文件，请另存为 .xlsx 或“CSV UTF-8”再导入",
			"this is an old Excel file (.xls) or has a password: save it as .xlsx or \"CSV UTF-8\" and import again"))
		return nil
	}
	text, ok := t.decode(data)
	if !ok {
		return nil
	}
	return t.csv(text)
}

// room says whether one more line may be read.
func (t *table) room(lines []line, number int) bool {
	if len(lines) < maxRows+1 {
		return true
	}
	t.add(number, 1, say("超过 %d 行，请分成几份", "there are more than %d rows: split the file", maxRows))
	return false
}

func (t *table) csv(text string) (lines []line) {
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comma = separator(text)
	reader.FieldsPerRecord = -1
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return lines
		}
		if err != nil {
			if t.unreadable(err); len(t.mistakes) >= maxMistakes {
				return lines
			}
			continue
		}
		number, _ := reader.FieldPos(0)
		if blank(record) {
			continue
		}
		if !t.room(lines, number) {
			return nil
		}
		for i, value := range record {
			record[i] = bare(value)
		}
		lines = append(lines, line{number, record})
	}
}

// decode gives the text of UTF-8 with or without a byte order mark, or of GB18030 (what Chinese Excel writes).
func (t *table) decode(data []byte) (string, bool) {
	save := words{"请另存为“CSV UTF-8（逗号分隔）”再导入", "save it as \"CSV UTF-8\" and import again"}
	switch {
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}), bytes.HasPrefix(data, []byte{0xFE, 0xFF}), bytes.IndexByte(data, 0) >= 0:
		t.add(1, 1, words{"文件的编码看不懂（可能是 UTF-16），" + save.zh, "the file's encoding cannot be read (UTF-16, perhaps): " + save.en})
		return "", false
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if utf8.Valid(data) {
		return string(data), true
	}
	decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	if at := bytes.IndexRune(decoded, utf8.RuneError); err != nil || at >= 0 {
		line := bytes.Count(decoded[:max(at, 0)], []byte("\n")) + 1
		t.add(line, 1, words{"文件的编码既不是 UTF-8 也不是 GB18030，" + save.zh, "the file is neither UTF-8 nor GB18030: " + save.en})
		return "", false
	}
	return string(decoded), true
}

// unreadable adds what the CSV reader could not make sense of.
func (t *table) unreadable(err error) {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		t.add(1, 1, say("读不下去：%v", "cannot be read on: %v", err))
		return
	}
	t.add(parse.StartLine, 1, say("引号不成对，请检查这一行的英文引号", "a quotation mark is not closed: check this line's double quotes"))
}

// head matches the first line with the columns: a field for each, "" for one to skip, or nil with mistakes.
func (t *table) head(record []string, line int, columns []column) []string {
	before := len(t.mistakes)
	if len(record) > maxCells {
		t.add(line, maxCells+1, say("超过 %d 列，请去掉多余的列", "there are more than %d columns: remove what is not needed", maxCells))
		return nil
	}
	fields := make([]string, len(record))
	for i, heading := range record {
		heading = strings.TrimSpace(heading)
		t.headings = append(t.headings, show(heading))
		heading = strings.ToLower(heading)
		if slices.Contains(noteColumns, heading) {
			continue
		}
		c := slices.IndexFunc(columns, func(c column) bool { return slices.Contains(c.headings, heading) })
		switch {
		case c < 0:
			t.add(line, i+1, say("不认识列名“%s”，请删掉这一列，或改成：%s", "unknown column %q: remove it or name it one of %s", show(heading), headings(columns)))
		case columns[c].told:
		case slices.Contains(fields[:i], columns[c].field):
			t.add(line, i+1, say("列“%s”写了两次，请只留一列", "column %q stands twice: keep one", show(heading)))
		default:
			fields[i] = columns[c].field
		}
	}
	for _, c := range columns {
		if c.required && !slices.Contains(fields, c.field) {
			t.add(line, 1, say("缺少列“%s”，请加上", "column %q is missing: add it", c.headings[0]))
		}
	}
	if len(t.mistakes) > before {
		return nil
	}
	return fields
}

// shape makes a row of a record, if it has as many values as the first line has columns.
func (t *table) shape(record []string, line int, fields []string) (row, bool) {
	if len(record) != len(fields) {
		t.add(line, min(len(record), len(fields))+1,
			say("这一行有 %d 列，应当是 %d 列，请补齐或去掉多余的逗号", "this line has %d columns instead of %d: add what is missing or remove surplus commas", len(record), len(fields)))
		return row{}, false
	}
	r := row{file: t.file, line: line, values: map[string]string{}, places: map[string]int{}}
	fine := true
	for i, field := range fields {
		if field == "" {
			continue
		}
		value := strings.TrimSpace(record[i])
		r.values[field], r.places[field] = value, i+1
		if strings.ContainsFunc(value, unseen) {
			t.at(line, i+1, t.heading(i+1), say("有看不见的字符，请重新输入这一格", "there are invisible characters: type this cell again"))
			fine = false
		}
	}
	return r, fine
}

// unseen finds control characters, line breaks and marks that turn the direction of writing.
func unseen(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError
}

// risky begins a cell that a spreadsheet would take for a formula: such a cell is written to CSV behind an apostrophe, and
// read without it.
const risky = "=+-@\t\r"

func guarded(cell string) string {
	if rest := strings.TrimLeft(cell, "'"); rest != "" && strings.ContainsRune(risky, rune(rest[0])) {
		return "'" + cell
	}
	return cell
}

func bare(cell string) string {
	if rest := strings.TrimLeft(cell, "'"); rest != cell && rest != "" && strings.ContainsRune(risky, rune(rest[0])) {
		return cell[1:]
	}
	return cell
}

// separator is the one of comma, tab and semicolon that the first line has most of.
func separator(text string) rune {
	first, _, _ := strings.Cut(text, "\n")
	best := ','
	for _, candidate := range "\t;" {
		if strings.Count(first, string(candidate)) > strings.Count(first, string(best)) {
			best = candidate
		}
	}
	return best
}

func blank(record []string) bool {
	return !slices.ContainsFunc(record, func(value string) bool { return strings.TrimSpace(value) != "" })
}

func headings(columns []column) string {
	var names []string
	for _, c := range columns {
		if !c.told {
			names = append(names, c.headings[0])
		}
	}
	return strings.Join(names, ",")
}

// show keeps a value from a file short and printable.
func show(value string) string {
	value = strings.Map(func(r rune) rune {
		if unseen(r) {
			return '·'
		}
		return r
	}, value)
	if runes := []rune(value); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return value
}
