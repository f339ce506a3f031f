package demo

import (
	_ "embed" // the tables
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

//go:embed boston.csv
var bostonTable string

// found is one of Boston's records: its minute of the day, its kind, and its place as fractions of the city's extent, from
// the south-west.
type found struct {
	minute     int
	kind       string
	across, up float64
}

// kinds is kinds.json: what Boston's kinds are to us, and what is said and shown of each.
type kinds struct {
	Types map[string]map[string]int // Boston's kind, CategoryKey, weight
	Kinds map[string]struct {
		Words, Pictures []string
		Handled         []string // what is said where it was handled on the spot; empty where nobody could
	}
	Roads         map[string][]string // by squad
	Places, Sides []string
	Returned      []struct {
		Reason, Answer string
		Photo          bool
	}
	Rejected, Failed, Comments []string
}

func readFound() ([]found, error) {
	rows, err := csv.NewReader(strings.NewReader(bostonTable)).ReadAll()
	if err != nil || len(rows) < 2 {
		return nil, fmt.Errorf("read boston.csv, %d rows: %w", len(rows), err)
	}
	var list []found
	for _, row := range rows[1:] {
		hour, hourErr := strconv.Atoi(row[0][11:13])
		minute, minuteErr := strconv.Atoi(row[0][14:16])
		up, upErr := strconv.ParseFloat(row[2], 64)
		across, acrossErr := strconv.ParseFloat(row[3], 64)
		for _, err := range []error{hourErr, minuteErr, upErr, acrossErr} {
			if err != nil {
				return nil, fmt.Errorf("read boston.csv, %v: %w", row, err)
			}
		}
		list = append(list, found{hour*60 + minute, row[1], across, up})
	}
	spread(list, func(f *found) *float64 { return &f.across })
	spread(list, func(f *found) *float64 { return &f.up })
	return list, nil
}

// spread turns a field into where it lies between the least and the greatest, 0 to 1.
func spread(list []found, field func(*found) *float64) {
	least, greatest := *field(&list[0]), *field(&list[0])
	for i := range list {
		least, greatest = min(least, *field(&list[i])), max(greatest, *field(&list[i]))
	}
	for i := range list {
		at := field(&list[i])
		*at = (*at - least) / (greatest - least)
	}
}

// weighted picks a key, each as often as its weight says. Maps have no order; chance needs one.
func weighted[K ~string](random *rand.Rand, weights map[K]int) K {
	var keys []K
	sum := 0
	for key, weight := range weights {
		keys = append(keys, key)
		sum += weight
	}
	slices.Sort(keys)
	left := random.IntN(sum)
	for _, key := range keys {
		if left -= weights[key]; left < 0 {
			return key
		}
	}
	return keys[0]
}

func pick[T any](random *rand.Rand, list []T) T { return list[random.IntN(len(list))] }

// fill puts words into a template's braces.
func (m *month) fill(template, squad, community string) string {
	pole, roads := 1+m.random.IntN(60), m.kinds.Roads[squad]
	road, other := pick(m.random, roads), pick(m.random, roads)
	if other == road {
		other += "支路"
	}
	return strings.NewReplacer(
		"{road}", road, "{other}", other, "{side}", pick(m.random, m.kinds.Sides), "{pole}", fmt.Sprintf("%03d", pole), "{next}", fmt.Sprintf("%03d", pole+1),
		"{community}", community, "{n}", strconv.Itoa(2+m.random.IntN(7)),
	).Replace(template)
}
