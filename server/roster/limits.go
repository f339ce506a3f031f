package roster

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"buxun/server/deadline"
	"buxun/shared"
)

// Condition is a filing condition (立案条件) with its limit. A table replaces all conditions of each sub-class that it names, in its order.
type Condition struct {
	deadline.Condition
	Line int // where it stood in its file; 0 elsewhere
}

// PhaseLimit is the limit of a phase. A table replaces those that it names.
type PhaseLimit struct {
	deadline.PhaseLimit
	Line int
}

// CalendarRow is one row of the office calendar. A table replaces all office hours and all free weekdays where it names any, and
// the days of each year of which it names any.
type CalendarRow struct {
	Kind CalendarKind
	// Hours, Weekday or Date is what the kind says.
	Hours   deadline.Hours
	Weekday time.Weekday
	Date    string
	Name    string
	Line    int
}

// CalendarKind is what a row of the calendar says.
type CalendarKind string

// The kinds of a calendar's rows.
const (
	CalendarHours   CalendarKind = "hours"
	CalendarFree    CalendarKind = "free"
	CalendarHoliday CalendarKind = "holiday"
	CalendarMakeUp  CalendarKind = "makeUp"
)

var limitColumns = []column{
	{field: "id", headings: []string{"编号", "id", "条件编号"}},
	{field: "category", headings: []string{"类别", "category", "类别编码"}, required: true},
	{field: "name", headings: []string{"类别名称", "category name"}, told: true},
	{field: "words", headings: []string{"立案条件", "condition"}, required: true},
	{field: "limit", headings: []string{"时限", "limit", "处置时限"}, required: true},
	{field: "closing", headings: []string{"结案条件", "closing"}},
}

var phaseColumns = []column{
	{field: "phase", headings: []string{"环节", "phase", "阶段"}, required: true},
	{field: "limit", headings: []string{"时限", "limit"}, required: true},
}

var calendarColumns = []column{
	{field: "kind", headings: []string{"种类", "kind", "类型"}, required: true},
	{field: "value", headings: []string{"日期或时间", "value", "日期", "时间"}, required: true},
	{field: "name", headings: []string{"名称", "name"}},
}

var phaseWords = []word[shared.Phase]{
	{shared.PhaseAccept, "受理", "accept", nil}, {shared.PhaseVerify, "核实", "verify", nil}, {shared.PhaseDispatch, "派遣", "dispatch", nil},
	{shared.PhaseHandle, "处置", "handle", nil}, {shared.PhaseRecheck, "核查", "recheck", nil},
}

var calendarWords = []word[CalendarKind]{
	{CalendarHours, "上班时间", "hours", []string{"工作时间"}}, {CalendarFree, "休息日", "free", []string{"周休", "周末"}},
	{CalendarHoliday, "节假日", "holiday", []string{"放假", "法定节假日"}}, {CalendarMakeUp, "调休上班", "makeUp", []string{"调休", "补班", "make-up"}},
}

var weekdayWords = []word[weekdayName]{
	{"0", "星期日", "Sunday", []string{"周日", "星期天"}}, {"1", "星期一", "Monday", []string{"周一"}}, {"2", "星期二", "Tuesday", []string{"周二"}},
	{"3", "星期三", "Wednesday", []string{"周三"}}, {"4", "星期四", "Thursday", []string{"周四"}}, {"5", "星期五", "Friday", []string{"周五"}},
	{"6", "星期六", "Saturday", []string{"周六"}},
}

type weekdayName string

// ParseLimits reads a table of filing conditions, CSV or a workbook. A category is named by its key or, where only one has it, by its
// name. On any mistake it gives none and all Mistakes.
func ParseLimits(file string, data []byte, taxonomy *shared.Taxonomy) ([]Condition, error) {
	t := table{file: file}
	var rows []Condition
	ids, count := map[string]int{}, map[string]int{}
	keys := categoryNames(taxonomy)
	for _, r := range t.read(data, limitColumns) {
		one, wrongs := readCondition(r.values, keys)
		if count[one.Category]++; one.Category != "" && count[one.Category] == deadline.MostConditions+1 {
			wrongs.add("category", say("一个小类最多 %d 个立案条件，请删掉多的", "a sub-class has at most %d conditions: remove some", deadline.MostConditions))
		}
		if one.ID == "" {
			one.ID = fmt.Sprintf("%s#%d", one.Category, count[one.Category])
			r.values["id"] = one.ID
		}
		t.wrong(r, wrongs...)
		t.once(r, "id", ids)
		one.Line = r.line
		rows = append(rows, one)
	}
	if err := t.mistakes.orNil(); err != nil {
		return nil, err
	}
	return rows, nil
}

// categoryNames are the keys of categories by key, and by name where only one has it.
func categoryNames(taxonomy *shared.Taxonomy) map[string]string {
	keys := map[string]string{}
	for _, c := range taxonomy.Categories {
		if _, twice := keys[c.Name.Zh]; twice {
			keys[c.Name.Zh] = ""
		} else {
			keys[c.Name.Zh] = c.Key()
		}
	}
	for _, c := range taxonomy.Categories {
		keys[c.Key()] = c.Key()
	}
	return keys
}

func readCondition(fields map[string]string, keys map[string]string) (Condition, Wrongs) {
	var wrongs Wrongs
	var c Condition
	c.ID, c.Words, c.Closing = fields["id"], fields["words"], fields["closing"]
	c.Category = keys[fields["category"]]
	if c.Category == "" {
		wrongs.add("category", say("类别“%s”不认识，请写完整的编码（标准|component 或 matter|代码）", "unknown category %q: write its whole key (standard|component or matter|code)", show(fields["category"])))
	}
	if c.Words == "" || len([]rune(c.Words)) > shared.MaxWords {
		wrongs.add("words", say("没有写立案条件，或超过 %d 字", "the condition is empty or longer than %d characters", shared.MaxWords))
	}
	c.Limit = wrongs.limit(fields["limit"])
	return c, wrongs
}

func (ws *Wrongs) limit(text string) deadline.Limit {
	limit, err := deadline.ParseLimit(text)
	if err != nil {
		ws.add("limit", say("时限“%s”看不懂，请写 2紧急工作时、4工作时、2工作日 或 15分钟 这样的", "the limit %q cannot be read: write it like 2 h urgent, 4 h working, 2 d working or 15 min", show(text)))
	}
	return limit
}

// ParsePhases reads a table of the limits of phases.
func ParsePhases(file string, data []byte) ([]PhaseLimit, error) {
	t := table{file: file}
	var rows []PhaseLimit
	phases := map[string]int{}
	for _, r := range t.read(data, phaseColumns) {
		var wrongs Wrongs
		var one PhaseLimit
		one.Line = r.line
		if one.Phase, _ = read(phaseWords, r.values["phase"]); one.Phase == "" {
			wrongs.add("phase", say("环节“%s”不认识，请写 受理、核实、派遣、处置 或 核查", "unknown phase %q: write accept, verify, dispatch, handle or recheck", show(r.values["phase"])))
		}
		one.Limit = wrongs.limit(r.values["limit"])
		t.wrong(r, wrongs...)
		t.once(r, "phase", phases)
		rows = append(rows, one)
	}
	if err := t.mistakes.orNil(); err != nil {
		return nil, err
	}
	return rows, nil
}

// ParseCalendar reads a table of the office calendar.
func ParseCalendar(file string, data []byte) ([]CalendarRow, error) {
	t := table{file: file}
	var rows []CalendarRow
	first := map[string]int{}
	for _, r := range t.read(data, calendarColumns) {
		one, wrongs := readCalendar(r.values)
		one.Line = r.line
		if key := one.Value(Zh); len(wrongs) == 0 && first[key] > 0 {
			wrongs.add("value", say("“%s”和第 %d 行重复，请只留一个", "%q stands in line %d already: keep one", key, first[key]))
		} else if len(wrongs) == 0 {
			first[key] = r.line
		}
		t.wrong(r, wrongs...)
		rows = append(rows, one)
	}
	if err := t.mistakes.orNil(); err != nil {
		return nil, err
	}
	return rows, nil
}

var (
	dateText  = regexp.MustCompile(`^(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})日?$`)
	hoursText = regexp.MustCompile(`^(\d{1,2})[:：](\d{2})\s*[-–—~～至]\s*(\d{1,2})[:：](\d{2})$`)
)

func readCalendar(fields map[string]string) (CalendarRow, Wrongs) {
	var wrongs Wrongs
	one := CalendarRow{Name: fields["name"]}
	value := fields["value"]
	one.Kind, _ = read(calendarWords, fields["kind"])
	switch one.Kind {
	case CalendarHours:
		m := hoursText.FindStringSubmatch(value)
		if m != nil {
			one.Hours = deadline.Hours{From: whole(m[1])*60 + whole(m[2]), To: whole(m[3])*60 + whole(m[4])}
		}
		if m == nil || one.Hours.From >= one.Hours.To || one.Hours.To > 24*60 || whole(m[2]) > 59 || whole(m[4]) > 59 {
			wrongs.add("value", say("时间“%s”看不懂，请写 08:00-12:00 这样的", "the hours %q cannot be read: write them like 08:00-12:00", show(value)))
		}
	case CalendarFree:
		name, known := read(weekdayWords, value)
		if !known {
			wrongs.add("value", say("“%s”不是星期几，请写 星期六 这样的", "%q is no weekday: write Saturday", show(value)))
		}
		one.Weekday = time.Weekday(whole(string(name)))
	case CalendarHoliday, CalendarMakeUp:
		if m := dateText.FindStringSubmatch(value); m != nil {
			one.Date = fmt.Sprintf("%s-%02d-%02d", m[1], whole(m[2]), whole(m[3]))
		}
		if _, err := deadline.DateOf(one.Date); err != nil {
			wrongs.add("value", say("日期“%s”看不懂或没有这一天，请写 2026-10-01 这样的", "the date %q cannot be read or does not exist: write it like 2026-10-01", show(value)))
		}
	default:
		wrongs.add("kind", say("种类“%s”不认识，请写 上班时间、休息日、节假日 或 调休上班", "unknown kind %q: write hours, free, holiday or makeUp", show(fields["kind"])))
	}
	return one, wrongs
}

func whole(text string) int {
	n, _ := strconv.Atoi(text) // digits only
	return n
}

// value is what a row says, as it is written; a day has one meaning, whatever its kind.
// Value is what the row's kind says: hours, a weekday or a date.
func (r CalendarRow) Value(language Language) string {
	switch r.Kind {
	case CalendarHours:
		return fmt.Sprintf("%02d:%02d-%02d:%02d", r.Hours.From/60, r.Hours.From%60, r.Hours.To/60, r.Hours.To%60)
	case CalendarFree:
		return written(weekdayWords, weekdayName(strconv.Itoa(int(r.Weekday))), language)
	}
	return r.Date
}

// RowsOf are the rows of a calendar.
func RowsOf(c deadline.Calendar) (rows []CalendarRow) {
	for _, h := range c.Hours {
		rows = append(rows, CalendarRow{Kind: CalendarHours, Hours: h})
	}
	for _, d := range c.Free {
		rows = append(rows, CalendarRow{Kind: CalendarFree, Weekday: d})
	}
	for _, d := range c.Days {
		rows = append(rows, CalendarRow{Kind: CalendarKind(d.Kind), Date: d.Date, Name: d.Name})
	}
	return rows
}

// replaces says whether a row that is there goes where a file has another.
func (r CalendarRow) replaces(old CalendarRow) bool {
	if r.Date != "" && old.Date != "" {
		return r.Date[:4] == old.Date[:4]
	}
	return r.Kind == old.Kind
}

// PlanLimits compares a file's conditions with those that are there, and gives the data as it would be.
func PlanLimits(file string, rows []Condition, have deadline.Data) ([]Step, deadline.Data, error) {
	p := plan{file: file}
	old, now, named := map[string]deadline.Condition{}, map[string]bool{}, map[string]bool{}
	for _, c := range have.Conditions {
		old[c.ID] = c
	}
	next := have
	next.Conditions = nil
	for _, row := range rows {
		was, known := old[row.ID]
		if known && was.Category != row.Category {
			p.wrong(row.Line, say("编号“%s”已经是另一个小类的，请换一个", "the id %q is another sub-class's already: choose another", show(row.ID)))
		}
		p.step(row.Line, row.ID, row.Words, known, Difference{"words", was.Words, row.Words}, Difference{"limit", was.Zh(), row.Zh()}, Difference{"closing", was.Closing, row.Closing})
		now[row.ID], named[row.Category] = true, true
	}
	placed := map[string]bool{}
	place := func(category string) {
		for _, row := range rows {
			if row.Category == category && !placed[category] {
				next.Conditions = append(next.Conditions, row.Condition)
			}
		}
		placed[category] = true
	}
	for _, c := range have.Conditions {
		if !named[c.Category] {
			next.Conditions = append(next.Conditions, c)
			continue
		}
		place(c.Category)
		if !now[c.ID] {
			p.steps = append(p.steps, Step{Key: c.ID, Name: c.Words, Deed: Removed})
		}
	}
	for _, row := range rows {
		place(row.Category)
	}
	return p.checked(next)
}

// PlanPhases compares a file's limits of phases with those that are there, and gives the data as it would be.
func PlanPhases(file string, rows []PhaseLimit, have deadline.Data) ([]Step, deadline.Data, error) {
	p := plan{file: file}
	old := map[shared.Phase]deadline.Limit{}
	for _, one := range have.Phases {
		old[one.Phase] = one.Limit
	}
	next := have
	next.Phases = slices.Clone(have.Phases)
	for _, row := range rows {
		was, known := old[row.Phase]
		p.step(row.Line, string(row.Phase), written(phaseWords, row.Phase, Zh), known, Difference{"limit", was.Zh(), row.Zh()})
		next.Phases = append(slices.DeleteFunc(next.Phases, func(one deadline.PhaseLimit) bool { return one.Phase == row.Phase }), row.PhaseLimit)
	}
	return p.checked(next)
}

// PlanCalendar compares a file's calendar with the one that is there, and gives the data as it would be.
func PlanCalendar(file string, rows []CalendarRow, have deadline.Data) ([]Step, deadline.Data, error) {
	p := plan{file: file}
	all := slices.Clone(rows)
	old, now := map[string]CalendarRow{}, map[string]bool{}
	for _, row := range rows {
		now[row.Value(Zh)] = true
	}
	for _, was := range RowsOf(have.Calendar) {
		old[was.Value(Zh)] = was
		if !slices.ContainsFunc(rows, func(row CalendarRow) bool { return row.replaces(was) }) {
			all = append(all, was)
		} else if !now[was.Value(Zh)] {
			p.steps = append(p.steps, Step{Key: was.Value(Zh), Name: was.Name, Deed: Removed})
		}
	}
	for _, row := range rows {
		was, known := old[row.Value(Zh)]
		p.step(row.Line, row.Value(Zh), row.Name, known, Difference{"kind", string(was.Kind), string(row.Kind)}, Difference{"name", was.Name, row.Name})
	}
	next := have
	next.Calendar = deadline.Calendar{}
	for _, row := range all {
		switch row.Kind {
		case CalendarHours:
			next.Calendar.Hours = append(next.Calendar.Hours, row.Hours)
		case CalendarFree:
			next.Calendar.Free = append(next.Calendar.Free, row.Weekday)
		default:
			next.Calendar.Days = append(next.Calendar.Days, deadline.Day{Date: row.Date, Kind: deadline.DayKind(row.Kind), Name: row.Name})
		}
	}
	slices.SortFunc(next.Calendar.Hours, func(a, b deadline.Hours) int { return a.From - b.From })
	slices.SortFunc(next.Calendar.Days, func(a, b deadline.Day) int { return strings.Compare(a.Date, b.Date) })
	return p.checked(next)
}

// checked refuses data by which nothing could be reckoned.
func (p *plan) checked(next deadline.Data) ([]Step, deadline.Data, error) {
	if err := next.Check(); err != nil && len(p.mistakes) == 0 {
		p.wrong(1, say("这样就没法计算时限（先导入上班时间）：%v", "no limit could be reckoned so (import the office hours first): %v", err))
	}
	return p.steps, next, p.mistakes.orNil()
}

// AddCondition adds a row.
func (t *Table) AddCondition(c deadline.Condition, name string) {
	t.add(map[string]string{"id": c.ID, "category": c.Category, "name": name, "words": c.Words, "limit": limitIn(c.Limit, t.language), "closing": c.Closing})
}

// AddPhase adds a row.
func (t *Table) AddPhase(p deadline.PhaseLimit) {
	t.add(map[string]string{"phase": written(phaseWords, p.Phase, t.language), "limit": limitIn(p.Limit, t.language)})
}

// AddCalendarRow adds a row.
func (t *Table) AddCalendarRow(r CalendarRow) {
	t.add(map[string]string{"kind": written(calendarWords, r.Kind, t.language), "value": r.Value(t.language), "name": r.Name})
}

func limitIn(l deadline.Limit, language Language) string {
	if language == En {
		return l.En()
	}
	return l.Zh()
}
