package main

import (
	"bytes"
	"os"
	"testing"
	"time"

	"buxun/shared"
	"buxun/sync/drive"
)

// What a collector says instead of writing it reaches the leader of the squad and nobody of another one (L10), after its record (L9).
func TestAVoiceNoteTravelsToTheLeader(t *testing.T) {
	server := start(t, demoData(t))
	leader, stranger := signedIn(t, server.URL(), "l6"), signedIn(t, server.URL(), "l5")
	desk := greeted(t, leader)
	_, _, _, err := desk.Pull()
	must(t, err)
	phone, replica := enrolled(t, server.URL(), "c601")
	line := greeted(t, phone, replica)
	said, err := os.ReadFile("photo/testdata/voice/chromium.webm")
	must(t, err)
	now := time.Now().UnixMilli()
	voice := shared.Voice{Hash: shared.HashText(string(said)), Size: int64(len(said)), Type: "audio/webm", Duration: 1200, TakenAt: now}
	_, err = replica.Make(shared.Body{
		Case: drive.NewID(), Source: shared.SourceCollector, Action: shared.ActionReport, Taxonomy: "1",
		Payload: shared.Payload{Category: category}, Time: shared.DeviceTime{Device: now}, Voices: []shared.Voice{voice},
	})
	must(t, err)
	if _, err := phone.Upload(t.Context(), replica, said); shared.FaultCode(err) != "photo.notNamed" {
		t.Errorf("before its record: %v", err)
	}
	answers, err := line.Push(replica)
	must(t, err)
	applied(t, answers)
	change, err := desk.Change()
	must(t, err)
	if len(change.Case.Voices) != 1 || change.Case.Voices[0].Voice != voice || change.Case.Voices[0].Here != shared.ArrivalWaiting {
		t.Errorf("the leader hears of %+v", change.Case.Voices)
	}
	waiting, err := server.centre.store.WaitingPhotos(t.Context(), replica.ID)
	must(t, err)
	if waiting != 1 {
		t.Errorf("the office counts %d on the way", waiting)
	}
	if state, err := phone.Upload(t.Context(), replica, said); err != nil || state != shared.ArrivalHere {
		t.Fatalf("upload: %s, %v", state, err)
	}
	change, err = desk.Change()
	must(t, err)
	if change.Case.Voices[0].Here != shared.ArrivalHere {
		t.Errorf("the leader hears that it is %s", change.Case.Voices[0].Here)
	}
	if got, err := leader.Photo(t.Context(), voice.Hash); err != nil || !bytes.Equal(got, said) {
		t.Errorf("the leader's: %d bytes, %v", len(got), err)
	}
	if _, err := stranger.Photo(t.Context(), voice.Hash); shared.FaultCode(err) != "photo.notHere" {
		t.Errorf("another squad's leader: %v", err)
	}
	if waiting, err := server.centre.store.WaitingPhotos(t.Context(), replica.ID); err != nil || waiting != 0 {
		t.Errorf("then the office counts %d on the way, %v", waiting, err)
	}
}
