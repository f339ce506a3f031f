package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"buxun/client"
	"buxun/server/identity"
	"buxun/server/photo"
	"buxun/server/sqlite"
	"buxun/server/web"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// attendEvery is how soon the server takes note of what a command changed beside it.
const attendEvery = 2 * time.Second

// Main is one running server.
type Main struct {
	config   Config
	lock     *os.File
	centre   *centre
	photos   *photo.Photos
	listener net.Listener
	http     *http.Server
	tls      bool
	people   int // accounts at the start
}

// Open opens the data, seeds the demo at a trial's first start, and listens. Requests wait until Run.
func Open(ctx context.Context, config Config) (*Main, error) {
	m := &Main{config: config}
	if err := m.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start: %w", err), m.Close())
	}
	return m, nil
}

func (m *Main) open(ctx context.Context) error {
	tlsConfig, err := m.config.tlsConfig()
	if err != nil {
		return err
	}
	if err := makeData(m.config.Data); err != nil {
		return err
	}
	if m.lock, err = lockData(m.config.Data); err != nil {
		return err
	}
	if m.config.Demo {
		if err := seed(ctx, m.config); err != nil {
			return fmt.Errorf("make the demo: %w", err)
		}
	}
	m.centre, err = openCentreWith(ctx, m.config.Data, sqlite.Options{Now: m.config.Now, Log: m.config.Log})
	if err != nil {
		return err
	}
	if err := m.keepDemoApart(ctx); err != nil {
		return err
	}
	if m.photos, err = openPhotos(m.config.Data, m.centre.store, m.config.Log, m.config.Now); err != nil {
		return err
	}
	handler, err := m.handler()
	if err != nil {
		return err
	}
	if m.listener, err = net.Listen("tcp", m.config.Listen); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	m.tls = tlsConfig != nil
	m.http = &http.Server{
		Handler: handler, TLSConfig: tlsConfig, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(m.config.Log.Handler(), slog.LevelDebug),
	}
	return nil
}

func (m *Main) handler() (http.Handler, error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), figures{m.centre.store, m.config.Log})
	files, built, err := client.Files()
	if err != nil {
		return nil, err
	}
	config := web.Config{
		Store: m.centre.store, Hasher: identity.NewHasher(identity.Usual), Keys: m.centre.keys, Photos: m.photos,
		Placeholder: client.Placeholder(), Metrics: promhttp.HandlerFor(registry, promhttp.HandlerOpts{}), Registry: registry,
		Ready: m.Ready, Now: m.config.Now, Log: m.config.Log, Demo: m.config.Demo, Proxies: m.config.Proxies,
	}
	if built {
		config.Client = files
	}
	return web.New(config)
}

// Run serves until ctx ends, then finishes what is in flight. It returns when nothing runs any more.
func (m *Main) Run(ctx context.Context) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	var group sync.WaitGroup
	group.Go(func() { m.photos.Run(work) })
	group.Go(func() { m.attend(work) })
	served := make(chan error, 1)
	go func() { served <- m.serve() }()
	m.config.Log.Info("serving", "address", m.URL(), "demo", m.config.Demo)
	var err error
	select {
	case err = <-served:
	case <-ctx.Done():
		m.config.Log.Info("stopping: finishing what is in flight")
		err = m.finish()
		<-served
	}
	stop()
	group.Wait()
	return err
}

func (m *Main) serve() error {
	var err error
	if m.tls {
		err = m.http.ServeTLS(m.listener, "", "")
	} else {
		err = m.http.Serve(m.listener)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve: %w", err)
}

// finish lets requests end within the patience, and cuts those that do not.
func (m *Main) finish() error {
	ctx, cancel := context.WithTimeout(context.Background(), m.config.Patience)
	defer cancel()
	err := m.http.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		m.config.Log.Warn("some requests did not end in time and were cut; uploads resume")
		return m.http.Close()
	}
	return err
}

// attend takes note, every few seconds, of what commands wrote beside the server.
func (m *Main) attend(ctx context.Context) {
	tick := time.NewTicker(attendEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := m.centre.store.Attend(ctx); err != nil && ctx.Err() == nil {
			m.config.Log.Error("the database cannot be attended to", "error", err)
		}
	}
}

// Ready says whether the server can do its work: its database takes writes and its directory takes files.
func (m *Main) Ready(ctx context.Context) error {
	if err := m.centre.store.Attend(ctx); err != nil {
		return fmt.Errorf("write to the database: %w", err)
	}
	file, err := os.CreateTemp(m.config.Data, ".ready-*")
	if err != nil {
		return fmt.Errorf("write to the data directory: %w", err)
	}
	_, err = file.WriteString("ready")
	if err := errors.Join(err, file.Close(), os.Remove(file.Name())); err != nil {
		return fmt.Errorf("write to the data directory: %w", err)
	}
	return nil
}

// keepDemoApart ends what demo people began when the server no longer runs as a demo, and refuses a trial on real data.
func (m *Main) keepDemoApart(ctx context.Context) error {
	people, err := m.centre.store.People(ctx)
	if err != nil {
		return err
	}
	m.people = len(people)
	demo, others := 0, 0
	for _, p := range people {
		if !p.Demo {
			others++
			continue
		}
		demo++
		if m.config.Demo {
			continue
		}
		if err := m.centre.store.EndSessionsOf(ctx, p.ID); err != nil {
			return err
		}
	}
	switch {
	case m.config.Demo && demo == 0 && others > 0:
		return fmt.Errorf("the data in %s is not a demo's: leave out --demo, or name another --data", m.config.Data)
	case !m.config.Demo && demo > 0:
		m.config.Log.Warn("this database was made as a demo: its demo people cannot sign in now, its demo cases are still there",
			"demoPeople", demo, "otherPeople", others)
	}
	return nil
}

// Close frees everything; a server that runs must have been stopped.
func (m *Main) Close() error {
	var errs []error
	if m.listener != nil {
		if err := m.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if m.centre != nil {
		errs = append(errs, m.centre.Close())
	}
	if m.lock != nil {
		errs = append(errs, m.lock.Close())
	}
	return errors.Join(errs...)
}

// URL is where this machine reaches the server.
func (m *Main) URL() string {
	scheme := "http"
	if m.tls {
		scheme = "https"
	}
	host, port, err := net.SplitHostPort(m.listener.Addr().String())
	if err != nil {
		return scheme + "://" + m.listener.Addr().String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}
