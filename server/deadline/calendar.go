// Package deadline is how time limits run: the office calendar, the limits of conditions and phases, and what an operation does
// to a case's clocks. It is pure: it must not know of a store or of what time it is.
package deadline

import (
	"fmt"
	"slices"
	"time"

	"buxun/shared"
)

const (
	minute int64 = 60_000
	hour         = 60 * minute
	day          = 24 * hour
	// WorkingDay is a 工作日 in working hours, whatever the office's hours are.
	WorkingDay = 8 * hour
	// zone is Asia/Shanghai's distance from UTC: it has had no summer time since 1991.
	zone = 8 * hour
	// farDays is how far a calendar is followed. Nothing that one may write takes as long; one that says that nobody ever works does.
	farDays = 40 * 366
)

// Hours is a stretch of office time, in minutes after midnight; To is not in it.
type Hours struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// DayKind is what a day is against its weekday.
type DayKind string

const (
	Holiday DayKind = "holiday" // 节假日: nobody works
	MakeUp  DayKind = "makeUp"  // 调休上班: worked, though its weekday is free
)

// Day is one that is not as its weekday says.
type Day struct {
	Date string  `json:"date"` // 2026-10-01, as the calendar in Zhuzhou shows it
	Kind DayKind `json:"kind"`
	Name string  `json:"name"`
}

// Calendar says when an office works.
type Calendar struct {
	Hours []Hours        `json:"hours"` // of a working day, in order
	Free  []time.Weekday `json:"free"`  // weekdays that are free
	Days  []Day          `json:"days"`  // by date
}

// worked is a calendar made ready for reckoning.
type worked struct {
	hours   []Hours
	ofDay   int64 // ms worked on a working day
	free    [7]bool
	special map[int64]DayKind // by day since 1970 in the office's zone
}

// DateOf reads a date as days since 1970.
func DateOf(text string) (int64, error) {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, fmt.Errorf("read the date %q: %w", text, err)
	}
	return at.Unix() / 86_400, nil
}

// Check errs on a calendar by which nothing can be reckoned.
func (c Calendar) Check() error {
	last := 0
	for _, h := range c.Hours {
		if h.From < last || h.To <= h.From || h.To > 24*60 {
			return fmt.Errorf("office hours %d to %d minutes after midnight do not follow on %d", h.From, h.To, last)
		}
		last = h.To
	}
	dates := map[string]bool{}
	for _, d := range c.Days {
		if _, err := DateOf(d.Date); err != nil {
			return err
		}
		if d.Kind != Holiday && d.Kind != MakeUp {
			return fmt.Errorf("%s is neither holiday nor make-up day", d.Date)
		}
		if dates[d.Date] {
			return fmt.Errorf("%s stands there twice", d.Date)
		}
		dates[d.Date] = true
	}
	if len(c.Hours) == 0 {
		return fmt.Errorf("there are no office hours")
	}
	for weekday := time.Sunday; weekday <= time.Saturday; weekday++ {
		if !slices.Contains(c.Free, weekday) {
			return nil
		}
	}
	return fmt.Errorf("every weekday is free")
}

func (c Calendar) ready() *worked {
	w := &worked{hours: c.Hours, special: map[int64]DayKind{}}
	for _, h := range c.Hours {
		w.ofDay += int64(h.To-h.From) * minute
	}
	for _, weekday := range c.Free {
		w.free[weekday] = true
	}
	for _, d := range c.Days {
		if date, err := DateOf(d.Date); err == nil {
			w.special[date] = d.Kind
		}
	}
	return w
}

// Add is the earliest moment by which ms of the pace have passed since from; for less than 0 the latest one from which they passed
// until from.
func (c Calendar) Add(from int64, pace shared.Pace, ms int64) int64 {
	return c.ready().add(from, pace, ms)
}

// Between is how much of the pace passes from one moment to another; less than 0 where the other lies before it.
func (c Calendar) Between(from, to int64, pace shared.Pace) int64 {
	return c.ready().between(from, to, pace)
}

func (w *worked) add(from int64, pace shared.Pace, ms int64) int64 {
	if pace != shared.PaceWorking || w.ofDay == 0 {
		return from + ms
	}
	if ms < 0 {
		return w.back(from, -ms)
	}
	if ms == 0 {
		return from
	}
	date, past := split(from)
	for end := date + farDays; date < end; date, past = date+1, 0 {
		left := w.on(date, past, day)
		if left < ms {
			ms -= left
			continue
		}
		for _, h := range w.hours {
			begin, stop := max(int64(h.From)*minute, past), int64(h.To)*minute
			if length := max(stop-begin, 0); length < ms {
				ms -= length
			} else {
				return join(date, begin+ms)
			}
		}
	}
	return join(date, past)
}

// back is add towards the past.
func (w *worked) back(from, ms int64) int64 {
	date, past := split(from)
	for end := date - farDays; date > end; date, past = date-1, day {
		left := w.on(date, 0, past)
		if left < ms {
			ms -= left
			continue
		}
		for _, h := range slices.Backward(w.hours) {
			begin, stop := int64(h.From)*minute, min(int64(h.To)*minute, past)
			if length := max(stop-begin, 0); length < ms {
				ms -= length
			} else {
				return join(date, stop-ms)
			}
		}
	}
	return join(date, past)
}

func (w *worked) between(from, to int64, pace shared.Pace) int64 {
	if pace != shared.PaceWorking || w.ofDay == 0 {
		return to - from
	}
	if to < from {
		return -w.between(to, from, pace)
	}
	date, past := split(from)
	last, until := split(to)
	if last > date+farDays {
		last, until = date+farDays, 0
	}
	var sum int64
	for ; date < last; date, past = date+1, 0 {
		sum += w.on(date, past, day)
	}
	return sum + w.on(last, past, until)
}

// on is how much is worked on a day between two times of it.
func (w *worked) on(date, from, to int64) (sum int64) {
	if !w.works(date) {
		return 0
	}
	for _, h := range w.hours {
		sum += max(min(int64(h.To)*minute, to)-max(int64(h.From)*minute, from), 0)
	}
	return sum
}

func (w *worked) works(date int64) bool {
	switch w.special[date] {
	case Holiday:
		return false
	case MakeUp:
		return true
	}
	weekday := (date + int64(time.Thursday)) % 7 // 1970 began on a Thursday
	return !w.free[(weekday+7)%7]
}

// split gives the day since 1970 of a moment, as the office's calendar shows it, and the time of that day.
func split(at int64) (date, past int64) {
	at += zone
	date, past = at/day, at%day
	if past < 0 {
		date, past = date-1, past+day
	}
	return date, past
}

func join(date, past int64) int64 { return date*day + past - zone }
