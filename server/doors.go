package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"buxun/server/cert"
	"buxun/server/install"
	"buxun/server/web"

	"github.com/prometheus/client_golang/prometheus"
)

// doors are the ways into the server: HTTPS by one of three kinds of certificate or none, and a listener without HTTPS for
// phones that do not trust it yet.
type doors struct {
	config    Config
	log       *slog.Logger
	source    cert.Source // nil: plain HTTP, for this machine's own browser or for a proxy in front
	domain    *cert.Domain
	authority func() (cert.Authority, error) // what phones have to install; nil where they need nothing
	public    func() bool                    // whether every browser trusts the certificate
	port      string                         // of the server
	listener  net.Listener                   // without HTTPS; nil where there is none
	plain     *http.Server
}

// openDoors reads or makes the certificate. The listeners come later: the data has to be there first.
func openDoors(config Config) (*doors, error) {
	d := &doors{config: config, log: config.Log, public: func() bool { return false }}
	switch {
	case len(config.Domains) > 0:
		domain, err := cert.ForDomains(cert.Asked{
			Domains: config.Domains, Email: config.ACMEEmail, Directory: config.ACMEDirectory, Client: config.ACMEClient,
			Dir: cert.Folder(config.Data), Now: config.Now, Log: config.Log,
		})
		if err != nil {
			return nil, err
		}
		d.source, d.domain, d.public = domain, domain, func() bool { return true }
	case config.LocalCA:
		local, err := cert.OpenLocal(cert.Folder(config.Data), cert.Wish{Names: config.Names}, config.Now, config.Log)
		if err != nil {
			return nil, err
		}
		d.source, d.authority = local, local.Authority
	case config.TLSCert != "":
		files, err := cert.OpenFiles(config.TLSCert, config.TLSKey, config.Now, config.Log)
		if err != nil {
			return nil, err
		}
		d.source, d.public = files, files.Public
		if config.TLSCA != "" {
			authority, err := cert.ReadAuthority(config.TLSCA)
			if err != nil {
				return nil, fmt.Errorf("--tls-ca: %w", err)
			}
			d.authority, d.public = func() (cert.Authority, error) { return authority, nil }, func() bool { return false }
		}
	}
	return d, nil
}

// tls is nil without HTTPS.
func (d *doors) tls() *tls.Config {
	if d.source == nil {
		return nil
	}
	return d.source.TLS()
}

func (d *doors) guide() install.Guide {
	return install.Guide{Authority: d.authority, Site: d.site, Pages: d.pages, English: web.PrefersEnglish, Log: d.log}
}

// open listens where phones come that do not trust the server yet.
func (d *doors) open(server net.Listener, pages http.Handler) (err error) {
	_, d.port, _ = net.SplitHostPort(server.Addr().String())
	if d.source == nil || d.config.HTTPListen == "" {
		return nil
	}
	if d.listener, err = net.Listen("tcp", d.config.HTTPListen); err != nil {
		return fmt.Errorf("listen without HTTPS (--http-listen off leaves it out): %w", err)
	}
	handler := install.Plain(pages, d.guide())
	if d.domain != nil {
		handler = d.domain.Challenges(handler)
	}
	d.plain = &http.Server{
		Handler: handler, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(d.log.Handler(), slog.LevelDebug),
	}
	return nil
}

// run keeps the certificate up, and answers without HTTPS until close.
func (d *doors) run(ctx context.Context, group *sync.WaitGroup) {
	if d.source != nil {
		group.Go(func() { d.source.Run(ctx) })
	}
	if d.plain == nil {
		return
	}
	d.log.Info("telling phones without HTTPS how to trust this server", "address", d.listener.Addr().String())
	group.Go(func() {
		if err := d.plain.Serve(d.listener); err != nil && !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			d.log.Error("the listener without HTTPS ended", "error", err)
		}
	})
}

func (d *doors) close() error {
	if d == nil || d.listener == nil {
		return nil
	}
	if d.plain != nil {
		if err := d.plain.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			return err
		}
	}
	if err := d.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// site is where a phone opens the app: by the name that it came by if the certificate holds for it, else by the likeliest.
func (d *doors) site(host string) string {
	switch {
	case d.config.PublicURL != "":
		return strings.TrimRight(d.config.PublicURL, "/")
	case d.source == nil:
		return ""
	}
	names := d.names(host)
	if len(names) == 0 {
		return ""
	}
	return "https://" + hostPort(names[0], d.port, "443")
}

// maxPages is how many addresses a person is offered.
const maxPages = 3

// pages are where a phone reads how to keep the app: without HTTPS if it has to come to trust the server first.
func (d *doors) pages(host string) (list []string) {
	if d.listener == nil || d.authority == nil {
		if site := d.site(host); site != "" {
			list = append(list, site+install.Path)
		}
		return list
	}
	_, port, _ := net.SplitHostPort(d.listener.Addr().String())
	names := d.names(host)
	for _, name := range names[:min(maxPages, len(names))] { // what is typed by hand should be easy to find
		list = append(list, "http://"+hostPort(name, port, "80")+install.Path)
	}
	return list
}

// names are what the certificate is for, as other machines may use it: the host that was asked for, the one that the
// certificate puts first, this machine's addresses, the rest.
func (d *doors) names(host string) (names []string) {
	host = strings.ToLower(host)
	first := []string{host}
	if d.domain != nil {
		names = append(names, d.domain.Names()...)
	} else {
		for _, leaf := range d.source.Leaves() {
			first = append(first, leaf.Subject.CommonName)
			for _, ip := range leaf.IPAddresses {
				names = append(names, ip.String())
			}
			names = append(names, leaf.DNSNames...)
		}
	}
	if d.holds(host) { // a name below a wildcard stands in no list
		names = append(names, host)
	}
	for _, ip := range cert.Addresses() {
		first = append(first, ip.String())
	}
	names = slices.DeleteFunc(names, func(name string) bool { return loopback(name) || strings.HasPrefix(name, "*") })
	slices.SortStableFunc(names, func(a, b string) int { return rank(first, a) - rank(first, b) })
	return slices.Compact(names)
}

func rank(first []string, name string) int {
	if at := slices.Index(first, name); at >= 0 {
		return at
	}
	return len(first)
}

// holds says whether the certificate is for a host.
func (d *doors) holds(host string) bool {
	if d.domain != nil {
		return slices.Contains(d.domain.Names(), host)
	}
	for _, leaf := range d.source.Leaves() {
		if host != "" && leaf.VerifyHostname(host) == nil {
			return true
		}
	}
	return false
}

func loopback(name string) bool {
	ip, err := netip.ParseAddr(name)
	return name == "localhost" || err == nil && ip.IsLoopback()
}

// hostPort joins both and leaves out the port that everybody means.
func hostPort(host, port, usual string) string {
	if port == usual {
		if strings.Contains(host, ":") {
			return "[" + host + "]"
		}
		return host
	}
	return net.JoinHostPort(host, port)
}

var certificateFigure = prometheus.NewDesc("buxun_certificate_not_after_seconds", "When the certificate that is served ends, in seconds since 1970.", []string{"name"}, nil)

// Describe and Collect tell Prometheus when the certificates end.
func (d *doors) Describe(out chan<- *prometheus.Desc) { out <- certificateFigure }

func (d *doors) Collect(out chan<- prometheus.Metric) {
	if d.source == nil {
		return
	}
	for _, leaf := range d.source.Leaves() {
		name := leaf.Subject.CommonName
		if name == "" && len(leaf.DNSNames) > 0 { // public authorities leave the common name out
			name = leaf.DNSNames[0]
		}
		out <- prometheus.MustNewConstMetric(certificateFigure, prometheus.GaugeValue, float64(leaf.NotAfter.Unix()), name)
	}
}
