package cert

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"
)

// Source gives a server its certificates.
type Source interface {
	// TLS is what the server listens with.
	TLS() *tls.Config
	// Leaves are the certificates as they are now; none before the first was obtained.
	Leaves() []*x509.Certificate
	// Run does what has to be done while the server runs, until ctx ends.
	Run(ctx context.Context)
}

// lookEvery is how soon a renewed file is noticed.
const lookEvery = 10 * time.Second

// Files is a certificate and its key in PEM files that somebody else renews: the running server takes up what it finds.
type Files struct {
	certificate, key string
	now              func() time.Time
	log              *slog.Logger

	mutex  sync.Mutex
	pair   *tls.Certificate
	public bool
	looked time.Time
	seen   [2]fs.FileInfo
}

// OpenFiles reads both files; they may be the same one.
func OpenFiles(certificate, key string, now func() time.Time, log *slog.Logger) (*Files, error) {
	f := &Files{certificate: certificate, key: key, now: now, log: log}
	seen, err := f.look()
	if err != nil {
		return nil, err
	}
	if f.pair, err = readPair(certificate, key); err != nil {
		return nil, err
	}
	f.seen, f.looked, f.public = seen, now(), public(f.pair, now())
	if seen[1].Mode().Perm()&0o077 != 0 {
		log.Warn("others on this machine can read the key of the certificate: chmod 600", "file", key, "mode", seen[1].Mode().Perm().String())
	}
	f.warn()
	return f, nil
}

func (f *Files) look() (seen [2]fs.FileInfo, err error) {
	for i, name := range []string{f.certificate, f.key} {
		if seen[i], err = os.Stat(name); err != nil {
			return seen, fmt.Errorf("look at the %s: %w", []string{"certificate", "key"}[i], err)
		}
	}
	return seen, nil
}

// warn says what is wrong with a certificate that can be served all the same.
func (f *Files) warn() {
	leaf, now := f.pair.Leaf, f.now()
	switch {
	case now.After(leaf.NotAfter):
		f.log.Error("the certificate has ended: phones refuse it", "file", f.certificate, "ended", leaf.NotAfter)
	case now.Before(leaf.NotBefore):
		f.log.Error("the certificate does not hold yet: phones refuse it", "file", f.certificate, "from", leaf.NotBefore)
	case now.Add(14 * 24 * time.Hour).After(leaf.NotAfter):
		f.log.Warn("the certificate ends soon", "file", f.certificate, "ends", leaf.NotAfter)
	}
}

// Certificate gives the newest one that is whole; for tls.Config. Files that cannot be used are named in the log and the
// last good certificate goes on.
func (f *Files) Certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if now := f.now(); now.Sub(f.looked) >= lookEvery {
		f.looked = now
		f.refresh()
	}
	return f.pair, nil
}

func (f *Files) refresh() {
	seen, err := f.look()
	if err != nil {
		f.log.Error("the certificate's files cannot be read; the old one goes on", "error", err)
		return
	}
	if same(seen[0], f.seen[0]) && same(seen[1], f.seen[1]) {
		return
	}
	pair, err := readPair(f.certificate, f.key)
	if err != nil {
		f.log.Error("the new certificate cannot be used; the old one goes on", "error", err) // and is tried again: the other file may follow
		return
	}
	f.seen, f.pair, f.public = seen, pair, public(pair, f.now())
	f.log.Info("the certificate was read anew", "file", f.certificate, "until", pair.Leaf.NotAfter)
	f.warn()
}

func same(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size()
}

// TLS listens with what the files hold.
func (f *Files) TLS() *tls.Config {
	return &tls.Config{GetCertificate: f.Certificate, MinVersion: tls.VersionTLS12}
}

// Leaves is the certificate that is served.
func (f *Files) Leaves() []*x509.Certificate {
	pair, _ := f.Certificate(nil)
	return []*x509.Certificate{pair.Leaf}
}

// Run has nothing to do: the files are looked at when somebody comes.
func (f *Files) Run(context.Context) {}

// Public says whether this machine's own list of authorities vouched for the certificate when it was read, as phones' lists
// then do too.
func (f *Files) Public() bool {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.public
}

func public(pair *tls.Certificate, now time.Time) bool {
	between := x509.NewCertPool()
	for _, der := range pair.Certificate[1:] {
		if one, err := x509.ParseCertificate(der); err == nil {
			between.AddCert(one)
		}
	}
	_, err := pair.Leaf.Verify(x509.VerifyOptions{Intermediates: between, CurrentTime: now})
	return err == nil
}

// readPair reads a certificate and its key, and says in plain words what is wrong with them.
func readPair(certificate, key string) (*tls.Certificate, error) {
	certificateText, err := os.ReadFile(certificate)
	if err != nil {
		return nil, fmt.Errorf("read the certificate: %w", err)
	}
	keyText, err := os.ReadFile(key)
	if err != nil {
		return nil, fmt.Errorf("read the certificate's key: %w", err)
	}
	if !holds(certificateText, "CERTIFICATE") {
		return nil, fmt.Errorf("read the certificate %s: %w", certificate, errNoCertificate)
	}
	if holds(keyText, "ENCRYPTED PRIVATE KEY") || strings.Contains(string(keyText), "Proc-Type: 4,ENCRYPTED") {
		return nil, fmt.Errorf("read the key %s: it is locked with a passphrase, and nobody is there to type it: openssl pkey -in %s -out key.pem", key, key)
	}
	pair, err := tls.X509KeyPair(certificateText, keyText)
	switch {
	case err != nil && strings.Contains(err.Error(), "does not match"):
		return nil, fmt.Errorf("the key in %s is not the one of the certificate in %s (the server's own certificate must come first in its file): %w", key, certificate, err)
	case err != nil:
		return nil, fmt.Errorf("read the certificate %s with the key %s: %w", certificate, key, err)
	case pair.Leaf == nil:
		return nil, errors.New("read the certificate " + certificate + ": it is empty")
	}
	return &pair, nil
}

// holds says whether a PEM text has a block of a kind.
func holds(text []byte, kind string) bool {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == kind {
			return true
		}
	}
	return false
}
