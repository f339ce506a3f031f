package cert

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// What lies in the folder of a local authority. The server's key and certificate are one file, so that a renewal changes both at once.
const (
	AuthorityFile    = "ca.pem"
	authorityKeyFile = "ca-key.pem"
	ServerFile       = "server.pem"
	namesFile        = "names" // those that were given, one a line; none: the machine's own
)

// Folder is where a data directory has its certificates.
func Folder(data string) string { return filepath.Join(data, "tls") }

// Machine, given as the only name, stands for the machine's own names, whatever was given before.
const Machine = "machine"

// Wish is what a person asks of the local authority.
type Wish struct {
	Names []string // none: those of the last time, or the machine's own if there were none
	Anew  bool     // a new authority, which every phone has to install
}

// Local is a local authority and the server's certificate by it.
type Local struct {
	Authority
	Server *x509.Certificate
	Names  Names
	// Left are the machine's own names that the authority was not made for: phones cannot use them.
	Left []string
	// What this time made: neither where everything was there and good.
	MadeAuthority, MadeServer bool
}

// Keep gives the folder's authority and certificate, and makes what is missing, near its end or for other names. To ask again
// changes nothing.
func Keep(dir string, wish Wish, now time.Time) (local Local, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return local, fmt.Errorf("make the folder of certificates: %w", err)
	}
	unlock, err := lock(dir)
	if err != nil {
		return local, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	given, err := namesOf(dir, wish)
	if err != nil {
		return local, err
	}
	local.Names = given
	ofMachine := len(given.Texts()) == 0
	if ofMachine {
		local.Names = OfMachine()
	}
	local.Names = local.Names.with(own...)
	if err := local.keepAuthority(dir, wish.Anew, now); err != nil {
		return local, err
	}
	if ofMachine { // a machine may get a new name or address; the others still serve
		local.keepPermitted()
	}
	if err := local.keepServer(dir, now); err != nil || len(wish.Names) == 0 {
		return local, err
	}
	return local, write(filepath.Join(dir, namesFile), []byte(strings.Join(given.Texts(), "\n")+"\n"))
}

// keepPermitted leaves out the names that the authority may not vouch for.
func (l *Local) keepPermitted() {
	may := l.permitted(l.Names)
	for _, name := range l.Names.Texts() {
		if !slices.Contains(may.Texts(), name) {
			l.Left = append(l.Left, name)
		}
	}
	l.Names = may
}

// Warning says which of the machine's own names phones cannot use; "" where they can use all.
func (l Local) Warning() string {
	if len(l.Left) == 0 {
		return ""
	}
	return "the local authority was not made for " + strings.Join(l.Left, ", ") + ": phones cannot open the server by it (--new-ca makes one that is, and every phone then has to install it anew)"
}

// namesOf are the names that were given, now or the last time; none stands for the machine's own.
func namesOf(dir string, wish Wish) (Names, error) {
	if len(wish.Names) == 1 && wish.Names[0] == Machine {
		return Names{}, nil
	}
	given, err := ParseNames(wish.Names)
	if err != nil || len(given.Texts()) > 0 {
		return given, err
	}
	return rememberedNames(dir)
}

func rememberedNames(dir string) (Names, error) {
	file := filepath.Join(dir, namesFile)
	if there, err := exists(file); err != nil || !there {
		return Names{}, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return Names{}, fmt.Errorf("read the names: %w", err)
	}
	names, err := ParseNames(strings.Fields(string(text)))
	if err != nil {
		return names, fmt.Errorf("read the names in %s: %w", file, err)
	}
	return names, nil
}

// keepAuthority reads the authority, or makes it: its key first, so that a certificate without a key never lies there.
func (l *Local) keepAuthority(dir string, anew bool, now time.Time) error {
	file, keyFile := filepath.Join(dir, AuthorityFile), filepath.Join(dir, authorityKeyFile)
	there, err := exists(file)
	if err != nil {
		return fmt.Errorf("look for the local authority: %w", err)
	}
	if there && !anew {
		l.Authority, err = openAuthority(file, keyFile)
		if err == nil && !now.Before(l.Certificate.NotAfter) {
			err = fmt.Errorf("the local authority %s ended on %s: --new-ca makes a new one, and every phone then has to install it",
				file, l.Certificate.NotAfter.Format(time.DateOnly))
		}
		return err
	}
	machine, _ := os.Hostname()
	if l.Authority, err = newAuthority(l.Names, labelOf(machine, now), now); err != nil {
		return err
	}
	text, err := keyPEM(l.key)
	if err != nil {
		return err
	}
	if anew && there { // the old certificate must not stand beside the new key, whenever this stops
		if err := os.Remove(file); err != nil {
			return fmt.Errorf("put the old authority away: %w", err)
		}
	}
	if err := write(keyFile, text); err != nil {
		return err
	}
	l.MadeAuthority = true
	return write(file, l.PEM())
}

func openAuthority(file, keyFile string) (Authority, error) {
	a, err := ReadAuthority(file)
	if err != nil {
		return a, err
	}
	key, err := readKey(keyFile)
	if err != nil {
		return a, err
	}
	if !key.PublicKey.Equal(a.Certificate.PublicKey) {
		return a, fmt.Errorf("the key in %s is not the one of %s: put back the files of one backup, or make a new authority with --new-ca", keyFile, file)
	}
	a.key = key
	return a, nil
}

// keepServer reads the server's certificate, or makes one that is good for these names and long enough.
func (l *Local) keepServer(dir string, now time.Time) error {
	file := filepath.Join(dir, ServerFile)
	if there, err := exists(file); err != nil {
		return fmt.Errorf("look for the server's certificate: %w", err)
	} else if there && l.good(file, now) {
		return nil
	}
	certificate, key, err := l.issue(l.Names, now)
	if err != nil {
		return err
	}
	text, err := keyPEM(key)
	if err != nil {
		return err
	}
	l.Server, l.MadeServer = certificate, true
	return write(file, append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})...))
}

// good says whether the file's certificate can go on: whole, by this authority, for these names, and not near its end unless
// the authority itself ends then.
func (l *Local) good(file string, now time.Time) bool {
	pair, err := tls.LoadX509KeyPair(file, file)
	if err != nil {
		return false
	}
	l.Server = pair.Leaf
	names := Names{}.with(l.Server.DNSNames...)
	for _, ip := range l.Server.IPAddresses {
		names = names.with(ip.String())
	}
	lasts := now.Add(renewBefore).Before(l.Server.NotAfter) || l.Server.NotAfter.Equal(l.Certificate.NotAfter) && now.Before(l.Server.NotAfter)
	return lasts && l.Server.CheckSignatureFrom(l.Certificate) == nil && names.same(l.Names)
}

// keepEvery is how often a running server looks whether its certificate has to be renewed, or its addresses changed.
const keepEvery = time.Hour

// Renewed serves a local authority's certificate and renews it while the server runs.
type Renewed struct {
	*Files
	dir string
	now func() time.Time
	log *slog.Logger
}

// OpenLocal keeps the folder's certificate for as long as Run runs.
func OpenLocal(dir string, wish Wish, now func() time.Time, log *slog.Logger) (*Renewed, error) {
	local, err := Keep(dir, wish, now())
	if err != nil {
		return nil, err
	}
	if warning := local.Warning(); warning != "" {
		log.Warn(warning)
	}
	file := filepath.Join(dir, ServerFile)
	files, err := OpenFiles(file, file, now, log)
	if err != nil {
		return nil, err
	}
	return &Renewed{files, dir, now, log}, nil
}

// Authority is the one that phones install now: a command may have made a new one beside the server.
func (r *Renewed) Authority() (Authority, error) {
	return ReadAuthority(filepath.Join(r.dir, AuthorityFile))
}

// Run renews until ctx ends.
func (r *Renewed) Run(ctx context.Context) {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			r.renew()
		}
	}
}

func (r *Renewed) renew() {
	local, err := Keep(r.dir, Wish{}, r.now())
	switch {
	case err != nil:
		r.log.Error("the certificate cannot be kept up", "folder", r.dir, "error", err)
	case local.MadeServer:
		r.log.Info("the certificate was renewed", "names", strings.Join(local.Names.Texts(), " "), "until", local.Server.NotAfter)
	}
}
