package roster

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Limits of a workbook, which is a zip: what it unpacks to, and of how many parts.
const (
	maxUnzipped = 32 << 20
	maxParts    = 500
)

var errTooLarge = errors.New("the workbook unpacks to more than it may")

// workbook reads the first sheet of an Excel workbook (.xlsx) that can be seen.
func (t *table) workbook(data []byte) []line {
	lines, err := t.sheet(data)
	switch {
	case errors.Is(err, errTooLarge):
		t.add(1, 1, say("这个 Excel 文件展开后太大，请分成几份，或另存为“CSV UTF-8”再导入",
			"this Excel file is too large inside: split it, or save it as \"CSV UTF-8\" and import again"))
	case err != nil:
		t.add(1, 1, say("这个 Excel 文件打不开，请在 Excel 里另存为 .xlsx 或“CSV UTF-8”再导入",
			"this Excel file cannot be opened: save it as .xlsx or \"CSV UTF-8\" and import again"))
	}
	return lines
}

func (t *table) sheet(data []byte) (lines []line, err error) {
	defer func() { // a hostile workbook may crash its reader, and must not take more with it
		if crash := recover(); crash != nil {
			lines, err = nil, fmt.Errorf("read the workbook: %v", crash)
		}
	}()
	if err := fits(data); err != nil {
		return nil, err
	}
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxUnzipped, RawCellValue: true})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	rows, err := book.Rows(firstSheet(book))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for number := 1; rows.Next(); number++ {
		cells, err := rows.Columns()
		if err != nil {
			return nil, err
		}
		if cells = trimmed(cells); blank(cells) {
			continue
		}
		if !t.room(lines, number) {
			return nil, nil
		}
		lines = append(lines, line{number, cells})
		if len(cells) > maxCells {
			break // a mistake that is told; thousands of such rows would take minutes
		}
	}
	even(lines)
	return lines, rows.Error()
}

// fits looks at a zip's own list before anything is unpacked.
func fits(data []byte) error {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	total := uint64(0)
	for _, part := range archive.File {
		if total += part.UncompressedSize64; total > maxUnzipped {
			return errTooLarge
		}
	}
	if len(archive.File) > maxParts {
		return errTooLarge
	}
	return nil
}

func firstSheet(book *excelize.File) string {
	list := book.GetSheetList()
	for _, name := range list {
		if seen, err := book.GetSheetVisible(name); err == nil && seen {
			return name
		}
	}
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// trimmed drops the empty cells at a row's end, and writes out numbers that the workbook keeps as powers of ten.
func trimmed(cells []string) []string {
	last := len(cells)
	for last > 0 && strings.TrimSpace(cells[last-1]) == "" {
		last--
	}
	cells = slices.Clone(cells[:min(last, maxCells+1)])
	for i, cell := range cells {
		if !scientific.MatchString(cell) {
			continue
		}
		if number, _, err := big.ParseFloat(cell, 10, 128, big.ToNearestEven); err == nil && number.IsInt() && number.MinPrec() <= 53 {
			cells[i] = number.Text('f', 0)
		}
	}
	return cells
}

// even fills rows up to the first one's length: a spreadsheet does not store empty cells.
func even(lines []line) {
	for i := 1; i < len(lines); i++ {
		for len(lines[i].cells) < len(lines[0].cells) {
			lines[i].cells = append(lines[i].cells, "")
		}
	}
}
