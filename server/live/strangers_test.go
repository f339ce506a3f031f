package live

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/wire"

	"github.com/gorilla/websocket"
)

// scene is one reader's connection to a world where squad A has a case with a photo.
type scene struct {
	*world
	conn   *websocket.Conn
	as     string
	inside bool // whether the case is in the reader's scope
	id     string
	hash   string
	voice  string
	phone  *drive.Replica // that reported it
	own    *drive.Replica // the reader's
}

// frames is the table: what each frame that a phone may send gets, from those inside the scope and from everybody else. A
// row gives the frame, and what the answers must hold inside and outside.
var frames = []struct {
	kind            wire.Type
	frame           func(s *scene) any
	inside, outside []string
}{
	{wire.TypeHello, func(s *scene) any {
		return wire.Hello{T: wire.TypeHello, V: wire.Version, App: "test", Replicas: []wire.Holding{s.own.Holding()}}
	}, []string{`"t":"welcome"`}, []string{`"t":"welcome"`}},
	{wire.TypePing, func(*scene) any { return wire.Ping{T: wire.TypePing, N: 7} }, []string{`"t":"pong","n":7`}, []string{`"t":"pong","n":7`}},
	{wire.TypeAsk, func(s *scene) any {
		return wire.Ask{T: wire.TypeAsk, Replica: s.own.ID, Hashes: []string{s.hash}}
	}, []string{`"t":"held"`, "{hash}"}, []string{`"t":"held"`, `"here":[]`}},
	{wire.TypePull, func(*scene) any { return wire.Pull{T: wire.TypePull} }, []string{`"t":"cases"`, "{case}", "路灯不亮"}, []string{`"t":"cases"`, `"columns":{}`}},
	{wire.TypeHave, func(*scene) any { return wire.Have{T: wire.TypeHave, Seq: 1} }, nil, nil},
	{wire.TypeSeen, func(s *scene) any {
		return wire.Seen{T: wire.TypeSeen, Cases: []wire.SeenCase{{Case: s.id, Revision: 1}}}
	}, nil, nil},
	{wire.TypePush, func(s *scene) any { // words for the case under the reader's own number
		_, err := s.own.Make(shared.Body{Case: s.id, Source: shared.SourceCollector, Action: shared.ActionComment, Payload: shared.Payload{Words: "还是不亮"}})
		s.must(err)
		return s.pushOf(s.own)
	}, []string{`"t":"ack"`, "{outcome}"}, []string{`"t":"ack"`, `"outcome":"refused"`}},
	{wire.TypePush, func(s *scene) any { // in somebody else's name, with one's own signature
		forged := s.pushOf(s.own)
		forged.Replica = s.phone.ID
		return forged
	}, []string{`"t":"fault"`}, []string{`"t":"fault"`}},
}

// TestL10_EveryFrameForEveryRole sends every frame that there is as everybody. A frame without a row fails: whoever adds one
// says what it tells to whom.
func TestL10_EveryFrameForEveryRole(t *testing.T) {
	rows := map[wire.Type]bool{}
	for _, row := range frames {
		rows[row.kind] = true
	}
	for _, kind := range sentByPhones(t) {
		if !rows[kind] {
			t.Errorf("the frame %q has no row: what does it tell to whom?", kind)
		}
	}
	for as, inside := range map[string]bool{"a-one": true, "a-leader": true, "admin": true, "camera": true, "b-one": false, "b-leader": false, "b-camera": false, "env-one": true, "works-one": false} {
		t.Run(as, func(t *testing.T) { newScene(t, as, inside).play() })
	}
}

// Nothing is answered before a hello, nor to whoever has no session, whatever is sent.
func TestL10_NoFrameIsAnsweredToAStranger(t *testing.T) {
	s := newScene(t, "b-one", false)
	for _, row := range frames {
		frame := row.frame(s)
		for _, who := range []struct {
			cookie, code string
			first        bool
		}{{"", "session.missing", true}, {"who=nobody", "session.missing", true}, {"who=a-one", "frame.outOfOrder", row.kind != wire.TypeHello}} {
			if !who.first {
				continue
			}
			conn := s.raw(t, http.Header{"Cookie": {who.cookie}})
			_ = conn.WriteJSON(frame) // it may be closed already
			told := ""
			next := nextOf(conn)
			closedWith(t, func() (any, error) {
				frame, err := next()
				told += fmt.Sprint(frame)
				return frame, err
			}, who.code)
			s.silentOn(told, string(row.kind)+" of "+who.cookie)
		}
	}
}

// sentByPhones are the frames that wire reads, of all types that its source names.
func sentByPhones(t *testing.T) (list []wire.Type) {
	file, err := parser.ParseFile(token.NewFileSet(), "../../sync/wire/wire.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 || fmt.Sprint(spec.Type) != "Type" {
			return true
		}
		text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		if frame, err := wire.Decode([]byte(`{"t":"` + text + `"}`)); frame != nil || err != nil {
			list = append(list, wire.Type(text))
		}
		return true
	})
	if len(list) < 7 {
		t.Fatalf("only %v are found", list)
	}
	return list
}

func newScene(t *testing.T, as string, inside bool) *scene {
	s := &scene{world: newWorld(t), as: as, inside: inside, id: drive.NewID()}
	s.put("b-one", shared.RoleCollector, "B")
	s.put("camera", shared.RoleMachine, "A")
	s.put("b-camera", shared.RoleMachine, "B")
	s.put("env-one", shared.RoleUnit, "env")
	s.put("works-one", shared.RoleUnit, "works")
	s.phone, s.own, s.hash = s.replica("a-one"), s.replica(as), shared.HashText("a photo")
	s.voice = shared.HashText("a voice")
	_, err := s.phone.Make(shared.Body{
		Case: s.id, Source: shared.SourceCollector, Action: shared.ActionReport, Payload: shared.Payload{Category: category, Description: "路灯不亮"},
		Photos: []shared.Photo{{Hash: s.hash, Size: 7, Type: "image/jpeg", Origin: shared.OriginCamera, Part: shared.PartScene}},
		Voices: []shared.Voice{{Hash: s.voice, Size: 7, Type: "audio/webm", Duration: 1000}},
	})
	s.must(err)
	collector := s.dial("a-one")
	_, err = collector.Hello(nil, s.phone)
	s.must(err)
	if answers, err := collector.Push(s.phone); err != nil || answers[0].Outcome != shared.OutcomeApplied {
		t.Fatalf("%+v, %v", answers, err)
	}
	s.must(s.store.PhotoArrived(s.ctx, s.phone.Author, s.hash, shared.ArrivalHere, "image/jpeg", 7))
	s.must(collector.Close())
	s.dispatch("env")
	s.conn = s.raw(t, http.Header{"Cookie": {"who=" + as}})
	return s
}

// dispatch brings the case to a unit, by its squad's leader.
func (s *scene) dispatch(unit string) {
	phone, leader := s.replica("a-leader"), s.dial("a-leader")
	for _, b := range []shared.Body{{Action: shared.ActionFile}, {Action: shared.ActionDispatch, Payload: shared.Payload{Unit: unit}}} {
		b.Case, b.Source = s.id, shared.SourceCollector
		_, err := phone.Make(b)
		s.must(err)
	}
	_, err := leader.Hello(nil, phone)
	s.must(err)
	answers, err := leader.Push(phone)
	s.must(err)
	for _, answer := range answers {
		if answer.Outcome != shared.OutcomeApplied {
			s.t.Fatalf("%+v", answers)
		}
	}
	s.must(leader.Close())
}

func (s *scene) pushOf(r *drive.Replica) wire.Push {
	push, err := r.Push(int64(len(r.Made)), int64(len(r.Made)))
	s.must(err)
	return push
}

func (s *scene) play() {
	for _, row := range frames {
		s.must(s.conn.WriteJSON(row.frame(s)))
		told := s.answers(row.inside)
		want := row.outside
		if s.inside {
			want = row.inside
		}
		for _, text := range want {
			text = strings.NewReplacer("{hash}", s.hash, "{case}", s.id, "{outcome}", s.outcome()).Replace(text)
			if !strings.Contains(told, text) {
				s.t.Errorf("%s of %s: no %s in %.400s", row.kind, s.as, text, told)
			}
		}
		if !s.inside {
			s.silentOn(told, string(row.kind)+" of "+s.as)
		}
		// The unit sees the case, and never whose it is or what was said into it.
		for _, secret := range []string{`"a-one"`, s.ids["a-one"], s.phone.ID, s.voice} {
			if s.as == "env-one" && row.kind != wire.TypePush && strings.Contains(told, secret) {
				s.t.Errorf("%s of %s tells %s: %.400s", row.kind, s.as, secret, told)
			}
		}
	}
}

// outcome of writing to a case in scope: collectors, leaders and the unit that has it may.
func (s *scene) outcome() string {
	if s.as == "a-one" || s.as == "a-leader" || s.as == "env-one" {
		return `"outcome":"applied"`
	}
	return `"outcome":"refused"`
}

// silentOn wants nothing of squad A's case in what was told.
func (s *scene) silentOn(told, what string) {
	for _, secret := range []string{s.hash, s.id, "路灯", "a-one", s.ids["a-one"]} {
		if strings.Contains(told, secret) {
			s.t.Errorf("%s tells of %s: %.400s", what, secret, told)
		}
	}
}

// answers reads all frames until one of the type that is waited for; where none is, until a ping behind it is answered.
func (s *scene) answers(want []string) (told string) {
	awaited := `"t":"pong"`
	if len(want) > 0 {
		awaited, _, _ = strings.Cut(want[0], ",")
	} else {
		s.must(s.conn.WriteJSON(wire.Ping{T: wire.TypePing, N: 1}))
	}
	for !strings.Contains(told, awaited) {
		_, text, err := s.conn.ReadMessage()
		s.must(err)
		told += string(text) + "\n"
	}
	return told
}
