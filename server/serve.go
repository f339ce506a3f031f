package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"time"
)

// Config is what `buxun serve` was told.
type Config struct {
	Listen string // address of the TCP listener
	Data   string // data directory, made where needed
	Demo   bool
	// PublicURL is where people reach the server when a proxy is in front; for the words at the start only.
	PublicURL string
	// TLSCert and TLSKey are PEM files; both or none.
	TLSCert, TLSKey string
	// NumberPrefix begins the official numbers of cases.
	NumberPrefix string
	// Proxies are the addresses whose forwarding headers are believed.
	Proxies []netip.Prefix
	// Patience is how long a stopping server waits for requests in flight.
	Patience time.Duration
	// ReadPatience is how long a request may take to arrive. Uploads move it on with what arrives, and a websocket ends it;
	// without it anybody could hold connections open with bodies that never come.
	ReadPatience time.Duration
	Now          func() time.Time
	Log          *slog.Logger
}

func serve(ctx context.Context, args []string, t terminal) error {
	config, err := readConfig(args, t)
	if err != nil {
		return err
	}
	m, err := Open(ctx, config)
	if err != nil {
		return err
	}
	fmt.Fprint(t.out, m.Greeting())
	err = m.Run(ctx)
	return errors.Join(err, m.Close())
}

func readConfig(args []string, t terminal) (Config, error) {
	config := Config{Now: time.Now, Patience: 10 * time.Second, ReadPatience: time.Minute}
	set := flags("serve", "[options]", t)
	set.StringVar(&config.Listen, "listen", ":8080", "`address` to listen on")
	set.StringVar(&config.Data, "data", "data", "data `directory`")
	set.BoolVar(&config.Demo, "demo", false, "a trial: made-up people, areas and cases; demo passwords work")
	set.StringVar(&config.PublicURL, "public-url", "", "`address` that phones use, if a proxy with HTTPS is in front")
	set.StringVar(&config.TLSCert, "tls-cert", "", "certificate `file` (PEM) to serve HTTPS")
	set.StringVar(&config.TLSKey, "tls-key", "", "key `file` (PEM) of the certificate")
	set.StringVar(&config.NumberPrefix, "number-prefix", "BX", "`text` that case numbers begin with, for example the place's code")
	format := set.String("log-format", "text", "`text` or json")
	level := set.String("log-level", "info", "`least` level that is logged: debug, info, warn, error")
	proxies := set.String("proxies", "127.0.0.0/8,::1/128", "`networks` of proxies whose X-Forwarded headers are believed")
	if _, err := parse(set, args, 0); err != nil {
		return config, err
	}
	if (config.TLSCert == "") != (config.TLSKey == "") {
		return config, errors.New("--tls-cert and --tls-key belong together")
	}
	for text := range strings.SplitSeq(*proxies, ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
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

// tlsConfig reads the certificate, or gives nil where there is none.
func (c Config) tlsConfig() (*tls.Config, error) {
	if c.TLSCert == "" {
		return nil, nil
	}
	certificate, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
	if err != nil {
		return nil, fmt.Errorf("read certificate %s: %w", c.TLSCert, err)
	}
	return &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}, nil
}
