package session_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"

	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// transcript is one conversation of sync/vectors/session.json: what happens, and what the session does about it.
type transcript struct {
	Name  string   `json:"name"`
	Rules []string `json:"rules"`
	Steps []struct {
		Event   scripted          `json:"event"`
		Effects []json.RawMessage `json:"effects"`
	} `json:"steps"`
}

// scripted is an event as a transcript writes it: one of its fields.
type scripted struct {
	Heard     json.RawMessage `json:"heard"`
	Now       int64           `json:"now"`
	Text      string          `json:"text"`  // a frame that cannot be read
	Bytes     int             `json:"bytes"` // a frame of that length
	Greeted   *greeted        `json:"greeted"`
	Committed *struct {
		Replica string        `json:"replica"`
		Answers []wire.Answer `json:"answers"`
		Fault   *wire.Fault   `json:"fault"`
	} `json:"committed"`
	Page *struct {
		Cases  []shared.Case `json:"cases"`
		Leaves []string      `json:"leaves"`
		Seq    int64         `json:"seq"`
		More   bool          `json:"more"`
	} `json:"page"`
	Sorted    *wire.Held `json:"sorted"`
	Published *struct {
		Seq       int64       `json:"seq"`
		Case      shared.Case `json:"case"`
		LeftSquad string      `json:"leftSquad"`
		LeftUnit  string      `json:"leftUnit"`
	} `json:"published"`
	Failed string `json:"failed"`
	Tick   int64  `json:"tick"`
	Ended  string `json:"ended"`
}

type greeted struct {
	Known  []wire.Known  `json:"known"`
	Epoch  string        `json:"epoch"`
	Head   int64         `json:"head"`
	Anchor shared.Anchor `json:"anchor"`
	Now    int64         `json:"now"`
}

func (s scripted) event() session.Event {
	switch {
	case s.Heard != nil:
		return heard(s.Heard, s.Now)
	case s.Text != "":
		return heard([]byte(s.Text), s.Now)
	case s.Bytes > 0:
		return heard(bytes.Repeat([]byte(" "), s.Bytes), s.Now)
	case s.Greeted != nil:
		return session.Greeted(*s.Greeted)
	case s.Committed != nil:
		return session.Committed{Result: session.Result{Replica: s.Committed.Replica, Answers: s.Committed.Answers, Fault: s.Committed.Fault}}
	case s.Page != nil:
		return session.PageRead{Page: session.Page(*s.Page)}
	case s.Sorted != nil:
		return session.Sorted{Held: *s.Sorted}
	case s.Published != nil:
		return session.Published{Changed: session.Changed(*s.Published)}
	case s.Failed != "":
		return session.Failed{Err: errors.New(s.Failed)}
	case s.Ended != "":
		return session.Ended{Code: s.Ended}
	}
	return session.Tick{Now: s.Tick}
}

func heard(text []byte, now int64) session.Event {
	frame, err := wire.Decode(text)
	if err != nil {
		return session.Unreadable{Err: err}
	}
	return session.Heard{Frame: frame, Now: now}
}

// written is an effect as a transcript writes it.
func written(effect session.Effect) any {
	switch e := effect.(type) {
	case session.Send:
		return map[string]any{"send": e.Frame}
	case session.Greet:
		return map[string]any{"greet": e.Holdings}
	case session.Commit:
		return map[string]any{"commit": map[string]any{"replica": e.Push.Replica, "first": e.Push.First, "count": len(e.Push.Operations)}}
	case session.Read:
		return map[string]any{"read": map[string]any{"since": e.Since, "limit": e.Limit}}
	case session.Sort:
		return map[string]any{"sort": e.Ask}
	case session.NoteDelivered:
		return map[string]any{"delivered": e.Seq}
	case session.NoteSeen:
		return map[string]any{"seen": e.Cases}
	case session.Close:
		return map[string]any{"close": map[string]any{"code": e.Code, "reason": e.Reason}}
	}
	return fmt.Sprintf("%T", effect)
}

func TestTranscripts(t *testing.T) {
	text, err := os.ReadFile("../vectors/session.json")
	if err != nil {
		t.Fatal(err)
	}
	var transcripts []transcript
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&transcripts); err != nil {
		t.Fatal(err)
	}
	reader := session.Reader{Person: "p1", Standing: shared.Standing{Role: shared.RoleCollector, Squad: "6"}, Scope: "s1"}
	for _, one := range transcripts {
		t.Run(one.Name, func(t *testing.T) {
			s := session.New(reader, 1000)
			for i, step := range one.Steps {
				var effects []session.Effect
				s, effects = session.Step(s, step.Event.event())
				compare(t, i, effects, step.Effects)
			}
		})
	}
}

// compare holds effects against those that a transcript names; a transcript may leave out fields that do not matter to it.
func compare(t *testing.T, step int, got []session.Effect, want []json.RawMessage) {
	t.Helper()
	var have []any
	for _, effect := range got {
		have = append(have, plain(t, written(effect)))
	}
	same := len(have) == len(want)
	for i := 0; same && i < len(want); i++ {
		same = covers(have[i], plain(t, want[i]))
	}
	if !same {
		text, _ := json.Marshal(have)
		t.Fatalf("step %d:\n got %s\nwant %s", step+1, text, want)
	}
}

func plain(t *testing.T, value any) (out any) {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// covers says whether got has all that want names, lists at full length.
func covers(got, want any) bool {
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		for name, value := range want {
			ok = ok && covers(object[name], value)
		}
		return ok
	case []any:
		list, ok := got.([]any)
		ok = ok && len(list) == len(want)
		for i := 0; ok && i < len(want); i++ {
			ok = covers(list[i], want[i])
		}
		return ok
	}
	return got == want
}
