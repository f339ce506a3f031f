package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"buxun/shared"
	"buxun/sync/drive"
)

// Words of real citizens' reports, so that lengths and characters are those of life (NOTICE says whose).
//
//go:embed texts.json
var textsJSON []byte

type words struct {
	Description string `json:"description"`
	Address     string `json:"address"`
}

var texts = sync.OnceValue(func() (list []words) {
	if err := json.Unmarshal(textsJSON, &list); err != nil {
		panic("texts.json: " + err.Error())
	}
	return list
})

var taxonomy = sync.OnceValue(shared.BuiltinTaxonomy)

// maker makes the operations of a load. The same maker makes the same words in the same order.
type maker struct{ n int }

func (m *maker) words() words {
	m.n++
	return texts()[m.n%len(texts())]
}

// caseOf makes the two operations of one case: a report with a photo and its preview, and a colleague's later comment.
func (m *maker) caseOf(p *phone, now time.Time) (id string, err error) {
	id = drive.NewID()
	if _, err := p.Make(m.report(id, now)); err != nil {
		return "", err
	}
	comment := shared.Body{
		Case: id, Source: shared.SourceCollector, Action: shared.ActionComment, Payload: shared.Payload{Words: m.words().Description}, Seen: 1,
		Taxonomy: taxonomy().Version, Area: "2026.1", Time: clock(now), Place: m.place(now),
	}
	_, err = p.Make(comment)
	return id, err
}

func (m *maker) report(id string, now time.Time) shared.Body {
	said, usual := m.words(), taxonomy().Usual
	place := m.place(now)
	return shared.Body{
		Case: id, Source: shared.SourceCollector, Action: shared.ActionReport,
		Payload:  shared.Payload{Category: usual[m.n%len(usual)], Description: said.Description, Address: said.Address},
		Taxonomy: taxonomy().Version, Area: "2026.1", Time: clock(now), Place: place,
		Photos: []shared.Photo{{
			Hash: shared.HashText("photo of " + id), Size: int64(2_400_000 + m.n%900_000), Type: "image/jpeg", Width: 4000, Height: 3000,
			Preview: &shared.Preview{Hash: shared.HashText("preview of " + id), Size: int64(9_000 + m.n%5_000)},
			Origin:  shared.OriginCamera, Part: shared.PartScene, TakenAt: now.UnixMilli() - 30_000, Fix: place,
		}},
	}
}

func clock(now time.Time) shared.DeviceTime {
	offset := int64(0)
	return shared.DeviceTime{Device: now.UnixMilli(), Offset: &offset, Bound: 60, Fresh: true}
}

func (m *maker) place(now time.Time) *shared.Fix {
	heading, speed := float64(m.n*37%360), 1.2
	return &shared.Fix{
		Longitude: 113.08 + float64(m.n*7919%10_000)/1e6, Latitude: 27.86 + float64(m.n*104_729%10_000)/1e6, Accuracy: float64(4 + m.n%20),
		At: now.UnixMilli() - 4_000, Source: "device", Heading: &heading, Speed: &speed,
	}
}

// load makes so many cases of each phone.
func load(phones []*phone, cases int) error {
	m, now := &maker{}, time.Now()
	for _, p := range phones {
		for range cases {
			if _, err := m.caseOf(p, now); err != nil {
				return fmt.Errorf("make operations of %s: %w", p.ID, err)
			}
		}
	}
	return nil
}

func newID() string { return drive.NewID() }
