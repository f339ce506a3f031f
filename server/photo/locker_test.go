package photo

import "testing"

func TestL8_WhoHoldsALockIsAskedOnlyWhileItWrites(t *testing.T) {
	asked := 0
	early := &interruption{release: func() { asked++ }}
	if early.ask(); asked != 0 {
		t.Error("asked before anything was written")
	}
	if early.begins(); asked != 1 {
		t.Error("not asked when it began to write, although somebody waited")
	}
	late := &interruption{release: func() { asked++ }}
	late.begins()
	if late.ask(); asked != 2 {
		t.Error("not asked while it wrote")
	}
	(&interruption{}).begins() // of a request that needed no lock
}
