package cert

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"maps"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

const day = 24 * time.Hour

func TestAPhoneThatTrustsTheAuthorityOpensEveryName(t *testing.T) {
	dir := t.TempDir()
	local := keep(t, dir, someday, "192.168.77.5, Centre.LAN", "fd00::5", "bx-centre")
	source, err := OpenLocal(dir, Wish{}, func() time.Time { return someday }, new(journal).log())
	must(t, err)
	server := serving(t, source.TLS())
	for _, host := range []string{"192.168.77.5", "centre.lan", "[fd00::5]", "bx-centre", "localhost", "127.0.0.1", "[::1]"} {
		if _, err := visit(server, local.Certificate, host, someday); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
	for _, host := range []string{"192.168.77.6", "other.lan", "www.bank.example"} {
		if _, err := visit(server, local.Certificate, host, someday); err == nil {
			t.Errorf("%s was taken", host)
		}
	}
	stranger := keep(t, t.TempDir(), someday, "192.168.77.5")
	if _, err := visit(server, stranger.Certificate, "192.168.77.5", someday); err == nil {
		t.Error("a phone that trusts another authority was content")
	}
	// A phone whose clock is most of a day behind has to work too.
	if _, err := visit(server, local.Certificate, "centre.lan", someday.Add(-20*time.Hour)); err != nil {
		t.Error(err)
	}
}

// A stolen key of the authority speaks for the private network only.
func TestTheAuthorityCannotSpeakForStrangers(t *testing.T) {
	local := keep(t, t.TempDir(), someday, "192.168.77.5", "203.0.113.9", "centre.example.org")
	roots := x509.NewCertPool()
	roots.AddCert(local.Certificate)
	for host, fine := range map[string]bool{
		"printer.lan": true, "10.1.2.3": true, "203.0.113.9": true, "a.centre.example.org": true,
		"www.bank.example": false, "example.org": false, "203.0.113.10": false, "evil-lan": false,
	} {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		must(t, err)
		template := &x509.Certificate{
			SerialNumber: big.NewInt(7), NotBefore: someday.Add(-time.Hour), NotAfter: someday.Add(time.Hour),
			KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		}
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = []net.IP{ip}
		} else {
			template.DNSNames = []string{host}
		}
		forged, err := sign(template, local.Certificate, key.Public(), local.key)
		must(t, err)
		_, err = forged.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: someday, DNSName: host})
		if (err == nil) != fine {
			t.Errorf("%s: fine %v, got %v", host, fine, err)
		}
	}
}

func TestCertificatesAreAsPhonesWantThem(t *testing.T) {
	local := keep(t, t.TempDir(), someday, "192.168.77.5", "centre.lan")
	authority, server := local.Certificate, local.Server
	if life := server.NotAfter.Sub(server.NotBefore); life > 397*day || life < 390*day {
		t.Errorf("iPhones take 398 days at most, and more work is nobody's joy: %s", life)
	}
	if server.IsCA || server.KeyUsage != x509.KeyUsageDigitalSignature || !slices.Equal(server.ExtKeyUsage, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}) {
		t.Errorf("the server's usages: CA %v, %v, %v", server.IsCA, server.KeyUsage, server.ExtKeyUsage)
	}
	if !authority.IsCA || authority.KeyUsage != x509.KeyUsageCertSign|x509.KeyUsageCRLSign || authority.MaxPathLen != 0 || !authority.MaxPathLenZero || !authority.PermittedDNSDomainsCritical {
		t.Errorf("the authority: CA %v, %v, path length %d, critical %v", authority.IsCA, authority.KeyUsage, authority.MaxPathLen, authority.PermittedDNSDomainsCritical)
	}
	if authority.NotAfter.Sub(someday) < 9*365*day {
		t.Errorf("phones would have to install the authority again on %s", authority.NotAfter)
	}
	if server.Subject.CommonName != "192.168.77.5" {
		t.Errorf("phones are told %q, not what was given first", server.Subject.CommonName)
	}
	if !slices.Contains(server.DNSNames, "centre.lan") || len(server.AuthorityKeyId) == 0 || server.SerialNumber.BitLen() != 127 {
		t.Errorf("%v, key %x, serial %d bits", server.DNSNames, server.AuthorityKeyId, server.SerialNumber.BitLen())
	}
}

func TestToAskAgainChangesNothing(t *testing.T) {
	dir := t.TempDir()
	first := keep(t, dir, someday, "centre.lan")
	if !first.MadeAuthority || !first.MadeServer {
		t.Fatalf("%+v", first)
	}
	before := contents(t, dir)
	for _, names := range [][]string{nil, {"centre.lan"}, {"CENTRE.lan,localhost"}} {
		again := keep(t, dir, someday.Add(30*day), names...)
		if again.MadeAuthority || again.MadeServer {
			t.Errorf("%v made something: %v %v", names, again.MadeAuthority, again.MadeServer)
		}
		delete(before, namesFile)
		after := contents(t, dir)
		delete(after, namesFile)
		if !maps.Equal(after, before) {
			t.Errorf("%v changed a file", names)
		}
	}
}

func TestTheCertificateIsRenewedAndTheAuthorityKept(t *testing.T) {
	dir := t.TempDir()
	first := keep(t, dir, someday, "centre.lan")
	for _, row := range []struct {
		name  string
		at    time.Time
		names []string
		made  bool
	}{
		{"well before its end", someday.Add(200 * day), nil, false},
		{"near its end", someday.Add(300 * day), nil, true},
		{"other names", someday.Add(301 * day), []string{"centre.lan", "10.0.0.9"}, true},
		{"the names as they were given last", someday.Add(302 * day), nil, false},
		{"fewer names", someday.Add(303 * day), []string{"10.0.0.9"}, true},
		{"the machine's own", someday.Add(304 * day), []string{Machine}, true},
		{"still the machine's own", someday.Add(305 * day), nil, false},
		{"past its end", someday.Add(2000 * day), nil, true},
		{"in the authority's last year", someday.Add(3500 * day), nil, true},
		{"when the authority's end is nearer than a renewal", someday.Add(3640 * day), nil, false},
	} {
		got := keep(t, dir, row.at, row.names...)
		if got.MadeServer != row.made || got.MadeAuthority || !got.Certificate.Equal(first.Certificate) {
			t.Errorf("%s: made %v, authority made %v", row.name, got.MadeServer, got.MadeAuthority)
		}
		if got.Server.NotAfter.After(got.Certificate.NotAfter) {
			t.Errorf("%s: outlives its authority", row.name)
		}
	}
	if _, err := Keep(dir, Wish{}, someday.Add(3651*day)); err == nil || !strings.Contains(err.Error(), "--new-ca") {
		t.Errorf("an ended authority: %v", err)
	}
	anew, err := Keep(dir, Wish{Anew: true}, someday.Add(3651*day))
	must(t, err)
	if !anew.MadeAuthority || !anew.MadeServer || anew.Certificate.Equal(first.Certificate) {
		t.Errorf("%v %v", anew.MadeAuthority, anew.MadeServer)
	}
}

func TestKeysAreTheirOwnersAlone(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0)) // the program's own umask must not be what protects them
	dir := filepath.Join(t.TempDir(), "data", "tls")
	must(t, os.Mkdir(filepath.Dir(dir), 0o755))
	keep(t, dir, someday, "centre.lan")
	folder, err := os.Stat(dir)
	must(t, err)
	if folder.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %s", folder.Mode())
	}
	for _, name := range []string{AuthorityFile, authorityKeyFile, ServerFile, namesFile} {
		file, err := os.Stat(filepath.Join(dir, name))
		must(t, err)
		if file.Mode().Perm() != 0o600 {
			t.Errorf("%s: %s", name, file.Mode())
		}
	}
}

func TestWhatIsWrongIsSaidAndNothingIsLost(t *testing.T) {
	for _, row := range []struct {
		name  string
		wish  Wish
		spoil func(dir string) error
		says  string
	}{
		{"a URL", Wish{Names: []string{"https://centre.lan"}}, nil, "without https://"},
		{"a port", Wish{Names: []string{"centre.lan:8443"}}, nil, "without a port"},
		{"a wildcard", Wish{Names: []string{"*.lan"}}, nil, `"*.lan" is neither`},
		{"a slip in an address", Wish{Names: []string{"192.168.1.300"}}, nil, "neither a host name"},
		{"every address", Wish{Names: []string{"0.0.0.0"}}, nil, "no address that a phone can open"},
		{"a public name for a private authority", Wish{Names: []string{"www.example.org"}}, nil, "was not made for www.example.org: --new-ca"},
		{"a public address", Wish{Names: []string{"203.0.113.9"}}, nil, "was not made for 203.0.113.9"},
		{"the authority's key is gone", Wish{}, func(dir string) error { return os.Remove(filepath.Join(dir, authorityKeyFile)) }, "read the key"},
		{"the authority's key is another's", Wish{}, func(dir string) error {
			other := t.TempDir()
			keep(t, other, someday, "centre.lan")
			return os.Rename(filepath.Join(other, authorityKeyFile), filepath.Join(dir, authorityKeyFile))
		}, "is not the one of"},
		{"the authority is garbage", Wish{}, func(dir string) error { return os.WriteFile(filepath.Join(dir, AuthorityFile), []byte("x"), 0o600) }, "BEGIN CERTIFICATE"},
		{"the names are garbage", Wish{}, func(dir string) error { return os.WriteFile(filepath.Join(dir, namesFile), []byte("?"), 0o600) }, "read the names in"},
	} {
		dir := t.TempDir()
		keep(t, dir, someday, "centre.lan")
		if row.spoil != nil {
			must(t, row.spoil(dir))
		}
		before := contents(t, dir)
		if _, err := Keep(dir, row.wish, someday); err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: %v, want %q", row.name, err, row.says)
		}
		if !maps.Equal(contents(t, dir), before) {
			t.Errorf("%s: a file was changed", row.name)
		}
	}
	if _, err := Keep(filepath.Join(t.TempDir(), "file", "tls"), Wish{}, someday); err != nil {
		t.Error(err)
	}
}

func TestACommandBesideTheServerIsTakenUp(t *testing.T) {
	dir, time := t.TempDir(), &clock{at: someday}
	first := keep(t, dir, someday, "centre.lan")
	journal := &journal{}
	source, err := OpenLocal(dir, Wish{}, time.now, journal.log())
	must(t, err)
	server := serving(t, source.TLS())
	anew, err := Keep(dir, Wish{Anew: true}, someday)
	must(t, err)
	time.move(lookEvery)
	if _, err := visit(server, anew.Certificate, "centre.lan", someday); err != nil {
		t.Error(err)
	}
	if authority, err := source.Authority(); err != nil || !authority.Certificate.Equal(anew.Certificate) || authority.Certificate.Equal(first.Certificate) {
		t.Errorf("the page would hand out the old authority: %v", err)
	}
	time.move(300 * day)
	source.renew()
	seen, err := visit(server, anew.Certificate, "centre.lan", time.now())
	must(t, err)
	if !seen.NotAfter.After(anew.Server.NotAfter) || !strings.Contains(journal.String(), "was renewed") {
		t.Errorf("until %s\n%s", seen.NotAfter, journal)
	}
	must(t, os.Remove(filepath.Join(dir, authorityKeyFile)))
	source.renew()
	time.move(300 * day)
	source.renew()
	if !strings.Contains(journal.String(), "cannot be kept up") {
		t.Errorf("a renewal that failed is not in the log:\n%s", journal)
	}
}

func TestTheMachineHasNames(t *testing.T) {
	names := OfMachine()
	host, err := os.Hostname()
	must(t, err)
	if hostName(strings.ToLower(host)) && !slices.Contains(names.DNS, strings.ToLower(host)) {
		t.Errorf("%s is missing in %v", host, names.DNS)
	}
	for _, ip := range names.IPs {
		if ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.Is6() && !ip.IsPrivate() {
			t.Errorf("%s would be in the certificate", ip)
		}
	}
}

// A machine whose name or address changed serves by what is left, and says so.
func TestAMachineThatChangedIsServedByWhatIsLeft(t *testing.T) {
	elsewhere, err := ParseNames([]string{"centre-1", "198.51.100.7"})
	must(t, err)
	authority, err := newAuthority(elsewhere, "test", someday)
	must(t, err)
	local := Local{Authority: authority, Names: Names{}.with("centre-2", "centre-2.local", "198.51.100.8", "192.168.3.4")}
	local.keepPermitted()
	if got := local.Names.Texts(); !slices.Equal(got, []string{"centre-2.local", "192.168.3.4"}) {
		t.Errorf("left: %v", got)
	}
	if local.Names.First != "centre-2.local" {
		t.Errorf("phones are told %q", local.Names.First)
	}
	if warning := local.Warning(); !strings.Contains(warning, "centre-2, 198.51.100.8") {
		t.Errorf("%q", warning)
	}
}
