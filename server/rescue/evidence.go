package rescue

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"

	"buxun/server/es256"
	"buxun/server/sqlite"
	"buxun/shared"
	"buxun/sync/session"
)

// evidenceFormat is what this program writes; it reads format 1 too, which had no receipts.
const evidenceFormat = 2

// Evidence is all that is known of one case, as it stands in an evidence file.
type Evidence struct {
	Format  int               `json:"format"`
	Program string            `json:"program"`
	MadeAt  int64             `json:"madeAt"`
	Case    shared.Case       `json:"case"`
	Records []Record          `json:"records"` // in the case's order
	People  map[string]string `json:"people"`  // by id, as others see them
	Photos  []EvidencePhoto   `json:"photos"`
	// Receipts are one for each author: together they name every record.
	Receipts []EvidenceReceipt `json:"receipts,omitempty"`
	// Server is the public key that attests the file, base64url of SPKI DER.
	Server string `json:"server"`
}

// Record is one operation: the exact text, the verdict, and whose key it was made with.
type Record struct {
	Text      string         `json:"text"`
	Hash      string         `json:"hash"`
	Key       string         `json:"key"`                 // of its replica, base64url of SPKI DER
	Signature string         `json:"signature,omitempty"` // the author's own; absent where a later operation's signature covers it by the chain
	Verdict   shared.Verdict `json:"verdict"`
}

// EvidencePhoto is a photo or voice note of the case; its bytes stand in the page.
type EvidencePhoto struct {
	Hash string `json:"hash"`
	Type string `json:"type"`
	Here bool   `json:"here"` // false: it is not at the centre
}

// Attest signs for the server: the text that EvidenceText gives.
type Attest struct {
	Key  []byte // SPKI DER
	Sign func(text string) (string, error)
}

// EvidenceText is what the server signs: the hash of the evidence's JSON as it stands in the file.
func EvidenceText(data []byte) string { return "buxun evidence v1 " + shared.HashText(string(data)) }

// MakeEvidence writes one case into one page that holds everything: whoever opens it can read it, and buxun verify checks it without
// the database.
func MakeEvidence(ctx context.Context, store *sqlite.Store, photos string, c shared.Case, attest Attest, o Options) ([]byte, error) {
	e := Evidence{Format: evidenceFormat, Program: o.Program, MadeAt: o.Now().UnixMilli(), Case: c, People: map[string]string{}, Server: base64.RawURLEncoding.EncodeToString(attest.Key)}
	held, err := store.OperationsOf(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	for _, h := range held {
		replica, _, err := store.Replica(ctx, h.Replica)
		if err != nil {
			return nil, err
		}
		e.Records = append(e.Records, Record{
			Text: h.Text, Hash: h.Hash, Key: base64.RawURLEncoding.EncodeToString(replica.Key), Signature: h.Signature, Verdict: h.Verdict,
		})
		if person, ok, err := store.Person(ctx, replica.Author.ID); err != nil {
			return nil, err
		} else if ok {
			e.People[replica.Author.ID] = person.Label
		}
	}
	files := [][]byte{}
	for _, one := range attachments(c) {
		content, err := os.ReadFile(filepath.Join(photos, "originals", one.Hash[:2], one.Hash))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if one.Here = err == nil; one.Here {
			files = append(files, content)
		}
		e.Photos = append(e.Photos, one)
	}
	if e.Receipts, err = receiptsOf(ctx, store, e, attest); err != nil {
		return nil, err
	}
	data, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	signature, err := attest.Sign(EvidenceText(data))
	if err != nil {
		return nil, err
	}
	return renderPage(data, signature, e, files)
}

// attachments are the case's photos and voice notes, each once.
func attachments(c shared.Case) (list []EvidencePhoto) {
	for _, p := range c.Photos {
		list = append(list, EvidencePhoto{Hash: p.Hash, Type: p.Type})
	}
	for _, v := range c.Voices {
		list = append(list, EvidencePhoto{Hash: v.Hash, Type: v.Type})
	}
	return list
}

// Checked is what checking an evidence file found.
type Checked struct {
	Evidence
	Damage []string
	Signed int // records with their author's own signature; the others the server attests
}

var (
	evidenceData   = regexp.MustCompile(`(?s)<script type="application/json" id="buxun-evidence">(.*?)</script>`)
	evidenceSigned = regexp.MustCompile(`<script type="application/json" id="buxun-signature">"([A-Za-z0-9_-]+)"</script>`)
	evidenceFile   = regexp.MustCompile(` src="data:[a-z0-9/+.-]+;base64,([A-Za-z0-9+/=&#;]*)"`)
)

// CheckEvidence checks an evidence file by itself: the server's signature over its data, the hash of every record and the signature of
// those that carry one, that the records give the case, every photo's hash, every receipt's signature and that what it names is in the
// file and equal, and that the page shows exactly this. An error
// means that it is no evidence file.
func CheckEvidence(page []byte) (c Checked, err error) {
	data, signature := evidenceData.FindSubmatch(page), evidenceSigned.FindSubmatch(page)
	if data == nil || signature == nil {
		return c, errors.New("this is no evidence file")
	}
	if err := json.Unmarshal(data[1], &c.Evidence); err != nil {
		return c, fmt.Errorf("read the evidence: %w", err)
	}
	if c.Format < 1 || c.Format > evidenceFormat {
		return c, fmt.Errorf("the evidence is of format %d, this buxun reads up to %d", c.Format, evidenceFormat)
	}
	damaged := func(format string, args ...any) { c.Damage = append(c.Damage, fmt.Sprintf(format, args...)) }
	key, err := base64.RawURLEncoding.DecodeString(c.Server)
	if err != nil || !es256.Verify(key, EvidenceText(data[1]), string(signature[1])) {
		damaged("the server's signature does not hold: the data was changed")
	}
	c.checkRecords(damaged)
	files := c.checkFiles(page, damaged)
	c.checkReceipts(key, files, damaged)
	if again, err := renderPage(data[1], string(signature[1]), c.Evidence, files); err != nil || !bytes.Equal(again, page) {
		damaged("the page does not show what the records say")
	}
	return c, nil
}

func (c *Checked) checkRecords(damaged func(string, ...any)) {
	var log []session.Logged
	for i, r := range c.Records {
		if shared.HashText(r.Text) != r.Hash {
			damaged("record %d: its text does not have its hash", i+1)
		}
		body, err := shared.ParseBody(r.Text)
		if err != nil {
			damaged("record %d cannot be read: %v", i+1, err)
			return
		}
		if r.Signature != "" {
			c.Signed++
			if key, err := base64.RawURLEncoding.DecodeString(r.Key); err != nil || !es256.Verify(key, shared.SignedText(r.Hash), r.Signature) {
				damaged("record %d: its author's signature does not hold", i+1)
			}
		}
		log = append(log, session.Logged{Replica: body.Replica, Counter: body.Counter, Body: body, Verdict: r.Verdict})
	}
	if made := session.Replay(shared.BuiltinWorkflow(), log, &c.Case); made == nil || !same(*made, c.Case) {
		damaged("the case is not what its records give")
	}
	names := attachments(c.Case)
	for i := range names {
		if i < len(c.Photos) {
			names[i].Here = c.Photos[i].Here
		}
	}
	if !reflect.DeepEqual(names, c.Photos) {
		damaged("the photos are not those of the case")
	}
}

// checkFiles compares the bytes in the page with their hashes.
func (c *Checked) checkFiles(page []byte, damaged func(string, ...any)) (files [][]byte) {
	found := evidenceFile.FindAllSubmatch(page, -1)
	for _, p := range c.Photos {
		if !p.Here {
			continue
		}
		if len(found) == 0 {
			damaged("photo %s is not in the file", p.Hash)
			return files
		}
		content, err := base64.StdEncoding.DecodeString(html.UnescapeString(string(found[0][1])))
		if err != nil || shared.HashText(string(content)) != p.Hash {
			damaged("photo %s: its bytes are not those that were taken", p.Hash)
		}
		files, found = append(files, content), found[1:]
	}
	return files
}
