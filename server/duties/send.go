package duties

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"buxun/server/roster"
	"buxun/server/sqlite"
	"buxun/shared"
)

// What the server knows of who is where is only what phones sent with their operations: nobody is followed.
const (
	// shift is how long ago an operation may have been made by whoever counts as on duty.
	shift = 8 * time.Hour
	// fairness is how far back errands are counted.
	fairness = 7 * 24 * time.Hour
	// lately is how many of a squad's cases, from the last one back, tell who works in an area.
	lately = 500
)

// send settles who goes, for all that were sent without an assignee.
func (d *Duties) send(ctx context.Context) error {
	cases, err := d.Store.UnsentCases(ctx)
	if err != nil || len(cases) == 0 {
		return err
	}
	errands, err := d.Store.Errands(ctx, d.Now().Add(-fairness).UnixMilli())
	if err != nil {
		return err
	}
	var bodies []shared.Body
	for _, c := range cases {
		who, how, err := d.choose(ctx, c, errands)
		if err != nil {
			return err
		}
		if who == "" {
			d.Log.Warn("nobody can be sent: the squad has no collector", "case", c.ID, "squad", c.Squad)
			continue
		}
		errands[who]++
		bodies = append(bodies, shared.Body{Case: c.ID, Action: shared.ActionAssign, Payload: shared.Payload{Assignee: who, How: how}, Seen: c.Revision})
	}
	return d.make(ctx, bodies)
}

// choose says who goes and in which way that was settled: where the leader's way finds nobody, the next one does.
func (d *Duties) choose(ctx context.Context, c shared.Case, errands map[string]int) (who string, how shared.Assigning, err error) {
	able, err := d.Store.Collectors(ctx, c.Squad, d.Now().Add(-shift).UnixMilli())
	if err != nil || len(able) == 0 {
		return "", "", err
	}
	if others := without(able, c.Reporter.ID); c.Task.Kind == shared.TaskRecheck && len(others) > 0 {
		able = others
	}
	how = c.Task.How
	if how != shared.AssignNearest && how != shared.AssignRotation {
		if who, how, err = d.ofArea(ctx, c, able, errands); err != nil || who != "" {
			return who, how, err
		}
		how = shared.AssignNearest
	}
	if place := placeOf(c); how == shared.AssignNearest && place != nil {
		if who = d.draw(able, func(p sqlite.Walker) float64 { return metres(p.Place, place) }, errands, math.MaxFloat64); who != "" {
			return who, how, nil
		}
	}
	return d.draw(able, func(p sqlite.Walker) float64 { return float64(errands[p.ID]) }, nil, math.MaxFloat64), shared.AssignRotation, nil
}

// draw takes one of those with the least cost, where that is not above most; among equals those with the fewest errands, and among
// these by chance.
func (d *Duties) draw(able []sqlite.Walker, cost func(sqlite.Walker) float64, errands map[string]int, most float64) string {
	least := slices.MinFunc(able, func(a, b sqlite.Walker) int { return cmp.Compare(cost(a), cost(b)) })
	if cost(least) > most {
		return ""
	}
	able = slices.DeleteFunc(slices.Clone(able), func(p sqlite.Walker) bool { return cost(p) > cost(least) })
	fewest := errands[slices.MinFunc(able, func(a, b sqlite.Walker) int { return cmp.Compare(errands[a.ID], errands[b.ID]) }).ID]
	able = slices.DeleteFunc(able, func(p sqlite.Walker) bool { return errands[p.ID] > fewest })
	return able[d.Rand.IntN(len(able))].ID
}

// ofArea says who of the area goes: one of those who answer for it, by the data, the narrowest area that has such first; where nobody does,
// who reported most there lately. Of those who answer whoever is known to be on duty comes first, then those with the fewest errands, then chance: so the shifts of one area
// share what comes, and nobody knows who is next. Where none of them is known to be on duty one of them goes all the same: it is theirs,
// and a shift that just began has made nothing yet.
func (d *Duties) ofArea(ctx context.Context, c shared.Case, able []sqlite.Walker, errands map[string]int) (who string, how shared.Assigning, err error) {
	areas, err := d.areasOf(ctx, c)
	if err != nil || len(areas) == 0 {
		return "", "", err
	}
	for _, area := range areas {
		answering := slices.DeleteFunc(slices.Clone(able), func(p sqlite.Walker) bool {
			return !slices.ContainsFunc(area.Answering, func(one sqlite.Answering) bool { return one.ID == p.ID })
		})
		if len(answering) > 0 {
			return d.draw(answering, offDuty, errands, 1), shared.AssignArea, nil
		}
	}
	beat := areas[max(0, slices.IndexFunc(areas, func(a sqlite.Area) bool { return a.Kind == roster.KindDutyGrid }))]
	counts, err := d.working(ctx, c.Squad, beat)
	if err != nil {
		return "", "", err
	}
	return d.draw(able, func(p sqlite.Walker) float64 { return -float64(counts[p.ID]) }, errands, -1), shared.AssignUsual, nil
}

// offDuty costs where nothing is known of a person's shift.
func offDuty(p sqlite.Walker) float64 {
	if p.Place == nil {
		return 1
	}
	return 0
}

// working counts who reported how much of a squad's lately in an area.
func (d *Duties) working(ctx context.Context, squad string, area sqlite.Area) (map[string]int, error) {
	cases, err := d.Store.Cases(ctx, sqlite.Filter{Squad: squad, Limit: lately})
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for _, one := range cases {
		if at := placeOf(one); at != nil && within(area.Ring, at) {
			counts[one.Reporter.ID]++
		}
	}
	return counts, nil
}

// areasOf are the areas of a case's squad that hold its place, those of the narrower kind first.
func (d *Duties) areasOf(ctx context.Context, c shared.Case) (found []sqlite.Area, err error) {
	place := placeOf(c)
	if place == nil {
		return nil, nil
	}
	areas, err := d.Store.AreasKept(ctx)
	if err != nil {
		return nil, err
	}
	for _, kind := range []string{roster.KindUnitGrid, roster.KindDutyGrid, roster.KindCommunity} {
		for _, a := range areas {
			if a.Kind == kind && a.Squad == c.Squad && within(a.Ring, place) {
				found = append(found, a)
			}
		}
	}
	return found, nil
}

// placeOf is where a case is: its pin, else where it was reported from.
func placeOf(c shared.Case) *shared.Fix {
	east, north, ok := strings.Cut(c.Pin, ",")
	longitude, errEast := strconv.ParseFloat(east, 64)
	latitude, errNorth := strconv.ParseFloat(north, 64)
	if ok && errEast == nil && errNorth == nil {
		return &shared.Fix{Longitude: longitude, Latitude: latitude}
	}
	return c.Fix
}

// within says whether a ring holds a place, by the count of its edges to the east.
func within(ring [][2]float64, place *shared.Fix) bool {
	inside := false
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		if (a[1] > place.Latitude) != (b[1] > place.Latitude) &&
			place.Longitude < (b[0]-a[0])*(place.Latitude-a[1])/(b[1]-a[1])+a[0] {
			inside = !inside
		}
	}
	return inside
}

// metres is the distance on the ground, good enough within a city; beyond everything where there is no place.
func metres(from, to *shared.Fix) float64 {
	if from == nil || to == nil {
		return math.Inf(1)
	}
	const degree = 111_320
	north := (to.Latitude - from.Latitude) * degree
	east := (to.Longitude - from.Longitude) * degree * math.Cos(to.Latitude*math.Pi/180)
	return math.Hypot(north, east)
}

func without(able []sqlite.Walker, person string) []sqlite.Walker {
	return slices.DeleteFunc(slices.Clone(able), func(p sqlite.Walker) bool { return p.ID == person })
}
