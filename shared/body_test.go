package shared_test

import (
	"encoding/json"
	"io"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"buxun/shared"
)

// bodyVectors is vectors/body.json.
type bodyVectors struct {
	Base    string
	Vectors []struct {
		Name     string
		Text     *string
		Swap     [][]any
		Expected struct {
			Fault string
			Body  any
		}
	}
	WellFormed []struct {
		Name, Text string
		Expected   bool
	}
	ToWellFormed []struct {
		Name     string
		Units    []uint16
		Expected string
	}
	Texts []struct {
		Name     string
		Of       []string
		Expected string
	}
}

func readBodies(t testing.TB) (file bodyVectors, texts []string) {
	t.Helper()
	readVectors(t, "body.json", &file)
	return file, file.texts(t)
}

// texts are the vectors' texts, in order.
func (file bodyVectors) texts(t testing.TB) (texts []string) {
	t.Helper()
	for _, v := range file.Vectors {
		text := file.Base
		if v.Text != nil {
			text = *v.Text
		}
		for _, swap := range v.Swap {
			old, unit, times := swap[0].(string), swap[1].(string), 1
			if len(swap) > 2 {
				times = int(swap[2].(float64))
			}
			if strings.Count(text, old) != 1 {
				t.Fatalf("%s: %q does not stand just once", v.Name, old)
			}
			text = strings.Replace(text, old, strings.Repeat(unit, times), 1)
		}
		texts = append(texts, text)
	}
	return texts
}

func TestBodyVectors(t *testing.T) {
	file, texts := readBodies(t)
	for i, v := range file.Vectors {
		t.Run(v.Name, func(t *testing.T) {
			body, err := shared.ParseBody(texts[i])
			if code := shared.FaultCode(err); code != v.Expected.Fault {
				t.Fatalf("got %q (%v), want %q", code, err, v.Expected.Fault)
			}
			if err == nil {
				expect(t, v.Expected.Body, body)
			}
		})
	}
}

func TestBodyThatIsNoUTF8IsMalformed(t *testing.T) {
	file, _ := readBodies(t)
	text := strings.Replace(file.Base, "井", "\xe4\xba", 1)
	if _, err := shared.ParseBody(text); shared.FaultCode(err) != "operation.malformed" {
		t.Errorf("got %v", err)
	}
}

func TestWellFormedVectors(t *testing.T) {
	file, _ := readBodies(t)
	for _, v := range file.WellFormed {
		if got := shared.WellFormed(v.Text); got != v.Expected {
			t.Errorf("%s: got %v", v.Name, got)
		}
	}
}

// What the phone does to lone surrogates is what Go's own decoding of UTF-16 does: both sides hash the same text.
func TestToWellFormedVectorsAreWhatUTF16Means(t *testing.T) {
	file, _ := readBodies(t)
	for _, v := range file.ToWellFormed {
		if got := string(utf16.Decode(v.Units)); got != v.Expected {
			t.Errorf("%s: got %q, want %q", v.Name, got, v.Expected)
		}
	}
}

func TestSignedTexts(t *testing.T) {
	file, _ := readBodies(t)
	made := map[string]func(of []string) string{
		"signedText":   func(of []string) string { return shared.SignedText(of[0]) },
		"uploadText":   func(of []string) string { return shared.UploadText(of[0]) },
		"handoverText": func(of []string) string { return shared.HandoverText(of[0], of[1]) },
		"succeedText":  func(of []string) string { return shared.SucceedText(of[0], of[1]) },
		"wipedText":    func(of []string) string { return shared.WipedText(of[0]) },
		"categoryKey":  func(of []string) string { return shared.CategoryKey(of[0], of[1], of[2]) },
	}
	for _, v := range file.Texts {
		if got := made[v.Name](v.Of); got != v.Expected {
			t.Errorf("%s: got %q", v.Name, got)
		}
	}
}

// FuzzParseBody: no text makes it panic, every fault is of the catalogue, and what was read and written again reads the same.
func FuzzParseBody(f *testing.F) {
	_, texts := readBodies(f)
	for _, text := range texts {
		if len(text) < 4096 {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		body, err := shared.ParseBody(text)
		if err != nil {
			if code := shared.FaultCode(err); code != "operation.malformed" && code != "operation.versionUnknown" {
				t.Fatalf("fault %s", code)
			}
			return
		}
		again, err := shared.ParseBody(string(toJSON(t, body)))
		if err != nil || !reflect.DeepEqual(plainJSON(t, again), plainJSON(t, body)) {
			t.Errorf("read again: %v\n%+v\n%+v", err, again, body)
		}
	})
}

// FuzzWellFormed: of valid JSON it says just whether decoding keeps every character as it was written.
func FuzzWellFormed(f *testing.F) {
	for _, seed := range []string{`"\ud83d\ude00"`, `"\ud83d"`, `"\\ud83d"`, `"\\\ud83d"`, `["\ufffd","\ud83dx\ude00"]`, `{"\udc00":1}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := shared.WellFormed(text)
		if !utf8.ValidString(text) || !json.Valid([]byte(text)) {
			return
		}
		if want := replaced(t, text) == 0; got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	})
}

var escapedReplacement = regexp.MustCompile(`(?i)\\ufffd`)

// replaced counts the replacement characters that decoding puts in and nobody wrote.
func replaced(t *testing.T, text string) int {
	aligned := strings.ReplaceAll(text, `\\`, "__")
	count := -strings.Count(aligned, "\uFFFD") - len(escapedReplacement.FindAllString(aligned, -1))
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			return count
		}
		if err != nil {
			t.Fatalf("read %q: %v", text, err)
		}
		if word, ok := token.(string); ok {
			count += strings.Count(word, "\uFFFD")
		}
	}
}
