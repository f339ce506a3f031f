package cert

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// Asked is what a public authority is asked for.
type Asked struct {
	Domains   []string
	Email     string       // where the authority writes to; may be empty
	Directory string       // of the authority; empty: Let's Encrypt's
	Client    *http.Client // how the authority is reached; nil: the usual way
	Dir       string       // where certificates are kept, so that a restart asks for none
	Now       func() time.Time
	Log       *slog.Logger
}

// Domain obtains certificates for host names from a public authority, and renews them.
type Domain struct {
	names   []string
	manager *autocert.Manager
	now     func() time.Time
	log     *slog.Logger

	mutex  sync.Mutex
	leaves map[string]*x509.Certificate
	told   map[string]time.Time
}

// ForDomains errs for names that no public authority can vouch for.
func ForDomains(asked Asked) (*Domain, error) {
	names, err := ParseNames(asked.Domains)
	switch {
	case err != nil:
		return nil, fmt.Errorf("--domain: %w", err)
	case len(names.IPs) > 0:
		return nil, fmt.Errorf("--domain: %s is an address; public authorities vouch for names (buxun cert makes certificates for addresses)", names.IPs[0])
	}
	for _, name := range names.DNS {
		if privateDomain(name) || !strings.Contains(name, ".") {
			return nil, fmt.Errorf("--domain: nobody else knows the name %s, so no public authority can vouch for it (buxun cert can)", name)
		}
	}
	if asked.Directory == "" {
		asked.Directory = autocert.DefaultACMEDirectory
	}
	return &Domain{
		names: names.DNS, now: asked.Now, log: asked.Log, leaves: map[string]*x509.Certificate{}, told: map[string]time.Time{},
		manager: &autocert.Manager{
			Prompt: autocert.AcceptTOS, HostPolicy: autocert.HostWhitelist(names.DNS...), Email: asked.Email,
			Cache: autocert.DirCache(filepath.Join(asked.Dir, "acme")), Client: &acme.Client{DirectoryURL: asked.Directory, HTTPClient: asked.Client},
		},
	}, nil
}

// Names are the host names.
func (d *Domain) Names() []string { return d.names }

// TLS answers the authority's TLS-ALPN-01 challenges too.
func (d *Domain) TLS() *tls.Config {
	config := d.manager.TLSConfig()
	config.MinVersion = tls.VersionTLS12
	config.GetCertificate = d.Certificate
	return config
}

// Challenges answers the authority's HTTP-01 challenges and hands everything else on.
func (d *Domain) Challenges(next http.Handler) http.Handler {
	challenges := d.manager.HTTPHandler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/.well-known/acme-challenge/") {
			next.ServeHTTP(w, r)
			return
		}
		if host, _, err := net.SplitHostPort(r.Host); err == nil { // an authority of one's own may ask on another port than 80
			r = r.Clone(r.Context())
			r.Host = host
		}
		challenges.ServeHTTP(w, r)
	})
}

// Certificate gives the one for the name that the phone asks for, and obtains it where there is none yet.
func (d *Domain) Certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	pair, err := d.manager.GetCertificate(hello)
	if !slices.Contains(d.names, hello.ServerName) || slices.Contains(hello.SupportedProtos, acme.ALPNProto) {
		return pair, err
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if err != nil {
		d.tell(hello.ServerName, err)
		return nil, err
	}
	if pair.Leaf != nil {
		d.leaves[hello.ServerName] = pair.Leaf
	}
	return pair, nil
}

// tell logs a failure, once in a while for each name: every phone that comes would repeat it.
func (d *Domain) tell(name string, err error) {
	if now := d.now(); now.Sub(d.told[name]) > time.Minute && !errors.Is(err, context.Canceled) {
		d.told[name] = now
		d.log.Error("no certificate for the domain: the authority must reach this server on port 80 or 443 of that name", "domain", name, "error", err)
	}
}

// Leaves are the certificates that were obtained so far.
func (d *Domain) Leaves() (list []*x509.Certificate) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	for _, name := range d.names {
		if leaf := d.leaves[name]; leaf != nil {
			list = append(list, leaf)
		}
	}
	return list
}

// Run obtains at once what is missing, so that a mistake shows at the start and the first phone does not wait. Renewal goes
// on by itself from then on; asking now and then notices it.
func (d *Domain) Run(ctx context.Context) {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		for _, name := range d.names {
			hello := &tls.ClientHelloInfo{ServerName: name, SignatureSchemes: []tls.SignatureScheme{tls.ECDSAWithP256AndSHA256},
				SupportedCurves: []tls.CurveID{tls.CurveP256}, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}}
			if pair, err := d.Certificate(hello); err == nil && pair.Leaf != nil {
				d.log.Info("the domain has its certificate", "domain", name, "until", pair.Leaf.NotAfter)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
