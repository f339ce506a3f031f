package wire_test

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"buxun/shared"
	"buxun/sync/wire"
)

// frames is sync/vectors/frames.json: its half for the server, and the columns that both halves read.
type frames struct {
	ToServer []struct {
		Name    string
		Text    string
		Bytes   int
		Fault   string
		Skipped bool
	}
	ToPhone []struct {
		Name, Text, Fault string
		Skipped           bool
	}
	Columns []struct {
		Name    string
		Columns map[string]wire.Column
		Rows    []shared.Case
	}
	BadColumns []struct {
		Name      string
		Columns   map[string]wire.Column
		PhoneOnly bool
	}
}

func read(t testing.TB) (f frames) {
	t.Helper()
	text, err := os.ReadFile("../vectors/frames.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestR3_R4_FramesAreReadOrRefused(t *testing.T) {
	for _, v := range read(t).ToServer {
		t.Run(v.Name, func(t *testing.T) {
			text := v.Text + strings.Repeat(" ", v.Bytes)
			frame, err := wire.Decode([]byte(text))
			if code := shared.FaultCode(err); code != v.Fault {
				t.Fatalf("fault %q, want %q (%v)", code, v.Fault, err)
			}
			if skipped := err == nil && frame == nil; skipped != v.Skipped {
				t.Errorf("skipped %t, want %t", skipped, v.Skipped)
			}
		})
	}
}

// A counter beyond what JavaScript writes exactly would stand in the centre's list of phones for ever (L13); what goes into
// the log has an end.
func TestL13_R10_NumbersBeyondAnyCounterAreMalformed(t *testing.T) {
	const replica = "01990000-0000-7000-8000-000000000001"
	for text, fault := range map[string]string{
		`{"t":"hello","v":1,"app":"x","replicas":[{"replica":"` + replica + `","oldest":1,"last":9007199254740991,"acked":0}]}`: "",
		`{"t":"hello","v":1,"app":"x","replicas":[{"replica":"` + replica + `","oldest":1,"last":9007199254740992,"acked":0}]}`: "frame.malformed",
		`{"t":"hello","v":1,"app":"` + strings.Repeat("x", 300) + `","replicas":[]}`:                                            "frame.malformed",
		`{"t":"push","replica":"` + replica + `","first":9223372036854775807,"oldest":1,"operations":["x"],"signature":""}`:     "frame.malformed",
		`{"t":"push","replica":"` + replica + `","first":1,"oldest":9223372036854775807,"operations":["x"],"signature":""}`:     "frame.malformed",
	} {
		if _, err := wire.Decode([]byte(text)); shared.FaultCode(err) != fault {
			t.Errorf("%s: got %v, want %q", text, err, fault)
		}
	}
}

// What the phone's vectors say is a good frame is one that the server's own types write just so.
func TestFramesForThePhoneAreTheServersOwn(t *testing.T) {
	made := map[wire.Type]func() any{
		wire.TypeWelcome: func() any { return &wire.Welcome{} }, wire.TypeAck: func() any { return &wire.Ack{} },
		wire.TypeFault: func() any { return &wire.Fault{} }, wire.TypeCases: func() any { return &wire.Cases{} },
		wire.TypeChange: func() any { return &wire.Change{} }, wire.TypeLeave: func() any { return &wire.Leave{} },
		wire.TypeHeld: func() any { return &wire.Held{} }, wire.TypePong: func() any { return &wire.Pong{} },
	}
	for _, v := range read(t).ToPhone {
		if v.Fault != "" || v.Skipped || v.Name == "unknown field" {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			var head struct{ T wire.Type }
			if err := json.Unmarshal([]byte(v.Text), &head); err != nil {
				t.Fatal(err)
			}
			frame := made[head.T]()
			if err := json.Unmarshal([]byte(v.Text), frame); err != nil {
				t.Fatal(err)
			}
			again, err := json.Marshal(frame)
			if err != nil {
				t.Fatal(err)
			}
			var got, want any
			if json.Unmarshal(again, &got) != nil || json.Unmarshal([]byte(v.Text), &want) != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("the server writes %s", again)
			}
		})
	}
}

func TestR1_ColumnsAndRowsAreOnePageBothWays(t *testing.T) {
	for _, v := range read(t).Columns {
		t.Run(v.Name, func(t *testing.T) {
			rows, err := wire.Rows(v.Columns)
			if err != nil {
				t.Fatal(err)
			}
			if len(rows) != len(v.Rows) || len(rows) > 0 && !reflect.DeepEqual(rows, v.Rows) {
				t.Errorf("rows %+v", rows)
			}
			columns, err := wire.Columns(v.Rows)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := text(t, columns), text(t, v.Columns); got != want {
				t.Errorf("columns %s, want %s", got, want)
			}
		})
	}
}

func TestBadColumnsAreMalformed(t *testing.T) {
	for _, v := range read(t).BadColumns {
		if _, err := wire.Rows(v.Columns); !v.PhoneOnly && shared.FaultCode(err) != "frame.malformed" {
			t.Errorf("%s: %v", v.Name, err)
		}
	}
}

// text is JSON whose values were decoded and encoded again, so that only what they mean counts.
func text(t *testing.T, value any) string {
	t.Helper()
	first, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var plain any
	if err := json.Unmarshal(first, &plain); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(plain)
	if err != nil {
		t.Fatal(err)
	}
	return string(again)
}

func FuzzDecode(f *testing.F) {
	for _, v := range read(f).ToServer {
		f.Add([]byte(v.Text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		frame, err := wire.Decode(text)
		if err != nil {
			if code := shared.FaultCode(err); !slices.Contains([]string{"frame.malformed", "frame.tooLarge"}, code) {
				t.Fatalf("fault %q", code)
			}
			return
		}
		if frame == nil {
			return
		}
		again, err := json.Marshal(frame)
		if err != nil {
			t.Fatal(err)
		}
		// What is read is written so that it reads the same, unless writing made it too long.
		if second, err := wire.Decode(again); len(again) <= wire.MaxFrameBytes && (err != nil || !reflect.DeepEqual(frame, second)) {
			t.Fatalf("%s reads as %+v, then as %+v (%v)", text, frame, second, err)
		}
	})
}

// Taken field by field, a page says what the cases' own JSON says.
func TestColumnsAreTheCasesOwnJSON(t *testing.T) {
	fix := &shared.Fix{Longitude: 113.08, Latitude: 27.87, Accuracy: 5, At: 1, Source: "device"}
	cases := []shared.Case{
		{ID: "a", Timeline: []shared.Entry{}},
		{ID: "b", Number: "BX1", Former: []string{"S1"}, Reporter: shared.Author{Kind: shared.AuthorPerson, ID: "p"}, Description: "井盖 <&>", Fix: fix,
			Photos: []shared.CasePhoto{{Revision: 1}}, Conflicts: []shared.Conflict{{Kept: "x"}}, ReportMissing: true},
		{ID: "c", Former: []string{}, Photos: []shared.CasePhoto{}},
	}
	columns, err := wire.Columns(cases)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		text, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var want map[string]json.RawMessage
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatal(err)
		}
		for name, column := range columns {
			if got, there := string(column[i]), want[name] != nil; there && got != string(want[name]) || !there && got != "null" {
				t.Errorf("case %s: %s is %s, want %s", c.ID, name, got, want[name])
			}
			delete(want, name)
		}
		if len(want) > 0 {
			t.Errorf("case %s: no column holds %v", c.ID, want)
		}
	}
}

func BenchmarkColumns(b *testing.B) {
	var cases []shared.Case
	for range 50 {
		for _, v := range read(b).Columns {
			cases = append(cases, v.Rows...)
		}
	}
	for b.Loop() {
		if _, err := wire.Columns(cases); err != nil {
			b.Fatal(err)
		}
	}
}
