package deadline

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"buxun/shared"
)

// LongestLimit is the most that a limit may be. The longest known ones are some weeks.
const LongestLimit = 366 * day

// Limit is how long something may take.
type Limit struct {
	Pace shared.Pace `json:"pace"`
	Ms   int64       `json:"ms"`
}

// Check errs on a limit that is none.
func (l Limit) Check() error {
	if l.Pace != shared.PaceUrgent && l.Pace != shared.PaceWorking || l.Ms <= 0 || l.Ms > LongestLimit {
		return fmt.Errorf("%d ms of the pace %q are no limit", l.Ms, l.Pace)
	}
	return nil
}

var written = regexp.MustCompile(`^(紧急)?([0-9]+(?:\.[0-9]+)?) ?(紧急)?(工作日|个?工作时|个?工作小时|天|日|个?小时|分钟)$`)

// ParseLimit reads a limit as cities write them: 2紧急工作时 on the wall, 4工作时 in office hours, 2工作日 being 16 of them. 小时 and 天
// without a word before them are working hours and days, as in the tables that they come from; 分钟 are minutes on the wall. The
// English forms are "2 h urgent", "4 h working", "2 d working", "15 min".
func ParseLimit(text string) (Limit, error) {
	text = strings.TrimSpace(text)
	if m := written.FindStringSubmatch(text); m != nil {
		return parsed(text, m[2], strings.TrimPrefix(m[4], "个"), m[1] != "" || m[3] != "")
	}
	number, rest, _ := strings.Cut(strings.ToLower(text), " ")
	unit, pace, _ := strings.Cut(rest, " ")
	if pace != "" && pace != "urgent" && pace != "working" {
		return Limit{}, fmt.Errorf("read the limit %q", text)
	}
	return parsed(text, number, unit, pace == "urgent")
}

func parsed(text, number, unit string, urgent bool) (Limit, error) {
	count, err := strconv.ParseFloat(number, 64)
	limit := Limit{Pace: shared.PaceWorking}
	if urgent {
		limit.Pace = shared.PaceUrgent
	}
	var ms int64
	switch unit {
	case "工作日", "天", "日", "d":
		ms = WorkingDay
		if urgent {
			ms = day
		}
	case "工作时", "工作小时", "小时", "h":
		ms = hour
	case "分钟", "min":
		limit.Pace, ms = shared.PaceUrgent, minute
	default:
		return Limit{}, fmt.Errorf("read the limit %q", text)
	}
	limit.Ms = int64(math.Round(count * float64(ms)))
	if err != nil || limit.Check() != nil {
		return Limit{}, fmt.Errorf("read the limit %q", text)
	}
	return limit, nil
}

// Zh writes the limit as ParseLimit reads it.
func (l Limit) Zh() string { return l.say("分钟", "紧急工作时", "工作日", "工作时") }

// En writes the limit as ParseLimit reads it.
func (l Limit) En() string { return l.say(" min", " h urgent", " d working", " h working") }

// say writes the limit in the largest unit in which it is a whole number.
func (l Limit) say(minutes, urgentHours, workingDays, workingHours string) string {
	switch urgent := l.Pace == shared.PaceUrgent; {
	case urgent && l.Ms%hour != 0:
		return number(l.Ms, minute) + minutes
	case urgent:
		return number(l.Ms, hour) + urgentHours
	case l.Ms%WorkingDay == 0:
		return number(l.Ms, WorkingDay) + workingDays
	}
	return number(l.Ms, hour) + workingHours
}

func number(ms, unit int64) string {
	return strconv.FormatFloat(float64(ms)/float64(unit), 'f', -1, 64)
}
