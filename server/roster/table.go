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

// column is one that a table may have: the headings that name it, the first of each language being the one that is told.
type column struct {
	field    string
	headings []string
	required bool
}

// noteColumns may stand in any table and are skipped.
var noteColumns = []string{"备注", "note", "notes"}

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
	mistakes Mistakes
}

func (t *table) add(line, column int, said words) {
	t.mistakes = append(t.mistakes, Mistake{t.file, max(line, 1), max(column, 1), said.zh, said.en})
}

// wrong adds a mistake about one field of a row.
func (t *table) wrong(r row, field string, said words) { t.add(r.line, r.places[field], said) }

// read gives the rows that have the right shape. Rows that do not are mistakes.
func (t *table) read(data []byte, columns []column) []row {
	text, ok := t.decode(data)
	if !ok {
		return nil
	}
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comma = separator(text)
	reader.FieldsPerRecord = -1
	var fields []string
	var rows []row
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.unreadable(err)
			continue
		}
		line, _ := reader.FieldPos(0)
		if blank(record) {
			continue
		}
		if fields == nil {
			if fields = t.head(record, line, columns); fields == nil {
				return nil
			}
			continue
		}
		if r, ok := t.shape(record, line, fields); ok {
			rows = append(rows, r)
		}
	}
	if fields == nil && len(t.mistakes) == 0 {
		t.add(1, 1, say("文件是空的，第一行要写列名：%s", "the file is empty; its first line must name the columns: %s", headings(columns)))
	}
	return rows
}

// decode gives the text of UTF-8 with or without a byte order mark, or of GB18030 (what Chinese Excel writes).
func (t *table) decode(data []byte) (string, bool) {
	save := words{"请另存为“CSV UTF-8（逗号分隔）”再导入", "save it as \"CSV UTF-8\" and import again"}
	switch {
	case len(data) > MaxFileBytes:
		t.add(1, 1, say("文件超过 %d MB，请分成几份", "the file is over %d MB: split it", MaxFileBytes>>20))
		return "", false
	case bytes.HasPrefix(data, []byte("PK\x03\x04")), bytes.HasPrefix(data, []byte{0xD0, 0xCF, 0x11, 0xE0}):
		t.add(1, 1, words{"这是 Excel 工作簿，不是 CSV，" + save.zh, "this is an Excel workbook, no CSV: " + save.en})
		return "", false
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
	fields := make([]string, len(record))
	for i, heading := range record {
		heading = strings.ToLower(strings.TrimSpace(heading))
		if slices.Contains(noteColumns, heading) {
			continue
		}
		c := slices.IndexFunc(columns, func(c column) bool { return slices.Contains(c.headings, heading) })
		switch {
		case c < 0:
			t.add(line, i+1, say("不认识列名“%s”，请删掉这一列，或改成：%s", "unknown column %q: remove it or name it one of %s", show(heading), headings(columns)))
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
			t.add(line, i+1, say("有看不见的字符，请重新输入这一格", "there are invisible characters: type this cell again"))
			fine = false
		}
	}
	return r, fine
}

// unseen finds control characters, line breaks and marks that turn the direction of writing.
func unseen(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError
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
		names = append(names, c.headings[0])
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
