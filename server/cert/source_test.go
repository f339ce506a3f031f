package cert

import (
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// given are a certificate and a key as an administrator has them: two files, by an authority of somebody's.
type given struct {
	authority         Authority
	certificate, key  string
	certificateText   []byte
	keyText           []byte
	certificateSerial string
}

func giveInto(t *testing.T, dir string, authority *Authority) given {
	t.Helper()
	names, err := ParseNames([]string{"centre.lan"})
	must(t, err)
	if authority == nil {
		made, err := newAuthority(names, "test", someday)
		must(t, err)
		authority = &made
	}
	certificate, key, err := authority.issue(names, someday)
	must(t, err)
	keyText, err := keyPEM(key)
	must(t, err)
	g := given{
		authority: *authority, certificate: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem"), keyText: keyText,
		certificateText:   pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}),
		certificateSerial: certificate.SerialNumber.String(),
	}
	return g
}

func (g given) writeCertificate(t *testing.T) {
	must(t, os.WriteFile(g.certificate, g.certificateText, 0o644))
}

func (g given) writeKey(t *testing.T) { must(t, os.WriteFile(g.key, g.keyText, 0o600)) }

func TestARenewedCertificateIsServedWithoutARestart(t *testing.T) {
	dir, clock, journal := t.TempDir(), &clock{at: someday}, &journal{}
	first := giveInto(t, dir, nil)
	first.writeCertificate(t)
	first.writeKey(t)
	files, err := OpenFiles(first.certificate, first.key, clock.now, journal.log())
	must(t, err)
	server := serving(t, files.TLS())
	serial := func() string {
		t.Helper()
		clock.move(lookEvery)
		leaf, err := visit(server, first.authority.Certificate, "centre.lan", clock.now())
		must(t, err)
		return leaf.SerialNumber.String()
	}
	if got := serial(); got != first.certificateSerial {
		t.Fatalf("serial %s", got)
	}

	second := giveInto(t, dir, &first.authority)
	second.writeCertificate(t) // its key is not there yet
	if got := serial(); got != first.certificateSerial || !strings.Contains(journal.String(), "is not the one of the certificate") {
		t.Errorf("between the two files: serial %s\n%s", got, journal)
	}
	second.writeKey(t)
	if got := serial(); got != second.certificateSerial {
		t.Errorf("after both files: serial %s, want %s\n%s", got, second.certificateSerial, journal)
	}
	must(t, os.Remove(second.certificate))
	if got := serial(); got != second.certificateSerial || !strings.Contains(journal.String(), "cannot be read; the old one goes on") {
		t.Errorf("without its file: serial %s\n%s", got, journal)
	}
	// Renewal by changing a link, as certbot does.
	third := giveInto(t, t.TempDir(), &first.authority)
	third.writeCertificate(t)
	third.writeKey(t)
	must(t, os.Symlink(third.certificate, second.certificate))
	must(t, os.Remove(second.key))
	must(t, os.Symlink(third.key, second.key))
	if got := serial(); got != third.certificateSerial {
		t.Errorf("through links: serial %s, want %s\n%s", got, third.certificateSerial, journal)
	}
}

func TestFilesAreNotReadForEveryVisitor(t *testing.T) {
	dir, clock := t.TempDir(), &clock{at: someday}
	first := giveInto(t, dir, nil)
	first.writeCertificate(t)
	first.writeKey(t)
	files, err := OpenFiles(first.certificate, first.key, clock.now, new(journal).log())
	must(t, err)
	second := giveInto(t, dir, &first.authority)
	second.writeCertificate(t)
	second.writeKey(t)
	clock.move(lookEvery - 1)
	if got := files.Leaves()[0].SerialNumber.String(); got != first.certificateSerial {
		t.Error("looked too soon")
	}
	clock.move(1)
	if got := files.Leaves()[0].SerialNumber.String(); got != second.certificateSerial {
		t.Error("did not look")
	}
}

func TestBadFilesAreNamedInPlainWords(t *testing.T) {
	dir := t.TempDir()
	good := giveInto(t, dir, nil)
	good.writeCertificate(t)
	good.writeKey(t)
	other := giveInto(t, t.TempDir(), nil)
	other.writeKey(t)
	file := func(name string, text []byte) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, text, 0o600))
		return path
	}
	locked, err := exec.Command("openssl", "pkcs8", "-topk8", "-in", good.key, "-passout", "pass:secret").Output()
	if err != nil {
		locked = []byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n")
	}
	for _, row := range []struct{ name, certificate, key, says string }{
		{"no certificate", filepath.Join(dir, "none.pem"), good.key, "certificate: stat " + dir + "/none.pem"},
		{"no key", good.certificate, filepath.Join(dir, "none.pem"), "key: stat " + dir + "/none.pem"},
		{"a folder", dir, good.key, "is a directory"},
		{"the key as the certificate", good.key, good.key, "there is no certificate in it"},
		{"the certificate as the key", good.certificate, good.certificate, "with the key " + good.certificate},
		{"another's key", good.certificate, other.key, "is not the one of the certificate"},
		{"the authority before the server", file("chain.pem", append(good.authority.PEM(), good.certificateText...)), good.key, "must come first"},
		{"a locked key", good.certificate, file("locked.pem", locked), "locked with a passphrase"},
		{"an empty file", file("empty.pem", nil), good.key, "there is no certificate in it"},
		{"a broken certificate", file("broken.pem", []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")), good.key, "broken.pem"},
	} {
		_, err := OpenFiles(row.certificate, row.key, (&clock{at: someday}).now, new(journal).log())
		if err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: %v, want %q", row.name, err, row.says)
		}
	}
}

func TestWhatIsWrongWithACertificateIsInTheLog(t *testing.T) {
	dir := t.TempDir()
	good := giveInto(t, dir, nil)
	good.writeCertificate(t)
	good.writeKey(t)
	for _, row := range []struct {
		days int
		says string
	}{{-30, "does not hold yet"}, {0, ""}, {385, "ends soon"}, {500, "has ended"}} {
		journal := &journal{}
		_, err := OpenFiles(good.certificate, good.key, (&clock{at: someday.AddDate(0, 0, row.days)}).now, journal.log())
		must(t, err)
		if got := journal.String(); (row.says == "") != (got == "") || !strings.Contains(got, row.says) {
			t.Errorf("day %d: %q, want %q", row.days, got, row.says)
		}
	}
	must(t, os.Chmod(good.key, 0o644))
	journal := &journal{}
	files, err := OpenFiles(good.certificate, good.key, (&clock{at: someday}).now, journal.log())
	must(t, err)
	if !strings.Contains(journal.String(), "others on this machine can read the key") {
		t.Errorf("an open key: %q", journal)
	}
	if files.Public() {
		t.Error("a certificate of nobody's authority counts as public")
	}
}

func TestAnAuthorityOfSomebodyElse(t *testing.T) {
	dir := t.TempDir()
	good := giveInto(t, dir, nil)
	good.writeCertificate(t)
	if _, err := ReadAuthority(good.certificate); err == nil || !strings.Contains(err.Error(), "no certificate of an authority") {
		t.Errorf("a server's certificate: %v", err)
	}
	for name, text := range map[string][]byte{"ca.pem": good.authority.PEM(), "ca.der": good.authority.Certificate.Raw} {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, text, 0o600))
		a, err := ReadAuthority(path)
		must(t, err)
		if !a.Certificate.Equal(good.authority.Certificate) || len(strings.Fields(a.Fingerprint())) != 16 {
			t.Errorf("%s: %s", name, a.Fingerprint())
		}
	}
}
