package session

import (
	"testing"

	"buxun/shared"
	"buxun/sync/wire"
)

// What was read ahead decides nothing: a signature that was proved under another key than the replica's is checked again.
func TestR18_aSignatureProvedUnderAnotherKeyIsCheckedByTheWriter(t *testing.T) {
	verify := func(key []byte, text, signature string) bool { return signature == string(key)+text }
	push := Push{Push: wire.Push{Replica: "r", First: 1, Operations: []string{"{}"}}}
	push.Signature = "stranger" + shared.SignedText(shared.HashText("{}"))
	proved := push.Proved([]byte("stranger"), verify)
	if !proved.holds([]byte("stranger"), func([]byte, string, string) bool { return false }) {
		t.Error("a proof under the very key was forgotten")
	}
	if proved.holds([]byte("owner"), verify) {
		t.Error("a proof under a stranger's key counted for the owner's")
	}
	if push.Proved([]byte("owner"), verify).holds([]byte("owner"), verify) {
		t.Error("a signature that does not hold was proved")
	}
}

func TestAPushReadAheadIsReadOnce(t *testing.T) {
	push := Push{Push: wire.Push{Operations: []string{"no JSON", `{"v":9}`}}}.Ahead()
	first := &push.ahead.hashes[0]
	if again := push.Ahead(); &again.ahead.hashes[0] != first {
		t.Error("read again")
	}
	if f := push.ahead.faults; f[0] != "operation.malformed" || f[1] != "operation.versionUnknown" {
		t.Errorf("faults %v", f)
	}
	if n := len(push.Bodies()); n != 2 {
		t.Errorf("%d bodies of 2", n)
	}
}
