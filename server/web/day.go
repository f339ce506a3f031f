package web

import (
	"net/http"
	"time"

	"buxun/server/sqlite"
	"buxun/shared"
)

// china is Asia/Shanghai, which has had no summer time since 1991; a day must not hang on the machine's own zone data.
var china = time.FixedZone("Asia/Shanghai", 8*60*60)

type dayAnswer struct {
	Squad  squadAnswer   `json:"squad"`
	Squads []squadAnswer `json:"squads"` // that the asker may look at
	Day    int64         `json:"day"`    // when it began
	Now    int64         `json:"now"`    // the server's clock
	tallyAnswer
	People []dayPerson `json:"people"`
}

type tallyAnswer struct {
	Reported int `json:"reported"`
	Filed    int `json:"filed"`
	Returned int `json:"returned"`
	Waiting  int `json:"waiting"`
}

type dayPerson struct {
	ID    string      `json:"id"`
	Label string      `json:"label"`
	Role  shared.Role `json:"role"`
	// Here says that they are connected now.
	Here bool `json:"here"`
	tallyAnswer
	// LastAt and LastAddress say when and where they reported last today; absent where they did not.
	LastAt      int64      `json:"lastAt,omitempty"`
	LastAddress string     `json:"lastAddress,omitempty"`
	Phones      []dayPhone `json:"phones"`
}

// dayPhone is one phone of a person; times are the server's clock, absent where there is none.
type dayPhone struct {
	Replica      string   `json:"replica"`
	Device       string   `json:"device"`
	Here         bool     `json:"here"`
	HeardAt      int64    `json:"heardAt,omitempty"`
	Records      int64    `json:"records"`
	RecordsSince int64    `json:"recordsSince,omitempty"`
	Photos       int64    `json:"photos"`
	PhotosSince  int64    `json:"photosSince,omitempty"`
	Gaps         []dayGap `json:"gaps"`
}

type dayGap struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
	At   int64 `json:"at"`
	// Short is what the first of them is called on the phone.
	Short  string `json:"short"`
	After  int64  `json:"after,omitempty"`
	Before int64  `json:"before,omitempty"`
}

// day tells a squad's leader, and administrators of any squad, what the squad did today and what its phones still hold (L13).
func (s *server) day(w http.ResponseWriter, r *http.Request) error {
	reader := visitorOf(r).reader
	directory, err := s.Store.Directory(r.Context(), reader)
	if err != nil {
		return err
	}
	squad := r.URL.Query().Get("squad")
	if squad == "" && reader.Standing.Squad == "" && len(directory.Squads) > 0 {
		squad = directory.Squads[0].Code
	}
	now := s.Now().In(china)
	begin := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, china)
	day, err := s.Store.Day(r.Context(), reader, squad, begin.UnixMilli(), begin.AddDate(0, 0, 1).UnixMilli())
	if err != nil {
		return err
	}
	answer := dayAnswer{
		Squad: squadAnswer{day.Squad, day.Name}, Squads: []squadAnswer{}, Day: begin.UnixMilli(), Now: now.UnixMilli(), tallyAnswer: tallyAnswer(day.Tally), People: []dayPerson{},
	}
	for _, q := range directory.Squads {
		answer.Squads = append(answer.Squads, squadAnswer{q.Code, q.Name})
	}
	people, replicas := s.Present()
	for _, p := range day.People {
		one := dayPerson{ID: p.ID, Label: p.Label, Role: p.Role, Here: people[p.ID], tallyAnswer: tallyAnswer(p.Tally), LastAt: p.LastAt, LastAddress: p.LastAddress, Phones: []dayPhone{}}
		for _, phone := range p.Phones {
			one.Phones = append(one.Phones, phoneToday(phone, replicas[phone.Replica]))
		}
		answer.People = append(answer.People, one)
	}
	return sendJSON(w, http.StatusOK, answer)
}

func phoneToday(p sqlite.DayPhone, here bool) dayPhone {
	one := dayPhone{
		Replica: p.Replica, Device: p.Device, Here: here, HeardAt: p.HeardAt, Records: p.Records, RecordsSince: p.RecordsSince,
		Photos: p.Photos, PhotosSince: p.PhotosSince, Gaps: []dayGap{},
	}
	for _, g := range p.Gaps {
		one.Gaps = append(one.Gaps, dayGap{g.From, g.To, g.At, shared.ShortID(p.Replica, g.From), g.After, g.Before})
	}
	return one
}
