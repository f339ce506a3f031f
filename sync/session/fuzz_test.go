package session_test

import (
	"bytes"
	"testing"

	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// FuzzStep: whatever frames a phone sends in whatever order, nothing is read or committed before its hello, nothing after the
// session ended, and no more pushes are taken than the limits say.
func FuzzStep(f *testing.F) {
	hello := `{"t":"hello","v":1,"app":"x","replicas":[{"replica":"01990000-0000-7000-8000-000000000001","oldest":0,"last":2,"acked":0}]}`
	push := `{"t":"push","replica":"01990000-0000-7000-8000-000000000001","first":1,"oldest":1,"operations":["{}"],"signature":"x"}`
	for _, seed := range []string{
		hello + "\n" + push + "\n" + `{"t":"pull"}` + "\n" + `{"t":"have","seq":9007199254740993}`, `{"t":"pull"}`, push + "\n" + hello, hello + "\n" + hello,
		hello + "\n" + `{"t":"held?","replica":"01990000-0000-7000-8000-000000000001","hashes":[]}` + "\n" + `{"t":"ping","n":-1}` + "\n" + `{"t":"seen","cases":[{"case":"","revision":-1}]}`,
	} {
		f.Add([]byte(seed), false)
		f.Add([]byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, lines []byte, leaving bool) {
		s := session.New(session.Reader{Person: "p", Standing: shared.Standing{Role: shared.RoleCollector, Squad: "A"}, Scope: "1", Leaving: leaving}, 0)
		greeted, ended, pushes := false, false, 0
		take := func(e session.Event) {
			var effects []session.Effect
			s, effects = session.Step(s, e)
			for _, effect := range effects {
				switch effect.(type) {
				case session.Commit:
					pushes++
				case session.Greet:
					greeted = true
				case session.Close:
					defer func() { ended = true }()
				}
				_, send := effect.(session.Send)
				_, closes := effect.(session.Close)
				_, reads := effect.(session.Read)
				if ended || !greeted && !send && !closes || reads && leaving {
					t.Errorf("%T after %q", effect, lines)
				}
			}
		}
		for line := range bytes.Lines(lines) {
			was := greeted
			frame, err := wire.Decode(line)
			if err != nil {
				take(session.Unreadable{Err: err})
			} else {
				take(session.Heard{Frame: frame})
			}
			if greeted && !was {
				take(session.Greeted{Head: 3})
			}
			if pushes > 2*wire.MaxPushesInFlight {
				t.Errorf("%d pushes in flight", pushes)
			}
		}
	})
}
