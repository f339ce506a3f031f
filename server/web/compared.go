package web

import (
	"context"

	"buxun/server/sqlite"
	"buxun/shared"
)

type comparedAnswer struct {
	Replica string `json:"replica"`
	Label   string `json:"label"`
	Login   string `json:"login"`
	At      int64  `json:"at,omitempty"` // absent: never
	Records int64  `json:"records"`
	Photos  int64  `json:"photos"`
	Open    int64  `json:"open"` // differences that are not back
}

type differingAnswer struct {
	Replica string `json:"replica"`
	Label   string `json:"label"`
	Login   string `json:"login"`
	Counter int64  `json:"counter"`
	Short   string `json:"short"` // short id of the record
	Case    string `json:"case,omitempty"`
	// Photo is the hash of a photo or voice note that is not here; absent where it is the record itself.
	Photo string `json:"photo,omitempty"`
	// Held says that the phone still had it, so that it comes again; Proved, that it showed the centre's own receipt of the record.
	Held    bool  `json:"held"`
	Proved  bool  `json:"proved"`
	FirstAt int64 `json:"firstAt"`
	LastAt  int64 `json:"lastAt"`
	Back    bool  `json:"back"` // it is here by now
}

func (s *server) compared(ctx context.Context, answer *rescueAnswer) error {
	answer.Compared, answer.Differences, answer.Key = []comparedAnswer{}, []differingAnswer{}, shared.KeyID(s.Signer.Key)
	phones, differences, err := s.Store.Reckonings(ctx)
	if err != nil {
		return err
	}
	whose := map[string]sqlite.ReckonedPhone{}
	for _, p := range phones {
		whose[p.Replica] = p
		answer.Compared = append(answer.Compared, comparedAnswer{p.Replica, p.Label, p.Login, p.At, p.Records, p.Photos, p.Open})
	}
	for _, d := range differences {
		p := whose[d.Replica]
		answer.Differences = append(answer.Differences, differingAnswer{
			Replica: d.Replica, Label: p.Label, Login: p.Login, Counter: d.Counter, Short: shared.ShortID(d.Replica, d.Counter), Case: d.Case, Photo: d.Photo,
			Held: d.Held, Proved: d.Proved, FirstAt: d.FirstAt, LastAt: d.LastAt, Back: d.Back,
		})
	}
	return nil
}
