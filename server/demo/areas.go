package demo

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"buxun/server/roster"
	"buxun/shared"
)

// areaVersion names the layout below; raise it when the layout or divisions.json changes.
const areaVersion = "demo-2"

// shifts is how many collectors answer for a community: one of the early shift, one of the late.
const shifts = 2

// gridsAcross is how many unit grids lie side by side in a community, and how many one below another: with communities of
// 0.004 by 0.004 degrees a unit grid has about 98 by 111 m, near the 10,000 m² of the field.
const gridsAcross = 4

// street is one row of divisions.json.
type street struct {
	Code, Name, Squad string
	Box               [4]float64 // west, south, east, north
	Columns           int
	Communities       []struct{ Code, Name string }
}

// beats says who answers for the communities of each squad: its collectors in turn.
func beats(areas []roster.Area, people []roster.Person) {
	given := map[string]int{}
	for i := range areas {
		a := &areas[i]
		var squad []string
		for _, p := range people {
			if p.Role == shared.RoleCollector && p.Squad == a.Squad {
				squad = append(squad, p.Name)
			}
		}
		for range shifts {
			if a.Kind == roster.KindCommunity && len(squad) > 0 {
				a.Collectors = append(a.Collectors, squad[given[a.Squad]%len(squad)])
				given[a.Squad]++
			}
		}
		slices.Sort(a.Collectors)
	}
}

// box is a rectangle in WGS-84 degrees.
type box struct{ west, south, east, north float64 }

// areas lays the communities of every street out in its box, row by row from the north-west, and cuts each into unit grids
// numbered from west to east, then from north to south. All of it is drawn by rule and marked as generated.
func areas() ([]roster.Area, error) {
	var table struct{ Streets []street }
	if err := load("divisions.json", &table); err != nil {
		return nil, err
	}
	var list []roster.Area
	for _, s := range table.Streets {
		rows := (len(s.Communities) + s.Columns - 1) / s.Columns
		whole := box{s.Box[0], s.Box[1], s.Box[2], s.Box[3]}
		for i, community := range s.Communities {
			ground := whole.cell(i%s.Columns, i/s.Columns, s.Columns, rows)
			list = append(list, roster.Area{
				Code: community.Code, Name: strings.TrimSuffix(community.Name, "居委会"), Squad: s.Squad,
				Kind: roster.KindCommunity, Generated: true, Ring: ground.ring(),
			})
			list = append(list, unitGrids(community.Code, s.Squad, ground)...)
		}
	}
	return list, nil
}

func unitGrids(community, squad string, ground box) (list []roster.Area) {
	for n := range gridsAcross * gridsAcross {
		code := fmt.Sprintf("%s%03d", community, n+1)
		list = append(list, roster.Area{
			Code: code, Name: code, Squad: squad, Kind: roster.KindUnitGrid, Generated: true,
			Ring: ground.cell(n%gridsAcross, n/gridsAcross, gridsAcross, gridsAcross).ring(),
		})
	}
	return list
}

// cell is one field of the box cut into columns and rows; row 0 is the northernmost.
func (b box) cell(column, row, columns, rows int) box {
	width, height := (b.east-b.west)/float64(columns), (b.north-b.south)/float64(rows)
	return box{
		west: b.west + width*float64(column), east: b.west + width*float64(column+1),
		north: b.north - height*float64(row), south: b.north - height*float64(row+1),
	}
}

// ring goes round anticlockwise, as GeoJSON wants it, to 1e-6 degrees (about 0.1 m).
func (b box) ring() [][2]float64 {
	west, south, east, north := micro(b.west), micro(b.south), micro(b.east), micro(b.north)
	return [][2]float64{{west, south}, {east, south}, {east, north}, {west, north}, {west, south}}
}

func micro(degrees float64) float64 { return math.Round(degrees*1e6) / 1e6 }
