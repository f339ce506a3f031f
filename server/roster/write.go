package roster

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Table is a table to be written: its headings and rows of text, and how it is filled in.
type Table struct {
	kind     Kind
	language Language
	rows     [][]string
}

// NewTable is an empty table of a kind: the template that people fill in.
func NewTable(kind Kind, language Language) *Table { return &Table{kind: kind, language: language} }

func (t *Table) head() (names []string) {
	for _, c := range t.columns() {
		names = append(names, c.heading(t.language))
	}
	return names
}

// columns are those that are written: ids of people are nobody's business in a file.
func (t *Table) columns() (columns []column) {
	for _, c := range columnsOf(t.kind) {
		if t.kind != People || c.field != "id" {
			columns = append(columns, c)
		}
	}
	return columns
}

func (t *Table) add(fields map[string]string) {
	var cells []string
	for _, c := range t.columns() {
		cells = append(cells, fields[c.field])
	}
	t.rows = append(t.rows, cells)
}

// AddSquad adds a row.
func (t *Table) AddSquad(s Squad) {
	t.add(map[string]string{"code": s.Code, "name": s.Name, "place": strconv.Itoa(s.Place)})
}

// AddPerson adds a row; a password never stands in it.
func (t *Table) AddPerson(p Person) {
	t.add(map[string]string{
		"name": p.Name, "label": p.Label, "role": written(roleWords, p.Role, t.language), "squad": p.Squad, "unit": p.Unit, "state": written(stateWords, p.State, t.language),
	})
}

// AddArea adds a row; its outline is only counted.
func (t *Table) AddArea(a Area) {
	t.add(map[string]string{
		"code": a.Code, "name": a.Name, "squad": a.Squad, "kind": written(areaWords, a.Kind, t.language), "collectors": strings.Join(a.Collectors, " "),
		"points": strconv.Itoa(len(a.Ring)),
	})
}

// AddDevice adds a row.
func (t *Table) AddDevice(d Device) {
	t.add(map[string]string{
		"id": d.ID, "label": d.Label, "person": d.Person, "squad": d.Squad, "device": d.Device, "app": d.App, "enrolledAt": d.EnrolledAt,
		"heardAt": d.HeardAt, "missing": strconv.FormatInt(d.Missing, 10), "revoked": d.Revoked,
	})
}

// AddPhrase adds a row.
func (t *Table) AddPhrase(p Phrase) {
	t.add(map[string]string{"squad": p.Squad, "kind": written(phraseWords, p.Kind, t.language), "text": p.Text})
}

// WriteCSV writes the table as Excel in China reads it: UTF-8 with a byte order mark. A cell that a spreadsheet would take for
// a formula is written as text.
func (t *Table) WriteCSV(w io.Writer) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(t.head()); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	for _, cells := range t.rows {
		safe := make([]string, len(cells))
		for i, cell := range cells {
			safe[i] = guarded(cell)
		}
		if err := out.Write(safe); err != nil {
			return fmt.Errorf("write the table: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	return nil
}

const sheetName = "Sheet1"

// WriteWorkbook writes the table as an Excel workbook. Every cell is text, a code of fifteen digits and what looks like a
// formula too.
func (t *Table) WriteWorkbook(w io.Writer) (err error) {
	book := excelize.NewFile()
	defer func() { err = errors.Join(err, book.Close()) }()
	text, err := book.NewStyle(&excelize.Style{NumFmt: 49}) // @: text, also for what people type under the last row
	if err != nil {
		return fmt.Errorf("style the workbook: %w", err)
	}
	bold, err := book.NewStyle(&excelize.Style{NumFmt: 49, Font: &excelize.Font{Bold: true}})
	if err != nil {
		return fmt.Errorf("style the workbook: %w", err)
	}
	sheet, err := book.NewStreamWriter(sheetName)
	if err != nil {
		return fmt.Errorf("write the workbook: %w", err)
	}
	head := t.head()
	freeze := &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}
	err = errors.Join(sheet.SetPanes(freeze), sheet.SetColWidth(1, len(head), 22), sheet.SetColStyle(1, len(head), text), fill(sheet, 1, head, bold))
	for i, cells := range t.rows {
		err = errors.Join(err, fill(sheet, i+2, cells, text))
	}
	if err := errors.Join(err, sheet.Flush()); err != nil {
		return fmt.Errorf("write the workbook: %w", err)
	}
	if err := book.Write(w); err != nil {
		return fmt.Errorf("write the workbook: %w", err)
	}
	return nil
}

func fill(sheet *excelize.StreamWriter, row int, cells []string, style int) error {
	values := make([]any, len(cells))
	for i, cell := range cells {
		values[i] = excelize.Cell{StyleID: style, Value: cell}
	}
	return sheet.SetRow("A"+strconv.Itoa(row), values)
}
