package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"buxun/client"
	"buxun/server/duties"
	"buxun/server/handover"
	"buxun/server/identity"
	"buxun/server/install"
	"buxun/server/live"
	"buxun/server/notice"
	"buxun/server/numbering"
	"buxun/server/photo"
	"buxun/server/push"
	"buxun/server/sqlite"
	"buxun/server/web"
	"buxun/sync/session"
	"buxun/sync/wire"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// attendEvery is how soon the server takes note of what a command changed beside it.
const attendEvery = 2 * time.Second

// Main is one running server.
type Main struct {
	config    Config
	lock      *os.File
	centre    *centre
	photos    *photo.Photos
	handovers atomic.Pointer[handover.Spool]
	hub       *live.Hub
	committer *live.Committer
	numbers   atomic.Pointer[numbering.Replica]
	duties    atomic.Pointer[duties.Duties]
	notices   atomic.Pointer[notice.Notices]
	pushes    atomic.Pointer[push.Pushes]
	pushKey   push.Key
	measures  *measures
	listener  net.Listener
	http      *http.Server
	doors     *doors
	people    int // accounts at the start
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
	err := makeData(m.config.Data)
	if err != nil {
		return err
	}
	if m.doors, err = openDoors(m.config); err != nil {
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
	m.hub, m.measures = live.NewHub(), newMeasures()
	m.centre, err = openCentreWith(ctx, m.config.Data, sqlite.Options{
		Now: m.config.Now, Log: m.config.Log, OnChange: m.changed, OnGap: m.alarm,
		OnScope: func(person string) { m.hub.EndPerson(person, "scope.changed") }, OnElsewhere: m.hub.Recheck,
	})
	if err != nil {
		return err
	}
	m.committer = live.NewCommitter(m.centre.store, m.measures)
	numbers, err := m.centre.replica(ctx, m.config, m.committer.Commit)
	if err != nil {
		return err
	}
	m.numbers.Store(numbers)
	m.duties.Store(duties.New(duties.Options{Store: m.centre.store, Make: numbers.MakeUnmoved, Now: m.config.Now, Log: m.config.Log}))
	m.notices.Store(notice.Open(notice.Options{Store: m.centre.store, Client: notice.NewClient(m.config.WebhooksPrivate), Now: m.config.Now, Random: rand.Float64, Log: m.config.Log}))
	if m.pushKey, err = push.OpenKey(m.config.Data); err != nil {
		return err
	}
	m.pushes.Store(push.Open(push.Options{
		Store: m.centre.store, Client: notice.NewClient(m.config.WebhooksPrivate), Key: m.pushKey, Contact: m.config.contact(), Now: m.config.Now, Random: rand.Float64, Log: m.config.Log,
	}))
	if err := m.keepDemoApart(ctx); err != nil {
		return err
	}
	if m.photos, err = openPhotos(m.config, m.centre.store, m.config.Now); err != nil {
		return err
	}
	handovers, err := openHandovers(m.config, m.centre.store, m.photos, m.committer.Commit)
	if err != nil {
		return err
	}
	m.handovers.Store(handovers)
	pages, err := install.New(m.doors.guide())
	if err != nil {
		return err
	}
	handler, err := m.handler(pages)
	if err != nil {
		return err
	}
	if m.listener, err = net.Listen("tcp", m.config.Listen); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	if err = m.doors.open(m.listener, pages); err != nil {
		return err
	}
	m.http = &http.Server{
		Handler: handler, TLSConfig: m.doors.tls(), ReadHeaderTimeout: headPatience(m.config.ReadPatience), ReadTimeout: m.config.ReadPatience, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(m.config.Log.Handler(), slog.LevelDebug),
	}
	return nil
}

// headPatience is how long the head of a request may take of what the whole may; 0 sets no limit to the whole.
func headPatience(whole time.Duration) time.Duration {
	const most = 10 * time.Second
	if whole > 0 {
		return min(most, whole)
	}
	return most
}

func (m *Main) handler(pages http.Handler) (http.Handler, error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		figures{m.centre.store, m.config.Data, m.config.Log}, m.doors)
	if err := m.measures.register(registry); err != nil {
		return nil, err
	}
	files, built, err := client.Files()
	if err != nil {
		return nil, err
	}
	key, sign, err := numbering.Signer(m.config.Data)
	if err != nil {
		return nil, err
	}
	hasher := identity.NewHasher(identity.Usual)
	config := web.Config{
		Store: m.centre.store, Hasher: hasher, Keys: m.centre.keys, Signer: web.Signer{Key: key, Sign: sign}, Photos: m.photos, Handovers: m.handovers.Load(),
		Office:      m.centre.office(hasher, m.config.Demo),
		Placeholder: client.Placeholder(), Metrics: promhttp.HandlerFor(registry, promhttp.HandlerOpts{}), Registry: registry,
		Ready: m.Ready, Now: m.config.Now, Log: m.config.Log, Demo: m.config.Demo, Proxies: m.config.Proxies, SignedOut: m.hub.Recheck,
		Contractors: contractors{m}, Code: install.Picture, Install: pages, Public: m.doors.public, Present: m.hub.Present, PushKey: m.pushKey.Public,
	}
	if built {
		config.Client = files
	}
	var site *web.Site
	config.Live = live.Handler(live.Options{
		Store: m.centre.store, Committer: m.committer, Hub: m.hub, Anchor: m.centre.keys.Anchor, Metrics: m.measures, Now: m.config.Now, Log: m.config.Log,
		Authenticate: func(r *http.Request) (session.Reader, error) { return site.Authenticate(r) },
		Refuse:       func(w http.ResponseWriter, r *http.Request, err error) { site.Refuse(w, r, err) },
		Came:         func(hello wire.Hello) { m.centre.store.NoteApp(hello.Replicas, hello.App) },
		Left:         func(hello wire.Hello, heardAt int64) { m.centre.store.NoteHeard(hello.Replicas, heardAt) },
	})
	site, err = web.New(config)
	return site, err
}

// changed hears of every durable change while the writer is held.
func (m *Main) changed(list []session.Changed) {
	m.hub.Publish(list)
	if handovers := m.handovers.Load(); handovers != nil {
		handovers.Nudge()
	}
	if numbers := m.numbers.Load(); numbers != nil {
		numbers.Notice(list)
	}
	if duties := m.duties.Load(); duties != nil {
		duties.Notice(list)
	}
	if notices := m.notices.Load(); notices != nil {
		notices.Notice(list)
	}
	if pushes := m.pushes.Load(); pushes != nil {
		pushes.Notice(list)
	}
}

// alarm tells that operations which a phone made will never arrive (L13).
func (m *Main) alarm(gaps []session.Gap) {
	for _, g := range gaps {
		m.config.Log.Error("operations were lost on a phone", "replica", g.Replica, "from", g.From, "to", g.To)
	}
}

// Run serves until ctx ends, then finishes what is in flight. It returns when nothing runs any more.
func (m *Main) Run(ctx context.Context) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	numbering, stopNumbering := context.WithCancel(ctx) // what has no number yet gets it at the next start
	var group sync.WaitGroup
	group.Go(func() { m.photos.Run(work) })
	group.Go(func() { m.attend(work) })
	group.Go(func() { m.handovers.Load().Run(work, m.config.Log) })
	group.Go(func() { m.numbers.Load().Run(numbering) })
	group.Go(func() { m.duties.Load().Run(numbering) })
	group.Go(func() { m.pushes.Load().Run(numbering) })
	group.Go(func() { m.notices.Load().Run(numbering) }) // what was not told yet is told at the next start
	m.doors.run(work, &group)
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
	stopNumbering()
	stop()
	err = errors.Join(err, m.doors.close())
	group.Wait()
	return err
}

func (m *Main) serve() error {
	var err error
	if m.http.TLSConfig != nil {
		err = m.http.ServeTLS(m.listener, "", "")
	} else {
		err = m.http.Serve(m.listener)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve: %w", err)
}

// finish lets requests and pushes end within the patience, and cuts those that do not.
func (m *Main) finish() error {
	ctx, cancel := context.WithTimeout(context.Background(), m.config.Patience)
	defer cancel()
	shut := make(chan error, 1)
	go func() { shut <- m.http.Shutdown(ctx) }() // nobody new comes from here on
	if err := m.hub.Shutdown(ctx); err != nil {
		m.config.Log.Warn("some phones did not leave in time and were cut; they come back", "error", err)
	}
	m.committer.Stop()
	err := <-shut
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
	var known int64
	for {
		version, err := m.centre.store.Attend(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			m.config.Log.Error("the database cannot be attended to", "error", err)
		case err == nil && version != known:
			known = version
			m.hub.Recheck()
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Ready says whether the server can do its work: its database takes writes and its directory takes files.
func (m *Main) Ready(ctx context.Context) error {
	if _, err := m.centre.store.Attend(ctx); err != nil {
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
	errs = append(errs, m.doors.close())
	if m.hub != nil {
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		_ = m.hub.Shutdown(ended) // only says that it did not wait
	}
	if m.committer != nil {
		m.committer.Stop()
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
	if m.doors.source != nil {
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
