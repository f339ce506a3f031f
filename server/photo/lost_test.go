package photo

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"buxun/shared"
)

func (d *desk) here(p phone, hash string) shared.Arrival {
	d.ledger.mu.Lock()
	defer d.ledger.mu.Unlock()
	return d.ledger.named[p.replica+hash].Here
}

func (d *desk) remove(folder, hash string) {
	d.t.Helper()
	if err := os.Remove(d.photos.place(folder, hash)); err != nil {
		d.t.Fatal(err)
	}
}

// R44: a file that is gone is noticed by the next reader, and taken again from the phone.
func TestR44_AReaderFindsAPhotoGone(t *testing.T) {
	d := newDesk(t, Options{})
	p := d.phone(1)
	data := testdata(t, "good-gps.jpg")
	hash := p.send(data)
	d.remove(originalsDir, hash)
	d.get("/api/photos/"+hash).want(t, http.StatusGone, "photo.lost")
	if got := d.here(p, hash); got != shared.ArrivalLost {
		t.Fatalf("the ledger says %q", got)
	}
	d.get("/api/photos/"+hash).want(t, http.StatusGone, "photo.lost")
	p.create(hash, len(data)).want(t, http.StatusCreated, "")
	p.patch(hash, 0, data[:1000]).want(t, http.StatusNoContent, "")
	r := p.patch(hash, 1000, data[1000:])
	r.want(t, http.StatusNoContent, "")
	if r.header.Get(HeaderPhoto) != hash || d.here(p, hash) != shared.ArrivalHere {
		t.Errorf("sent again it is acknowledged as %q and %q", r.header.Get(HeaderPhoto), d.here(p, hash))
	}
	if got := d.get("/api/photos/" + hash); !bytes.Equal(got.body, data) {
		t.Error("what was sent again is not what was lost")
	}
}

// The smaller picture may outlive its original: it is still shown, and the loss is told all the same.
func TestR44_APictureForTheScreenDoesNotHideTheLoss(t *testing.T) {
	d := newDesk(t, Options{})
	p := d.phone(1)
	hash := p.send(taken(t, 3400, 300))
	d.makeScreens()
	d.remove(originalsDir, hash)
	d.get("/api/photos/"+hash+"?size=screen").want(t, http.StatusOK, "")
	if got := d.here(p, hash); got != shared.ArrivalLost {
		t.Errorf("the ledger says %q", got)
	}
}

// What is no image lies elsewhere: it is damaged, not lost.
func TestR44_WhatIsDamagedIsNotLost(t *testing.T) {
	d := newDesk(t, Options{})
	p := d.phone(1)
	data := testdata(t, "html-bytes-named.jpg")
	hash := p.name(data)
	p.create(hash, len(data)).want(t, http.StatusCreated, "")
	p.patch(hash, 0, data)
	d.get("/api/photos/"+hash).want(t, http.StatusUnprocessableEntity, "photo.damaged")
	if lost, _, err := d.photos.LookThrough(t.Context()); err != nil || lost != 0 || d.here(p, hash) != shared.ArrivalDamaged {
		t.Errorf("%d lost, %v, the ledger says %q", lost, err, d.here(p, hash))
	}
}

func TestR44_LookingThroughFindsWhatIsGoneTornAndBack(t *testing.T) {
	d := newDesk(t, Options{})
	p := d.phone(1)
	var hashes []string
	for _, name := range []string{"good-gps.jpg", "good-no-exif.jpg", "good.webp", "good.heic"} {
		hashes = append(hashes, p.send(testdata(t, name)))
	}
	gone, torn, moved, fine := hashes[0], hashes[1], hashes[2], hashes[3]
	d.remove(originalsDir, gone)
	if err := os.Truncate(d.photos.place(originalsDir, torn), 10); err != nil {
		t.Fatal(err)
	}
	away := filepath.Join(t.TempDir(), "away")
	if err := os.Rename(d.photos.place(originalsDir, moved), away); err != nil {
		t.Fatal(err)
	}
	look := func(wantLost, wantFound int, want ...shared.Arrival) {
		t.Helper()
		lost, found, err := d.photos.LookThrough(t.Context())
		var got []shared.Arrival
		for _, hash := range []string{gone, torn, moved, fine} {
			got = append(got, d.here(p, hash))
		}
		if err != nil || lost != wantLost || found != wantFound || !slices.Equal(got, want) {
			t.Errorf("lost %d, found %d, %v: %v, want %v", lost, found, err, got, want)
		}
	}
	look(3, 0, shared.ArrivalLost, shared.ArrivalLost, shared.ArrivalLost, shared.ArrivalHere)
	look(0, 0, shared.ArrivalLost, shared.ArrivalLost, shared.ArrivalLost, shared.ArrivalHere)
	if err := os.Rename(away, d.photos.place(originalsDir, moved)); err != nil {
		t.Fatal(err)
	}
	// Right in size and wrong in content is not what was lost.
	if err := os.WriteFile(d.photos.place(originalsDir, gone), make([]byte, len(testdata(t, "good-gps.jpg"))), 0o600); err != nil {
		t.Fatal(err)
	}
	look(0, 1, shared.ArrivalLost, shared.ArrivalLost, shared.ArrivalHere, shared.ArrivalHere)
}
