package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"buxun/shared"
)

// A server is restored to before a photo came. The receipt of before still holds by the same key, the comparison names the
// photo, the office is told, and what comes again is back.
func TestL7_L13_R50_R51_ARestoredServerIsToldWhatItSignedFor(t *testing.T) {
	data, backups, restored := demoData(t), t.TempDir(), filepath.Join(t.TempDir(), "restored")
	server := start(t, data)
	k := keeperOf(t, server.URL(), "c601")
	content := picture(t, 1)
	id, _ := report(t, k.Replica, content)
	k.sync(t)
	succeeds(t, "backup", backups, "--data", data)
	k.photos = append(k.photos, content)
	k.sync(t)
	key, first, err := k.Receipts(t.Context(), id)
	must(t, err)
	receipt, err := shared.ParseReceipt(first[0].Text)
	if err != nil || len(receipt.Operations) != 1 || len(receipt.Operations[0].Photos) != 1 {
		t.Fatalf("%+v %v", receipt, err)
	}
	must(t, server.stop())

	succeeds(t, "restore", backups, "--data", restored)
	server = start(t, restored)
	k.Client = signedIn(t, server.URL(), k.login)
	k.photos = nil // the phone believes that it is there
	k.sync(t)
	keyNow, again, err := k.Receipts(t.Context(), id)
	must(t, err)
	if now, err := shared.ParseReceipt(again[0].Text); keyNow != key || err != nil || now.Epoch == receipt.Epoch || now.Operations[0].Photos != nil {
		t.Errorf("the restored server signs %+v %v", now, err)
	}
	file := filepath.Join(t.TempDir(), "receipt.json")
	write := func(text string) {
		t.Helper()
		content, err := json.Marshal(receiptFile{receiptFormat, text, first[0].Signature, key})
		must(t, err)
		must(t, os.WriteFile(file, content, 0o600))
	}
	write(first[0].Text)
	if out := succeeds(t, "verify", file); !strings.Contains(out, id) || !strings.Contains(out, receipt.Operations[0].Photos[0]) || !strings.Contains(out, "1 records, 1 photos") {
		t.Errorf("the receipt of before:\n%s", out)
	}
	write(strings.Replace(first[0].Text, `"at":1`, `"at":2`, 1))
	if out, code := buxun(t, "", "verify", file); code != 1 || !strings.Contains(out, "signature does not hold") {
		t.Errorf("a changed receipt: code %d\n%s", code, out)
	}

	claim := map[string]any{"replica": k.ID, "counter": 1, "hash": receipt.Operations[0].Hash, "outcome": "applied", "photos": receipt.Operations[0].Photos, "case": id, "answer": k.receipts[1]}
	var told struct {
		Unequal   []struct{ From, To int64 }
		Different []struct{ Photo string }
	}
	hash := shared.HashText(shared.ReckonText(receipt.Operations))
	must(t, k.Ask(t.Context(), "POST", "/api/reckon", map[string]any{"replica": k.ID, "records": 1, "photos": 1, "runs": []any{map[string]any{"from": 1, "to": 1, "hash": hash}}}, &told))
	if len(told.Unequal) != 1 {
		t.Fatalf("it is taken for equal: %+v", told)
	}
	must(t, k.Ask(t.Context(), "POST", "/api/reckon", map[string]any{"replica": k.ID, "runs": []any{map[string]any{"from": 1, "to": 1, "claims": []any{claim}}}}, &told))
	if len(told.Different) != 1 || told.Different[0].Photo != receipt.Operations[0].Photos[0] {
		t.Fatalf("%+v", told)
	}
	open := func() (open int) {
		t.Helper()
		_, list, err := server.centre.store.Reckonings(t.Context())
		must(t, err)
		for _, d := range list {
			if d.Replica != k.ID || !d.Proved || !d.Held {
				t.Errorf("%+v", d)
			}
			if !d.Back {
				open++
			}
		}
		return open
	}
	if n := open(); n != 1 {
		t.Errorf("the office is told of %d", n)
	}
	k.photos = append(k.photos, content)
	k.sync(t)
	if n := open(); n != 0 {
		t.Errorf("%d still differ after it came again", n)
	}
	if c := server.caseOf(t, id); c.Photos[0].Here != shared.ArrivalHere {
		t.Errorf("the case says %s", c.Photos[0].Here)
	}
}
