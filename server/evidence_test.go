package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"buxun/server/es256"
	"buxun/server/numbering"
	"buxun/server/rescue"
	"buxun/shared"
)

// A case's evidence is one file that another machine can check without the database; whatever is changed in it is found.
func TestL7_EvidenceIsCheckedWithoutTheDatabase(t *testing.T) {
	data, p := worked(t)
	file := filepath.Join(t.TempDir(), "evidence.html")
	out := succeeds(t, "evidence", p.cases[0], "--out", file, "--data", data)
	_, key, _ := strings.Cut(strings.TrimSpace(out), "the centre's key: ")
	if out := succeeds(t, "verify", file); !strings.Contains(out, key) || !strings.Contains(out, "2 records (2 signed by their authors' devices), 1 photos and voice notes, 1 receipts, 0 damaged") || len(key) < 64 {
		t.Errorf("sound evidence:\n%s", out)
	}
	page, err := os.ReadFile(file)
	must(t, err)
	if outside := []string{"http://", "https://", "<script src", "<link"}; bytes.Contains(page, []byte(outside[0])) || bytes.Contains(page, []byte(outside[1])) ||
		bytes.Contains(page, []byte(outside[2])) || bytes.Contains(page, []byte(outside[3])) {
		t.Error("the page asks for something outside itself")
	}
	if !bytes.Contains(page, []byte("第 1、2 条记录，照片和录音 1 / records 1, 2, 1 photos and voice notes")) {
		t.Error("the page does not say what the receipt is for")
	}
	photo := strings.ReplaceAll(base64.StdEncoding.EncodeToString(p.photos[0]), "+", "&#43;")
	flipped := bytes.Clone(p.photos[0])
	flipped[60] ^= 1
	other := strings.ReplaceAll(base64.StdEncoding.EncodeToString(flipped), "+", "&#43;")
	if !bytes.Contains(page, []byte(photo)) {
		t.Fatal("the photo is not in the page")
	}
	change := func(from, to string) []byte { return []byte(strings.Replace(string(page), from, to, 1)) }
	shown := bytes.Index(page, []byte("井盖松动"))
	for name, row := range map[string]struct {
		page []byte
		says string
	}{
		"a word that people read": {change("<td>井盖松动", "<td>路灯不亮"), "does not show what the records say"},
		"a word of a record":      {[]byte(strings.ReplaceAll(string(page), "井盖松动", "路灯不亮")), "does not have its hash"},
		"a photo":                 {change(photo, other), "not those that were taken"},
		"a photo that is signed":  {change(photo, other), "receipt 1 names photo " + shared.HashText(string(p.photos[0])) + " for record 1, which the file does not have"},
		"a receipt's words":       {change("第 1、2 条记录", "第 1 条记录"), "does not show what the records say"},
		"a photo gone":            {change(` src="data:image/jpeg;base64,`+photo+`"`, ""), "is not in the file"},
		"a state in the data":     {change(`"state":"reported"`, `"state":"closed"`), "server's signature does not hold"},
		"the server's signature":  {change(`id="buxun-signature">"`, `id="buxun-signature">"AA`), "server's signature does not hold"},
		"an author's signature":   {change(`"signature":"`, `"signature":"AA`), "author's signature does not hold"},
		"a verdict":               {change(`"outcome":"applied"`, `"outcome":"refused"`), "not what its records give"},
		"something added":         {append(bytes.Clone(page), []byte("<p>案卷已结</p>")...), "does not show"},
	} {
		t.Run(name, func(t *testing.T) {
			if bytes.Equal(row.page, page) || shown < 0 {
				t.Fatal("nothing was changed")
			}
			changed := filepath.Join(t.TempDir(), "changed.html")
			must(t, os.WriteFile(changed, row.page, 0o600))
			out, code := buxun(t, "", "verify", changed)
			if code != 1 || !strings.Contains(out, row.says) {
				t.Errorf("code %d, want 1 and %q:\n%s", code, row.says, out)
			}
		})
	}
	if out, code := buxun(t, "", "verify", filepath.Join(data, "server.key")); code != 1 || !strings.Contains(out, "no evidence file") {
		t.Errorf("another file: code %d\n%s", code, out)
	}
	if out, code := buxun(t, "", "evidence", "nonsense", "--out", file, "--data", data); code != 1 || !strings.Contains(out, shared.FaultOf("request.notFound").En) {
		t.Errorf("no such case: code %d\n%s", code, out)
	}
}

// The file holds the centre's receipt for each author of the case. One that the centre did not sign, or that names what the file
// does not have, is named although the file as a whole is signed.
func TestL2_L7_R50_EvidenceHoldsItsReceiptsAndEachIsChecked(t *testing.T) {
	data, p := worked(t)
	file := filepath.Join(t.TempDir(), "evidence.html")
	succeeds(t, "evidence", p.cases[0], "--out", file, "--data", data)
	page, err := os.ReadFile(file)
	must(t, err)
	key, sign, err := numbering.Signer(data)
	must(t, err)
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	verified := func(t *testing.T, page []byte) (string, int) {
		t.Helper()
		changed := filepath.Join(t.TempDir(), "changed.html")
		must(t, os.WriteFile(changed, page, 0o600))
		return buxun(t, "", "verify", changed)
	}
	// again changes what the file says and signs all of it with the centre's key.
	again := func(t *testing.T, page []byte, change func(*rescue.Evidence)) []byte {
		t.Helper()
		found := regexp.MustCompile(`(?s)id="buxun-evidence">(.*?)</script>.*id="buxun-signature">"([^"]*)"`).FindSubmatch(page)
		var e rescue.Evidence
		must(t, json.Unmarshal(found[1], &e))
		change(&e)
		text, err := json.Marshal(e)
		must(t, err)
		signature, err := sign(rescue.EvidenceText(text))
		must(t, err)
		return bytes.Replace(bytes.Replace(page, found[1], text, 1), found[2], []byte(signature), 1)
	}
	if out, code := verified(t, again(t, page, func(*rescue.Evidence) {})); code != 0 {
		t.Fatalf("signed again: code %d\n%s", code, out)
	}
	receipted := func(change func(*shared.Receipt)) func(*rescue.Evidence) {
		return func(e *rescue.Evidence) {
			receipt, err := shared.ParseReceipt(e.Receipts[0].Text)
			must(t, err)
			change(&receipt)
			e.Receipts[0].SignedReceipt, err = shared.SignReceipt(receipt, key, sign)
			must(t, err)
		}
	}
	hash := strings.Repeat("ab", 32)
	for name, row := range map[string]struct {
		change func(*rescue.Evidence)
		says   string
	}{
		"another time in a receipt": {func(e *rescue.Evidence) {
			e.Receipts[0].Text = strings.Replace(e.Receipts[0].Text, `"at":1`, `"at":2`, 1)
		}, "receipt 1: the centre did not sign it"},
		"a stranger's receipt": {func(e *rescue.Evidence) {
			receipt, err := shared.ParseReceipt(e.Receipts[0].Text)
			must(t, err)
			public, err := es256.MarshalKey(&stranger.PublicKey)
			must(t, err)
			e.Receipts[0].SignedReceipt, err = shared.SignReceipt(receipt, public, func(text string) (string, error) { return es256.Sign(stranger, text) })
			must(t, err)
		}, "receipt 1: the centre did not sign it"},
		"no receipt at all":      {func(e *rescue.Evidence) { e.Receipts = nil }, "record 1 is in no receipt"},
		"text that is none":      {func(e *rescue.Evidence) { e.Receipts[0].Text = "{}" }, "receipt 1 cannot be read"},
		"somebody else's":        {func(e *rescue.Evidence) { e.Receipts[0].For = p.ID }, "receipt 1 names record 1, which is somebody else's"},
		"another case":           {receipted(func(r *shared.Receipt) { r.Case = p.cases[1] }), "receipt 1 is of another case"},
		"another record":         {receipted(func(r *shared.Receipt) { r.Operations[0].Hash = hash }), "receipt 1 names record 1 with another text or verdict"},
		"another verdict":        {receipted(func(r *shared.Receipt) { r.Operations[1].Outcome = shared.OutcomeLate }), "receipt 1 names record 2 with another text or verdict"},
		"a photo that is no one": {receipted(func(r *shared.Receipt) { r.Operations[0].Photos = []string{hash} }), "receipt 1 names photo " + hash + " for record 1"},
		"more than there is":     {receipted(func(r *shared.Receipt) { r.Operations[1].Counter = 9 }), "receipt 1 names operation 9 of " + p.ID},
		"a record left out":      {receipted(func(r *shared.Receipt) { r.Operations = r.Operations[:1] }), "record 2 is in no receipt"},
	} {
		t.Run(name, func(t *testing.T) {
			if out, code := verified(t, again(t, page, row.change)); code != 1 || !strings.Contains(out, row.says) {
				t.Errorf("code %d, want 1 and %q:\n%s", code, row.says, out)
			}
		})
	}
	// A file of before had no receipts, and still counts.
	old := again(t, page, func(e *rescue.Evidence) { e.Format, e.Receipts = 1, nil })
	from, to := bytes.Index(old, []byte("<h2>回执")), bytes.Index(old, []byte("<h2>照片"))
	if out, code := verified(t, append(bytes.Clone(old[:from]), old[to:]...)); code != 0 || !strings.Contains(out, "0 receipts, 0 damaged") {
		t.Errorf("a file of format 1: code %d\n%s", code, out)
	}
}
