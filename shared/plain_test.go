package shared

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// pieces are what mutated bodies are put together from: every kind of token, and names that are not plain.
var pieces = []string{
	`{`, `}`, `[`, `]`, `,`, `:`, ` `, "\n", `null`, `true`, `false`, `0`, `-0`, `1.0`, `1e3`, `12345678901234567890`, `9007199254740993`, `0.5`, `-7`, `01`,
	`"v"`, `"V"`, `"replica"`, `"Replica"`, `"a"`, `"\u0061"`, `"a\"b"`, `"\\"`, `"名"`, `"x1"`, `""`, `"v":1,`, `"note":{"v":[1,{"a":null}]},`, `,"size":3`,
}

// decoded is what ambiguity said when it read tokens by a decoder; both must draw the line at the same place.
func decoded(text string, known map[string]string) bool {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	type opened struct {
		object, named bool
		taken         map[string]bool
	}
	var open []opened
	for {
		token, err := decoder.Token()
		if err != nil {
			return errors.Is(err, io.EOF)
		}
		if token == json.Delim('}') || token == json.Delim(']') {
			open = open[:len(open)-1]
			continue
		}
		if last := len(open) - 1; last >= 0 && open[last].object {
			if open[last].named = !open[last].named; open[last].named {
				name, _ := token.(string)
				if wrongName(name, known) != "" || open[last].taken[name] {
					return false
				}
				open[last].taken[name] = true
				continue
			}
		}
		switch t := token.(type) {
		case json.Delim:
			if open = append(open, opened{object: t == '{', taken: map[string]bool{}}); len(open) > maxDepth {
				return false
			}
		case nil:
			return false
		case json.Number:
			if !plainNumber(t.String()) {
				return false
			}
		}
	}
}

func TestTheWalkDrawsTheLineWhereADecoderDoes(t *testing.T) {
	body := `{"v":1,"replica":"0190","counter":3,"payload":{"changes":[{"field":"a","from":"","to":"b"}]},"time":{"device":-17.25,"fresh":true},"photos":[]}`
	passed, refused := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		text := body
		for range rapid.IntRange(0, 4).Draw(r, "changes") {
			at := rapid.IntRange(0, len(text)).Draw(r, "at")
			end := min(at+rapid.SampledFrom([]int{0, 0, 1, 2, 9}).Draw(r, "length"), len(text))
			text = text[:at] + rapid.SampledFrom(append(pieces, "")).Draw(r, "piece") + text[end:]
		}
		if !json.Valid([]byte(text)) {
			return
		}
		got := ambiguity(text, bodyNames())
		if (got == "") != decoded(text, bodyNames()) {
			r.Fatalf("%s: the walk says %q", text, got)
		}
		if got == "" {
			passed++
		} else {
			refused++
		}
	})
	if passed == 0 || refused == 0 {
		t.Errorf("%d texts passed and %d were refused: the test proves nothing", passed, refused)
	}
}

func TestManyNamesAreToldApart(t *testing.T) {
	var text strings.Builder
	for i := range 200 {
		text.WriteString(`,"n` + strings.Repeat("x", i) + `":1`)
	}
	object := "{" + text.String()[1:] + "}"
	if wrong := ambiguity(object, bodyNames()); wrong != "" {
		t.Errorf("200 names: %s", wrong)
	}
	for _, again := range []string{"n", "nxxx", "n" + strings.Repeat("x", 150)} {
		if wrong := ambiguity(object[:len(object)-1]+`,"`+again+`":1}`, bodyNames()); !strings.Contains(wrong, "twice") {
			t.Errorf("%s stands twice and it says %q", again, wrong)
		}
	}
}

func BenchmarkParseBody(b *testing.B) {
	text := `{"v":1,"replica":"0190c3a1-7c3e-7000-8000-00000000000a","counter":3,"prev":"` + HashText("x") + `","case":"0190c3a1-7c3e-7000-8000-00000000000b",` +
		`"author":{"kind":"person","id":"0190c3a1-7c3e-7000-8000-00000000000c"},"source":"collector","action":"report","payload":{"category":"GB/T 47678.5-2026|matter|01001",` +
		`"description":"井盖破损，车压上去哐哐响","address":"铜霞路东侧，012号灯杆旁"},"seen":0,"taxonomy":"2026-07-01.1","time":{"device":1790000000000,"offset":0,"bound":60,"fresh":true},` +
		`"place":{"longitude":113.08563,"latitude":27.87087,"accuracy":9,"at":1789999996000,"source":"device"}}`
	for b.Loop() {
		if _, err := ParseBody(text); err != nil {
			b.Fatal(err)
		}
	}
}
