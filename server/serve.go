package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"buxun/server/photo"
)

// Config is what `buxun serve` was told.
type Config struct {
	Listen string // address of the TCP listener
	Data   string // data directory, made where needed
	Demo   bool
	// PublicURL is where people reach the server when a proxy is in front; for the words at the start only.
	PublicURL string
	// TLSCert and TLSKey are PEM files; both or none. TLSCA is the authority that phones have to install for them, if any.
	TLSCert, TLSKey, TLSCA string
	// Domains are host names that a public authority vouches for: Let's Encrypt, or the one of the directory.
	Domains                  []string
	ACMEEmail, ACMEDirectory string
	ACMEClient               *http.Client // nil: the usual one
	// LocalCA serves by the local authority of the data directory, made where needed, for Names or those of the last time.
	LocalCA bool
	Names   []string
	// HTTPListen is where phones read without HTTPS how to trust the server; "" for nowhere.
	HTTPListen string
	// NumberPrefix begins the official numbers of cases.
	NumberPrefix string
	// WebhooksPrivate lets webhooks lead to private addresses.
	WebhooksPrivate bool
	// Proxies are the addresses whose forwarding headers are believed.
	Proxies []netip.Prefix
	// Patience is how long a stopping server waits for requests in flight.
	Patience time.Duration
	// ReadPatience is how long a request may take to arrive. Uploads move it on with what arrives, and a websocket ends it;
	// without it anybody could hold connections open with bodies that never come.
	ReadPatience time.Duration
	Now          func() time.Time
	Log          *slog.Logger
	// Files is where photos lie; nil for the disk.
	Files photo.Files
}

func serve(ctx context.Context, args []string, t terminal) error {
	config, err := readConfig(args, t)
	if err != nil {
		return err
	}
	return serveAs(ctx, config, t)
}

func serveAs(ctx context.Context, config Config, t terminal) error {
	m, err := Open(ctx, config)
	if err != nil {
		return err
	}
	fmt.Fprint(t.out, m.Greeting())
	if err := m.Code(t.out); err != nil {
		return errors.Join(err, m.Close())
	}
	err = m.Run(ctx)
	return errors.Join(err, m.Close())
}

func readConfig(args []string, t terminal) (Config, error) {
	config := Config{Now: time.Now, Patience: 10 * time.Second, ReadPatience: time.Minute}
	set := flags("serve", "[options]", t)
	set.StringVar(&config.Listen, "listen", "", "`address` to listen on (default :8080, with --local-ca :8443, with --domain :443)")
	set.StringVar(&config.Data, "data", "data", "data `directory`")
	set.BoolVar(&config.Demo, "demo", false, "a trial: made-up people, areas and cases; demo passwords work")
	set.StringVar(&config.PublicURL, "public-url", "", "`address` that phones use, if a proxy with HTTPS is in front")
	set.StringVar(&config.TLSCert, "tls-cert", "", "certificate `file` (PEM) to serve HTTPS")
	set.StringVar(&config.TLSKey, "tls-key", "", "key `file` (PEM) of the certificate")
	set.StringVar(&config.TLSCA, "tls-ca", "", "certificate `file` of the private authority of --tls-cert, for phones to install from the page /install")
	set.BoolVar(&config.LocalCA, "local-ca", false, "HTTPS by a local authority that phones install (see buxun cert)")
	names := set.String("names", "", "with --local-ca: host `names` and addresses of the server, with commas between; \"machine\" for its own (default: as the last time, else its own)")
	domains := set.String("domain", "", "HTTPS for these host `names` by Let's Encrypt, with commas between; ports 80 and 443 must be reachable")
	set.StringVar(&config.ACMEEmail, "acme-email", "", "with --domain: `address` that the authority may write to")
	set.StringVar(&config.ACMEDirectory, "acme-directory", "", "with --domain: `URL` of another authority than Let's Encrypt")
	set.StringVar(&config.HTTPListen, "http-listen", "", "`address` where phones read without HTTPS how to trust the server, or off (default with --local-ca :8081, with --domain :80)")
	set.StringVar(&config.NumberPrefix, "number-prefix", "BX", "`text` that case numbers begin with, for example the place's code")
	set.BoolVar(&config.WebhooksPrivate, "webhooks-private", false, "webhooks may lead to addresses of your own network; else to public ones only")
	format := set.String("log-format", "text", "`text` or json")
	level := set.String("log-level", "info", "`least` level that is logged: debug, info, warn, error")
	proxies := set.String("proxies", "127.0.0.0/8,::1/128", "`networks` of proxies whose X-Forwarded headers are believed")
	if _, err := parse(set, args, 0); err != nil {
		return config, err
	}
	config.Names, config.Domains = list(*names), list(*domains)
	if err := config.settle(); err != nil {
		return config, err
	}
	for _, text := range list(*proxies) {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return config, fmt.Errorf("--proxies: %w", err)
		}
		config.Proxies = append(config.Proxies, prefix)
	}
	var err error
	config.Log, err = newLog(*format, *level, t)
	return config, err
}

func newLog(format, level string, t terminal) (*slog.Logger, error) {
	var least slog.Level
	if err := least.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("--log-level: %w", err)
	}
	options := &slog.HandlerOptions{Level: least}
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(t.err, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(t.err, options)), nil
	}
	return nil, fmt.Errorf("--log-format: %q is neither text nor json", format)
}

// list reads words with commas between them.
func list(text string) (words []string) {
	for word := range strings.SplitSeq(text, ",") {
		if word = strings.TrimSpace(word); word != "" {
			words = append(words, word)
		}
	}
	return words
}

// settle refuses options that contradict each other and fills in the addresses that were not given.
func (c *Config) settle() error {
	domain, given := len(c.Domains) > 0, c.TLSCert != "" || c.TLSKey != ""
	listen, plain := ":8080", ""
	switch {
	case (c.TLSCert == "") != (c.TLSKey == ""):
		return errors.New("--tls-cert and --tls-key belong together")
	case given && c.LocalCA, given && domain, c.LocalCA && domain:
		return errors.New("there is one certificate: choose --domain, --local-ca, or --tls-cert with --tls-key")
	case c.TLSCA != "" && !given:
		return errors.New("--tls-ca belongs to --tls-cert")
	case len(c.Names) > 0 && !c.LocalCA:
		return errors.New("--names belongs to --local-ca")
	case (c.ACMEEmail != "" || c.ACMEDirectory != "") && !domain:
		return errors.New("--acme-email and --acme-directory belong to --domain")
	case c.HTTPListen != "" && c.HTTPListen != "off" && !domain && !given && !c.LocalCA:
		return errors.New("--http-listen is for a server with HTTPS: without, --listen is enough")
	case domain:
		listen, plain = ":443", ":80"
	case c.LocalCA:
		listen, plain = ":8443", ":8081"
	}
	if c.Listen == "" {
		c.Listen = listen
	}
	if c.HTTPListen == "" {
		c.HTTPListen = plain
	}
	if c.HTTPListen == "off" {
		c.HTTPListen = ""
	}
	return nil
}

// contact is whom push services may write to about this server: who asked for its certificate, or the server's own page.
func (c Config) contact() string {
	switch {
	case c.ACMEEmail != "":
		return c.ACMEEmail
	case len(c.Domains) > 0:
		return "https://" + c.Domains[0]
	case strings.HasPrefix(c.PublicURL, "https://"):
		return c.PublicURL
	case len(c.Names) > 0:
		return "https://" + c.Names[0]
	}
	return "https://localhost"
}
