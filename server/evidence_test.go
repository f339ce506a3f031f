package main

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"buxun/shared"
)

// A case's evidence is one file that another machine can check without the database; whatever is changed in it is found.
func TestL7_EvidenceIsCheckedWithoutTheDatabase(t *testing.T) {
	data, p := worked(t)
	file := filepath.Join(t.TempDir(), "evidence.html")
	out := succeeds(t, "evidence", p.cases[0], "--out", file, "--data", data)
	_, key, _ := strings.Cut(strings.TrimSpace(out), "the centre's key: ")
	if out := succeeds(t, "verify", file); !strings.Contains(out, key) || !strings.Contains(out, "2 records (2 signed by their authors' devices), 1 photos") || len(key) < 64 {
		t.Errorf("sound evidence:\n%s", out)
	}
	page, err := os.ReadFile(file)
	must(t, err)
	if outside := []string{"http://", "https://", "<script src", "<link"}; bytes.Contains(page, []byte(outside[0])) || bytes.Contains(page, []byte(outside[1])) ||
		bytes.Contains(page, []byte(outside[2])) || bytes.Contains(page, []byte(outside[3])) {
		t.Error("the page asks for something outside itself")
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
