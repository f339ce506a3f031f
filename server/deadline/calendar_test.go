package deadline

import (
	"testing"
	"time"

	"buxun/shared"

	"pgregory.net/rapid"
)

// china2026 has the days of the State Council's notice for 2026 that the cases below need, and 2028's leap day for nobody's holiday.
var china2026 = Calendar{
	Hours: []Hours{{8 * 60, 12 * 60}, {14 * 60, 18 * 60}},
	Free:  []time.Weekday{time.Saturday, time.Sunday},
	Days: []Day{
		{"2026-02-14", MakeUp, "春节调休"}, {"2026-02-15", Holiday, "春节"}, {"2026-02-16", Holiday, "春节"}, {"2026-02-17", Holiday, "春节"},
		{"2026-02-18", Holiday, "春节"}, {"2026-02-19", Holiday, "春节"}, {"2026-02-20", Holiday, "春节"}, {"2026-02-21", Holiday, "春节"},
		{"2026-02-22", Holiday, "春节"}, {"2026-02-23", Holiday, "春节"}, {"2026-02-28", MakeUp, "春节调休"},
		{"2026-09-20", MakeUp, "国庆节调休"}, {"2026-10-01", Holiday, "国庆节"}, {"2026-10-02", Holiday, "国庆节"}, {"2026-10-03", Holiday, "国庆节"},
		{"2026-10-04", Holiday, "国庆节"}, {"2026-10-05", Holiday, "国庆节"}, {"2026-10-06", Holiday, "国庆节"}, {"2026-10-07", Holiday, "国庆节"},
		{"2026-10-10", MakeUp, "国庆节调休"},
	},
}

// at reads a time of Zhuzhou.
func at(t interface{ Fatal(...any) }, text string) int64 {
	parsed, err := time.ParseInLocation("2006-01-02 15:04", text, time.FixedZone("UTC+8", 8*60*60))
	if err != nil {
		t.Fatal(err)
	}
	return parsed.UnixMilli()
}

func clockTime(ms int64) string {
	return time.UnixMilli(ms).In(time.FixedZone("UTC+8", 8*60*60)).Format("Mon 2006-01-02 15:04:05")
}

// Each row was worked out by hand with a calendar on paper; the reasoning stands beside it and is printed.
func TestDeadlinesWorkedOutByHand(t *testing.T) {
	for _, row := range []struct{ from, limit, due, why string }{
		{"2026-11-24 09:00", "2紧急工作时", "2026-11-24 11:00", "urgent hours run on the wall: 9 and 2 are 11"},
		{"2026-11-24 17:30", "2紧急工作时", "2026-11-24 19:30", "the wall knows no end of work"},
		{"2026-10-01 23:00", "4紧急工作时", "2026-10-02 03:00", "nor a holiday, nor midnight"},
		{"2026-11-24 09:00", "15分钟", "2026-11-24 09:15", "minutes run on the wall"},
		{"2026-11-24 09:00", "2工作时", "2026-11-24 11:00", "within the morning"},
		{"2026-11-24 10:00", "4工作时", "2026-11-24 16:00", "2 h until noon, nothing until 14, 2 h more until 16"},
		{"2026-11-24 08:00", "4工作时", "2026-11-24 12:00", "exactly the morning: due when it ends, not when the afternoon begins"},
		{"2026-11-24 08:00", "1工作日", "2026-11-24 18:00", "8 h are the whole Tuesday: due at its end, not on Wednesday at 8"},
		{"2026-11-24 07:00", "2工作时", "2026-11-24 10:00", "begins at 8"},
		{"2026-11-24 12:30", "2工作时", "2026-11-24 16:00", "noon is nobody's time: begins at 14"},
		{"2026-11-24 19:00", "2工作时", "2026-11-25 10:00", "begins on Wednesday at 8"},
		{"2026-11-27 16:00", "4工作时", "2026-11-30 10:00", "Friday: 2 h until 18; Saturday and Sunday are free; 2 h on Monday"},
		{"2026-11-28 10:00", "1工作日", "2026-11-30 18:00", "Saturday: begins on Monday, which is one whole day"},
		{"2026-11-27 09:00", "5工作日", "2026-12-04 09:00", "Friday 7 h, Monday to Thursday 32 h, one more hour on Friday 8 to 9"},
		{"2026-09-30 16:00", "1工作日", "2026-10-08 16:00", "Wednesday 2 h; 1 to 7 October are free; Thursday the 8th: 4 h in the morning, 2 h from 14"},
		{"2026-10-09 17:00", "2工作时", "2026-10-10 09:00", "Friday 1 h; Saturday the 10th is worked in exchange: 1 h from 8"},
		{"2026-10-09 17:00", "2工作日", "2026-10-12 17:00", "Friday 1 h, Saturday (made up) 8 h, Sunday free, Monday 7 h: 4 until noon, 3 from 14"},
		{"2026-09-18 17:00", "1工作日", "2026-09-20 17:00", "Friday 1 h, Saturday free, Sunday the 20th is worked in exchange: 7 h"},
		{"2026-02-13 17:00", "2工作日", "2026-02-24 17:00", "Friday 1 h; Saturday the 14th made up, 8 h; 15 to 23 free; Tuesday the 24th 7 h"},
		{"2026-02-27 16:00", "1工作日", "2026-02-28 16:00", "Friday 2 h; Saturday the 28th made up: 6 h. February has no 29th in 2026, nor is it needed"},
		{"2026-02-28 16:00", "1工作日", "2026-03-02 16:00", "made-up Saturday 2 h, Sunday 1 March free, Monday 6 h"},
		{"2028-02-28 16:00", "1工作日", "2028-02-29 16:00", "2028 is a leap year: Monday 2 h, Tuesday the 29th 6 h"},
		{"2028-02-29 16:00", "1工作日", "2028-03-01 16:00", "the leap day is worked like any Tuesday"},
		{"2028-02-28 23:00", "2紧急工作时", "2028-02-29 01:00", "on the wall into the leap day"},
		{"2028-02-29 23:00", "1紧急工作日", "2028-03-01 23:00", "24 h on the wall from the leap day are 1 March, as there is no 30th"},
		{"2026-12-31 17:00", "2工作时", "2027-01-01 09:00", "no notice for 2027 is in this calendar: Friday 1 January counts as its weekday says"},
		{"2026-11-24 09:00", "15工作日", "2026-12-15 09:00", "7 h on Tuesday, 14 days of 8 h are until Monday 14 December, one hour more on Tuesday"},
	} {
		limit, err := ParseLimit(row.limit)
		if err != nil {
			t.Fatal(err)
		}
		from, due := at(t, row.from), at(t, row.due)
		got := china2026.Add(from, limit.Pace, limit.Ms)
		t.Logf("%s + %s = %s: %s", row.from, row.limit, row.due, row.why)
		if got != due {
			t.Errorf("… and was reckoned as %s", clockTime(got))
		}
		if back := china2026.Between(from, due, limit.Pace); back != limit.Ms {
			t.Errorf("… but from %s to %s pass %d ms, not %d", row.from, row.due, back, limit.Ms)
		}
	}
}

func TestPassedTimeWorkedOutByHand(t *testing.T) {
	for _, row := range []struct {
		from, to string
		minutes  int64
		why      string
	}{
		{"2026-11-24 12:00", "2026-11-24 14:00", 0, "noon"},
		{"2026-11-27 18:00", "2026-11-30 08:00", 0, "a weekend"},
		{"2026-10-01 00:00", "2026-10-08 00:00", 0, "a week of holidays"},
		{"2026-10-10 00:00", "2026-10-11 00:00", 480, "a made-up Saturday"},
		{"2026-10-08 09:00", "2026-10-08 15:30", 270, "3 h until noon, 1.5 h from 14"},
		{"2026-10-08 15:30", "2026-10-08 09:00", -270, "the same, backwards"},
		{"2026-09-30 00:00", "2026-10-12 00:00", 4 * 480, "30 September, 8, 9 and 10 October"},
		{"2028-02-28 00:00", "2028-03-02 00:00", 3 * 480, "28, 29 February, 1 March"},
	} {
		got := china2026.Between(at(t, row.from), at(t, row.to), shared.PaceWorking)
		t.Logf("from %s to %s %d min are worked: %s", row.from, row.to, row.minutes, row.why)
		if got != row.minutes*minute {
			t.Errorf("… and were reckoned as %d", got/minute)
		}
	}
	// What is left of a limit that ran out is less than nothing, and goes on to a due time that lies behind.
	if got := china2026.Add(at(t, "2026-10-08 10:00"), shared.PaceWorking, -3*hour); got != at(t, "2026-09-30 17:00") {
		t.Errorf("3 h before Thursday 8 October 10:00, when 2 h of the day are over, is %s, not 30 September 17:00", clockTime(got))
	}
	if got := china2026.Add(at(t, "2026-11-30 07:00"), shared.PaceWorking, -hour); got != at(t, "2026-11-27 17:00") {
		t.Errorf("1 h before Monday's work is %s, not Friday 17:00", clockTime(got))
	}
}

func TestAddAndBetweenAreInverseAndMonotone(t *testing.T) {
	start := at(t, "2025-12-01 00:00")
	rapid.Check(t, func(t *rapid.T) {
		calendar := china2026
		if rapid.Bool().Draw(t, "odd") {
			calendar.Hours = []Hours{{0, 1}, {30, 31}, {9*60 + 1, 23*60 + 59}, {23*60 + 59, 24 * 60}}
			calendar.Free = []time.Weekday{time.Monday, time.Wednesday}
		}
		pace := rapid.SampledFrom([]shared.Pace{shared.PaceUrgent, shared.PaceWorking}).Draw(t, "pace")
		from := start + rapid.Int64Range(0, 500*day).Draw(t, "from")
		ms := rapid.Int64Range(-60*day, 60*day).Draw(t, "ms")
		due := calendar.Add(from, pace, ms)
		if got := calendar.Between(from, due, pace); got != ms {
			t.Fatalf("from %s, %d ms are over at %s, and between them are %d", clockTime(from), ms, clockTime(due), got)
		}
		if (due < from) != (ms < 0) {
			t.Fatalf("%d ms after %s is %s", ms, clockTime(from), clockTime(due))
		}
		more := rapid.Int64Range(1, 30*day).Draw(t, "more")
		if later := calendar.Add(from, pace, ms+more); later <= due {
			t.Fatalf("more time is over earlier: %s and %s", clockTime(due), clockTime(later))
		}
		if later := calendar.Add(from+more, pace, ms); later < due {
			t.Fatalf("who begins later is done earlier: %s and %s", clockTime(due), clockTime(later))
		}
		middle := from + rapid.Int64Range(-30*day, 30*day).Draw(t, "middle")
		if sum := calendar.Between(from, middle, pace) + calendar.Between(middle, due, pace); sum != ms {
			t.Fatalf("parts make %d of %d", sum, ms)
		}
	})
}

func TestCalendarsThatCannotBe(t *testing.T) {
	fine := china2026
	if err := fine.Check(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*Calendar){
		"no hours":        func(c *Calendar) { c.Hours = nil },
		"hours overlap":   func(c *Calendar) { c.Hours = []Hours{{480, 720}, {700, 900}} },
		"hours backwards": func(c *Calendar) { c.Hours = []Hours{{720, 480}} },
		"after midnight":  func(c *Calendar) { c.Hours = []Hours{{480, 1500}} },
		"always free":     func(c *Calendar) { c.Free = []time.Weekday{0, 1, 2, 3, 4, 5, 6} },
		"no such day":     func(c *Calendar) { c.Days = []Day{{"2026-02-29", Holiday, ""}} },
		"no such kind":    func(c *Calendar) { c.Days = []Day{{"2026-02-28", "", ""}} },
		"a day twice":     func(c *Calendar) { c.Days = []Day{{"2026-02-28", Holiday, ""}, {"2026-02-28", MakeUp, ""}} },
	} {
		spoilt := china2026
		if spoil(&spoilt); spoilt.Check() == nil {
			t.Errorf("%s: nobody minds", name)
		}
	}
	// Whoever reckons with one nevertheless comes to an end.
	never := Calendar{Hours: []Hours{{480, 720}}, Free: []time.Weekday{0, 1, 2, 3, 4, 5, 6}}
	never.Add(0, shared.PaceWorking, hour)
	never.Add(0, shared.PaceWorking, -hour)
}

func TestLimitsAsCitiesWriteThem(t *testing.T) {
	for text, want := range map[string]Limit{
		"2紧急工作时": {shared.PaceUrgent, 2 * hour}, "2 紧急工作时": {shared.PaceUrgent, 2 * hour}, "紧急2工作时": {shared.PaceUrgent, 2 * hour},
		"1紧急工作日": {shared.PaceUrgent, 24 * hour}, "4工作时": {shared.PaceWorking, 4 * hour}, "4个小时": {shared.PaceWorking, 4 * hour},
		"5天": {shared.PaceWorking, 40 * hour}, "15工作日": {shared.PaceWorking, 120 * hour}, "0.5工作日": {shared.PaceWorking, 4 * hour},
		"15分钟": {shared.PaceUrgent, 15 * minute}, "4 h working": {shared.PaceWorking, 4 * hour}, "2 d": {shared.PaceWorking, 16 * hour},
		"30 min": {shared.PaceUrgent, 30 * minute}, "24 h urgent": {shared.PaceUrgent, 24 * hour},
	} {
		got, err := ParseLimit(text)
		if err != nil || got != want {
			t.Errorf("%s is read as %+v (%v), not %+v", text, got, err, want)
		}
		for _, written := range []string{got.Zh(), got.En()} {
			if again, err := ParseLimit(written); err != nil || again != want {
				t.Errorf("%s is written as %s and read as %+v (%v)", text, written, again, err)
			}
		}
	}
	for _, text := range []string{"", "4", "工作时", "0工作时", "-1工作日", "400紧急工作日", "4 h soon", "x h", "种植季节15工作日", "1e3工作时", "NaN h"} {
		if got, err := ParseLimit(text); err == nil {
			t.Errorf("%q is read as %+v", text, got)
		}
	}
}
