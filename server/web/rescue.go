package web

import (
	"net/http"
	"time"

	"buxun/server/office"
	"buxun/server/sqlite"
	"buxun/sync/wire"
)

type rescueAnswer struct {
	Now int64 `json:"now"` // the server's clock
	// BackupOld and ProofOld are how old the last ones may grow before there is reason to warn, in milliseconds.
	BackupOld int64 `json:"backupOld"`
	ProofOld  int64 `json:"proofOld"`
	// Backup is the last one; absent where none was ever made.
	Backup *backupAnswer `json:"backup,omitempty"`
	// Failed is the last run that made none, where no good one came after it.
	Failed *failedAnswer `json:"failed,omitempty"`
	// Proof is the last one of a backup, good or not; absent where none was ever tried. Good is the last good one.
	Proof *sqlite.Proof `json:"proof,omitempty"`
	Good  *sqlite.Proof `json:"good,omitempty"`
	// RestoredAt and BackupAt tell of the last restore; absent where there was none. Life says which one of the data's this is, and
	// KeepUntil until when phones hold what was recorded since the backup.
	RestoredAt int64          `json:"restoredAt,omitempty"`
	BackupAt   int64          `json:"backupAt,omitempty"`
	Life       int64          `json:"life,omitempty"`
	KeepUntil  int64          `json:"keepUntil,omitempty"`
	Phones     []healedAnswer `json:"phones"`
	// Compared tells of every phone in use when it compared last what it holds as acknowledged with what is here; Differences
	// are what phones held as acknowledged and was not here, those that are not back first.
	Compared    []comparedAnswer  `json:"compared"`
	Differences []differingAnswer `json:"differences"`
	// Key is the fingerprint of the key that receipts are signed with, as phones show it.
	Key string `json:"key"`
}

// backupAnswer is a backup; of one that the data was restored from only the time is known.
type backupAnswer struct {
	At      int64  `json:"at"`
	Name    string `json:"name"`
	Missing int64  `json:"missing"` // photos that were gone from the storage
	// Operations came since.
	Operations int64 `json:"operations"`
}

type failedAnswer struct {
	At    int64  `json:"at"`
	Fault string `json:"fault"`
}

type healedAnswer struct {
	Replica string `json:"replica"`
	Label   string `json:"label"`
	Login   string `json:"login"`
	Name    string `json:"name"`   // the administrators' name for the phone
	Device  string `json:"device"` // what it called itself
	Squad   string `json:"squad"`
	// Here says that it is connected now.
	Here          bool  `json:"here"`
	Back          int64 `json:"back"`
	Awaited       int64 `json:"awaited"`
	Gone          int64 `json:"gone"`
	WaitingPhotos int64 `json:"waitingPhotos"`
	HeardAt       int64 `json:"heardAt,omitempty"` // since the restore
	SeenAt        int64 `json:"seenAt,omitempty"`  // ever
}

// rescue tells when a backup was made and proved last, and after a restore what came back and what is still awaited, by phone.
func (s *server) rescue(w http.ResponseWriter, r *http.Request) error {
	kept, err := s.Store.Kept(r.Context())
	if err != nil {
		return err
	}
	healing, err := s.Store.Healing(r.Context())
	if err != nil {
		return err
	}
	answer := rescueAnswer{
		Now: s.Now().UnixMilli(), BackupOld: office.BackupOld.Milliseconds(), ProofOld: office.ProofOld.Milliseconds(),
		RestoredAt: healing.RestoredAt, BackupAt: healing.BackupAt, Life: healing.Life, Phones: []healedAnswer{},
	}
	answer.keep(kept)
	if healing.BackupAt > 0 {
		answer.KeepUntil = time.UnixMilli(healing.BackupAt).AddDate(0, 0, wire.KeepDays).UnixMilli()
	}
	_, replicas := s.Present()
	for _, p := range healing.Phones {
		answer.Phones = append(answer.Phones, healedAnswer{
			p.Replica, p.Label, p.Login, p.Name, p.Device, p.Squad, replicas[p.Replica], p.Back, p.Awaited, p.Gone, p.WaitingPhotos, p.HeardAt, p.SeenAt,
		})
	}
	if err := s.compared(r.Context(), &answer); err != nil {
		return err
	}
	return sendJSON(w, http.StatusOK, answer)
}

func (a *rescueAnswer) keep(k sqlite.Kept) {
	if k.Backup.At > 0 {
		a.Backup = &backupAnswer{k.Backup.At, k.Backup.Backup, k.Backup.Missing, k.Operations}
	}
	if k.Failed.At > 0 {
		a.Failed = &failedAnswer{k.Failed.At, k.Failed.Fault}
	}
	if k.Proof.At > 0 {
		a.Proof = &k.Proof
	}
	if k.Good.At > 0 {
		a.Good = &k.Good
	}
}
