package identity_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"buxun/server/es256"
	"buxun/server/identity"
	"buxun/shared"
)

func TestAPasswordIsCheckedAgainstItsHash(t *testing.T) {
	h := identity.NewHasher(identity.Usual)
	encoded, err := h.Hash(t.Context(), "correct horse 步巡")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(encoded, "$argon2id$v=19$m=65536,t=2,p=1$") {
		t.Errorf("hash %s", encoded)
	}
	again, _ := h.Hash(t.Context(), "correct horse 步巡")
	if again == encoded {
		t.Error("two hashes of one password are equal: no salt")
	}
	for _, row := range []struct {
		name, encoded, password string
		want, fails             bool
	}{
		{"the right password", encoded, "correct horse 步巡", true, false},
		{"another password", encoded, "correct horse", false, false},
		{"no password", encoded, "", false, false},
		{"an unknown login", "", "correct horse 步巡", false, false},
		{"an unknown login without password", "", "", false, false},
		{"no PHC string", "plain text", "plain text", false, true},
		{"a hash of nothing", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$", "x", false, true},
		{"a hash that would take the machine", "$argon2id$v=19$m=4194304,t=9,p=1$c29tZXNhbHQ$" + strings.Repeat("A", 43), "x", false, true},
	} {
		got, err := h.Verify(t.Context(), row.encoded, row.password)
		if got != row.want || (err != nil) != row.fails {
			t.Errorf("%s: %v, %v", row.name, got, err)
		}
	}
}

func TestAHerdWaitsForItsTurn(t *testing.T) {
	h := identity.NewHasher(identity.Usual)
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	fails := make(chan error, 64)
	for range 64 {
		group.Go(func() {
			if _, err := h.Verify(ctx, "", "guess"); err != nil {
				fails <- err
			}
		})
	}
	cancel()
	group.Wait()
	close(fails)
	for err := range fails {
		if shared.FaultCode(err) != "server.busy" {
			t.Errorf("waiting ended with %v", err)
		}
	}
}

func TestALimiterLetsABurstThroughThenOneEachInterval(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	l := identity.NewLimiter(func() time.Time { return now }, 3, time.Minute)
	take := func(key string, want bool) {
		t.Helper()
		if _, ok := l.Take(key); ok != want {
			t.Errorf("%s at %v: %v", key, now.Unix(), ok)
		}
	}
	take("c601", true)
	take("c601", true)
	take("c601", true)
	take("c601", false)
	take("c602", true)
	now = now.Add(45 * time.Second)
	if wait, ok := l.Take("c601"); ok || wait != 15*time.Second {
		t.Errorf("wait %v, %v", wait, ok)
	}
	now = now.Add(15 * time.Second)
	take("c601", true)
	take("c601", false)
	l.Return("c601")
	take("c601", true)
	now = now.Add(time.Hour)
	for range 3 {
		take("c601", true)
	}
	take("c601", false)
}

func TestALimiterForgetsTheRested(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	l := identity.NewLimiter(func() time.Time { return now }, 1, time.Minute)
	l.Take("guesser")
	for i := range 30_000 {
		now = now.Add(time.Second)
		l.Take(fmt.Sprint("address ", i))
		if i == 20_000 {
			l.Take("guesser")
		}
	}
	if l.Size() > 10_000 {
		t.Errorf("remembers %d keys", l.Size())
	}
}

func TestKeysStayAndAreTheirOwners(t *testing.T) {
	dir := t.TempDir()
	first, err := identity.OpenKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "server.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("server.key: %v, %v", info.Mode(), err)
	}
	left, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	again, err := identity.OpenKeys(dir)
	if err != nil || again.Mac("text") != first.Mac("text") || !again.AnchorGiven(first.Anchor(5)) {
		t.Errorf("after a restart the keys are others: %v", err)
	}
	other, _ := identity.OpenKeys(t.TempDir())
	if other.Mac("text") == first.Mac("text") || first.Mac("text") == first.Mac("texts") {
		t.Error("receipts can be mistaken")
	}
	if err := os.WriteFile(filepath.Join(dir, "server.key"), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := identity.OpenKeys(dir); err == nil {
		t.Error("a damaged key was taken")
	}
}

func TestOnlyAnchorsThatWereGivenCount(t *testing.T) {
	keys, err := identity.OpenKeys(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	given := keys.Anchor(1_800_000_000_000)
	if given.At != 1_800_000_000_000 || !keys.AnchorGiven(given) {
		t.Errorf("the server's own anchor: %+v", given)
	}
	if keys.Anchor(given.At).Token == given.Token {
		t.Error("two anchors of one moment are equal: they can be foretold")
	}
	other, _ := identity.OpenKeys(t.TempDir())
	for name, anchor := range map[string]shared.Anchor{
		"moved back":     {Token: given.Token, At: given.At - 1},
		"another server": other.Anchor(given.At),
		"empty":          {At: given.At},
		"no base64":      {Token: "§", At: given.At},
		"cut":            {Token: given.Token[:12], At: given.At},
	} {
		if keys.AnchorGiven(anchor) {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestTokensAreSecretAndKeptAsHashes(t *testing.T) {
	one, two := identity.NewBearerToken(), identity.NewSessionToken()
	if !identity.IsBearerToken(one) || identity.IsBearerToken(two) || len(two) != 43 || two == identity.NewSessionToken() {
		t.Errorf("%s %s", one, two)
	}
	if hash := identity.HashToken(one); len(hash) != 32 || !bytes.Equal(hash, identity.HashToken(one)) || bytes.Equal(hash, identity.HashToken(two)) {
		t.Errorf("hash %x", hash)
	}
	if password := identity.NewPassword(); len(password) != 16 || password == identity.NewPassword() {
		t.Errorf("password %s", password)
	}
}

func TestR21_ASuccessorIsNamedByTheOldReplicasKey(t *testing.T) {
	old, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	oldKey, _ := es256.MarshalKey(&old.PublicKey)
	next, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	nextDER, _ := es256.MarshalKey(&next.PublicKey)
	key := base64.RawURLEncoding.EncodeToString(nextDER)
	const replica = "01890a5d-ac96-774b-bcce-b302099a8057"
	proof, err := es256.Sign(old, shared.SucceedText(replica, key))
	if err != nil {
		t.Fatal(err)
	}
	if !identity.Succeeds(oldKey, replica, key, proof) {
		t.Error("a right proof was refused")
	}
	if identity.Succeeds(nextDER, replica, key, proof) || identity.Succeeds(oldKey, replica, key+"A", proof) || identity.Succeeds(oldKey, "", key, proof) {
		t.Error("a wrong proof was taken")
	}
	if der, err := identity.ReplicaKey(key); err != nil || string(der) != string(nextDER) {
		t.Errorf("key: %v", err)
	}
	for _, wrong := range []string{"", "%%", "AAAA", key + "="} {
		if _, err := identity.ReplicaKey(wrong); shared.FaultCode(err) != "request.malformed" {
			t.Errorf("key %q: %v", wrong, err)
		}
	}
}
