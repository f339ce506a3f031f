package roster_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"buxun/server/roster"
	"buxun/shared"
)

// sheet is a workbook as Excel stores it: cells as they were typed, numbers as numbers.
func sheet(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	book := excelize.NewFile()
	for i, row := range rows {
		if err := book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var data bytes.Buffer
	if err := book.Write(&data); err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

func TestPeopleComeFromAWorkbook(t *testing.T) {
	data := sheet(t, []any{"账号", "显示名", "角色", "中队", "密码", "备注"}, []any{"c601", "采集员6-01", "采集员", "六中队"},
		[]any{}, []any{601, "六〇一", "采集员", "squad-6", 1234567890, "早班"})
	people, err := roster.ParsePeople("people.xlsx", data, roster.Places{Squads: squads})
	want := []roster.Person{
		{Name: "c601", Label: "采集员6-01", Role: shared.RoleCollector, Squad: "squad-6", Line: 2},
		{Name: "601", Label: "六〇一", Role: shared.RoleCollector, Squad: "squad-6", Password: "1234567890", Line: 4},
	}
	if err != nil || fmt.Sprint(people) != fmt.Sprint(want) {
		t.Errorf("%v, %v\nwant %v", people, err, want)
	}
}

func TestMistakesOfAWorkbookNameRowAndColumn(t *testing.T) {
	data := sheet(t, []any{"账号", "显示名", "角色", "中队"}, []any{"c601", "甲", "采集员", "六中队"}, []any{"c602", "", "队员", "七中队"}, []any{"c601", "丙", "采集员", "六中队", "多的"})
	_, err := roster.ParsePeople("people.xlsx", data, roster.Places{Squads: squads})
	if got := strings.Join(stands(t, err), " "); got != "3:2 3:3 3:4 4:5" {
		t.Errorf("mistakes at %s: %v", got, err)
	}
	var mistakes roster.Mistakes
	if mistakes, _ = err.(roster.Mistakes); len(mistakes) == 0 || mistakes[1].Heading != "角色" {
		t.Errorf("%+v", mistakes)
	}
}

// Excel keeps a long code that was typed as a number as a power of ten.
func TestALongCodeThatExcelTookForANumberIsReadInFull(t *testing.T) {
	data := sheet(t, []any{"编号", "名称", "中队", "类型"}, []any{430204003005001, "一格", "六中队", "单元网格"}, []any{4.30204003005e14, "二格", "六中队", "单元网格"})
	areas, err := roster.ParseAreaTable("areas.xlsx", data, squads, nil)
	if err != nil || len(areas) != 2 || areas[0].Code != "430204003005001" || areas[1].Code != "430204003005000" {
		t.Errorf("%+v, %v", areas, err)
	}
	_, err = roster.ParseAreaTable("areas.csv", []byte("编号,名称,中队,类型\n4.30204E+14,一格,六中队,单元网格\n"), squads, nil)
	if err == nil || !strings.Contains(err.Error(), "科学计数法") {
		t.Errorf("lost digits: %v", err)
	}
}

func TestAWorkbookIsBounded(t *testing.T) {
	bomb := func(name string, size int) []byte {
		var data bytes.Buffer
		archive := zip.NewWriter(&data)
		part, err := archive.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		zeros := make([]byte, 1<<20)
		for range size {
			if _, err := part.Write(zeros); err != nil {
				t.Fatal(err)
			}
		}
		if err := archive.Close(); err != nil {
			t.Fatal(err)
		}
		return data.Bytes()
	}
	parts := func() []byte {
		var data bytes.Buffer
		archive := zip.NewWriter(&data)
		for i := range 600 {
			_, _ = archive.Create(fmt.Sprintf("xl/%d.xml", i))
		}
		_ = archive.Close()
		return data.Bytes()
	}
	var long bytes.Buffer
	table := roster.NewTable(roster.Squads, roster.Zh)
	for i := range 20_100 {
		table.AddSquad(roster.Squad{Code: fmt.Sprintf("s%d", i), Name: fmt.Sprintf("中队%d", i)})
	}
	if err := table.WriteWorkbook(&long); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name string
		data []byte
		says string
	}{
		{"a bomb", bomb("xl/worksheets/sheet1.xml", 100), "展开后太大"},
		{"a bomb that lies about its size", lying(t), "空的"},
		{"many parts", parts(), "展开后太大"},
		{"too many rows", long.Bytes(), "20000 行"},
		{"a zip that is no workbook", bomb("a.txt", 0), "打不开"},
		{"too large a file", append([]byte("PK\x03\x04"), make([]byte, roster.MaxTableBytes)...), "MB"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		squads, err := roster.ParseSquads("x.xlsx", row.data)
		runtime.ReadMemStats(&after)
		if err == nil || squads != nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: %d squads, %.300v", row.name, len(squads), err)
		}
		if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 400 {
			t.Errorf("%s: took %d MB", row.name, used)
		}
	}
}

// lying is a workbook whose sheet says that it is small and unpacks to 100 MB.
func lying(t *testing.T) []byte {
	honest := sheet(t, []any{"编号", "名称"})
	from, err := zip.NewReader(bytes.NewReader(honest), int64(len(honest)))
	if err != nil {
		t.Fatal(err)
	}
	var data, packed bytes.Buffer
	archive := zip.NewWriter(&packed)
	part, _ := archive.Create("x")
	zeros := make([]byte, 100<<20)
	_, _ = part.Write(zeros)
	_ = archive.Close()
	bomb, err := zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
	if err != nil {
		t.Fatal(err)
	}
	archive = zip.NewWriter(&data)
	for _, file := range from.File {
		if !strings.HasPrefix(file.Name, "xl/worksheets/") {
			if err := archive.Copy(file); err != nil {
				t.Fatal(err)
			}
			continue
		}
		raw, err := archive.CreateRaw(&zip.FileHeader{Name: file.Name, Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(zeros),
			CompressedSize64: bomb.File[0].CompressedSize64, UncompressedSize64: 1000})
		if err != nil {
			t.Fatal(err)
		}
		source, _ := bomb.File[0].OpenRaw()
		var content bytes.Buffer
		_, _ = content.ReadFrom(source)
		_, _ = raw.Write(content.Bytes())
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

// Whatever stands in the store, writing it out and reading it in changes nothing, in either language and form.
func TestWhatIsExportedComesBackUnchanged(t *testing.T) {
	label := rapid.StringMatching(`[甲乙丙采集员A-Z0-9=+@'-]([甲乙丙",;'=+@ -]{0,8}[甲乙"9'])?`)
	rapid.Check(t, func(t *rapid.T) {
		language := rapid.SampledFrom([]roster.Language{roster.Zh, roster.En}).Draw(t, "language")
		table := roster.NewTable(roster.People, language)
		var have []roster.Account
		for _, name := range rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z0-9][a-z0-9.-]{0,12}`), 0, 8, rapid.ID[string]).Draw(t, "names") {
			p := roster.Person{
				ID: "id of " + name, Name: name, Label: label.Draw(t, "label"), State: rapid.SampledFrom([]roster.State{roster.Active, roster.Disabled}).Draw(t, "state"),
				Role:  rapid.SampledFrom([]shared.Role{shared.RoleCollector, shared.RoleLeader, shared.RoleAdmin}).Draw(t, "role"),
				Squad: rapid.SampledFrom([]string{"squad-5", "squad-6"}).Draw(t, "squad"),
			}
			have = append(have, roster.Account{Person: p, SignsIn: rapid.Bool().Draw(t, "signs in")})
			table.AddPerson(p)
		}
		var data bytes.Buffer
		write := rapid.SampledFrom([]string{"csv", "xlsx"}).Draw(t, "form")
		var err error
		if write == "csv" {
			err = table.WriteCSV(&data)
		} else {
			err = table.WriteWorkbook(&data)
		}
		if err != nil {
			t.Fatal(err)
		}
		rows, err := roster.ParsePeople("people."+write, data.Bytes(), roster.Places{Squads: squads})
		if err != nil {
			t.Fatalf("%v\n%q", err, data.Bytes()[:min(data.Len(), 2000)])
		}
		steps, puts, err := roster.PlanPeople("people", rows, have, func(string) bool { return false })
		if err != nil || len(puts) > 0 || len(steps) != len(have) {
			t.Fatalf("%d of %d come back, %d changed: %+v, %v", len(steps), len(have), len(puts), steps, err)
		}
	})
}

// A spreadsheet must run nothing of what somebody typed as a name.
func TestNothingThatIsExportedIsAFormula(t *testing.T) {
	table := roster.NewTable(roster.Squads, roster.Zh)
	evil := []string{`=HYPERLINK("http://x")`, `+1`, `-1`, `@SUM(1)`, `'=1`}
	for i, name := range evil {
		table.AddSquad(roster.Squad{Code: fmt.Sprintf("s%d", i), Name: name, Place: i + 1})
	}
	var data bytes.Buffer
	if err := table.WriteCSV(&data); err != nil {
		t.Fatal(err)
	}
	for i, text := range strings.Split(strings.TrimSpace(strings.TrimPrefix(data.String(), "\ufeff")), "\r\n")[1:] {
		if _, cell, _ := strings.Cut(text, ","); strings.IndexByte("=+-@", strings.TrimPrefix(cell, `"`)[0]) >= 0 {
			t.Errorf("row %d of the CSV is %s", i+1, text)
		}
	}
	rows, err := roster.ParseSquads("x.csv", data.Bytes())
	for i, row := range rows {
		if row.Name != evil[i] {
			t.Errorf("%q came back as %q", evil[i], row.Name)
		}
	}
	if data.Reset(); err != nil || len(rows) != len(evil) || table.WriteWorkbook(&data) != nil {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	book, err := excelize.OpenReader(&data)
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range evil {
		cell := fmt.Sprintf("B%d", i+2)
		value, _ := book.GetCellValue("Sheet1", cell)
		formula, _ := book.GetCellFormula("Sheet1", cell)
		if kind, _ := book.GetCellType("Sheet1", cell); value != name || formula != "" || kind == excelize.CellTypeFormula || kind == excelize.CellTypeNumber {
			t.Errorf("%s holds %q, formula %q, type %v", cell, value, formula, kind)
		}
	}
}

// Whatever bytes come, a workbook is either sound or told where it is wrong.
func FuzzWorkbook(f *testing.F) {
	f.Add(sheet(f, []any{"编号", "名称"}, []any{"squad-6", "六中队"}))
	f.Add(sheet(f, []any{"code", "name", "order"}, []any{"a", true, 1.5}, []any{nil, nil, nil}, []any{"b", 7e20}))
	names, err := filepath.Glob("testdata/*.xlsx")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !bytes.HasPrefix(data, []byte("PK\x03\x04")) {
			return
		}
		squads, err := roster.ParseSquads("x.xlsx", data)
		if err != nil && squads != nil {
			t.Error("squads and mistakes at once")
		}
		stands(t, err)
		for _, s := range squads {
			if s.Code == "" || s.Name == "" || s.Line < 2 {
				t.Errorf("%+v got through", s)
			}
		}
	})
}
