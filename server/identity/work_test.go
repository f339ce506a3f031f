package identity

import (
	"fmt"
	"slices"
	"testing"

	"golang.org/x/crypto/argon2"
)

// The time that an answer takes must not tell whether a login exists. The work is counted, not timed: clocks of busy
// machines lie.
func TestAnUnknownLoginCostsTheSameWork(t *testing.T) {
	h := NewHasher(Usual)
	encoded, err := h.Hash(t.Context(), "a password of somebody")
	if err != nil {
		t.Fatal(err)
	}
	var work []string
	h.derive = func(password, salt []byte, passes, memory uint32, lanes uint8, length uint32) []byte {
		work = append(work, fmt.Sprint(len(password), len(salt), passes, memory, lanes, length))
		return argon2.IDKey(password, salt, passes, memory, lanes, length)
	}
	for _, row := range []string{encoded, ""} {
		if ok, err := h.Verify(t.Context(), row, "guess"); ok || err != nil {
			t.Fatalf("a guess was answered %v, %v", ok, err)
		}
	}
	if len(slices.Compact(work)) != 1 {
		t.Errorf("the work differs: %v", work)
	}
}
