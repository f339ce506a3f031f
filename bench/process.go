package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"buxun/sync/drive"
)

const (
	peersBinary   = "bin/bench-peers"
	badwireBinary = "bin/badwire"
)

// process is a program that runs beside this one.
type process struct {
	command *exec.Cmd
	out     *bufio.Reader
	log     *os.File
}

// start starts a program whose words on standard error go to a file of its own.
func start(ctx context.Context, log, name string, words ...string) (*process, error) {
	p := &process{command: exec.CommandContext(ctx, name, words...)}
	p.command.Cancel = func() error { return p.command.Process.Signal(os.Interrupt) }
	p.command.WaitDelay = 5 * time.Second
	var err error
	if p.log, err = os.Create(log); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p.command.Stderr = p.log
	out, err := p.command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p.out = bufio.NewReader(out)
	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	return p, nil
}

// said reads the one line of JSON that a peer prints.
func (p *process) said(into any) error {
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		text, _ := os.ReadFile(p.log.Name())
		return fmt.Errorf("read what %s says: %w, %v\n%s", p.command.Args, err, p.command.Wait(), text)
	}
	return json.Unmarshal(line, into)
}

// stop ends the program and waits for it.
func (p *process) stop() {
	_ = p.command.Process.Signal(os.Interrupt)
	_, _ = io.Copy(io.Discard, p.out)
	_ = p.command.Wait() // how it ended says nothing about the figures
	_ = p.log.Close()
}

// peer starts a subcommand of the peers.
func peer(ctx context.Context, log string, words ...string) (*process, error) {
	return start(ctx, log, peersBinary, words...)
}

// ask runs a subcommand of the peers to its end, and reads its one line.
func ask(ctx context.Context, log string, into any, words ...string) error {
	p, err := peer(ctx, log, words...)
	if err != nil {
		return err
	}
	defer p.stop()
	return p.said(into)
}

// server is the built server on a world's data.
type server struct {
	*process
	base string
}

var greeted = regexp.MustCompile(`http://\S+`)

// serve starts the built server with its usual settings; its log goes to a file.
func (w *world) serve(ctx context.Context) (*server, error) {
	p, err := start(ctx, filepath.Join(w.dir, "server.log"), serverBinary, "serve", "--listen", "127.0.0.1:0", "--data", w.dir)
	if err != nil {
		return nil, err
	}
	for {
		line, err := p.out.ReadString('\n')
		if address := greeted.FindString(line); address != "" {
			go func() { _, _ = io.Copy(io.Discard, p.out) }()
			return &server{p, address}, nil
		}
		if err != nil {
			text, _ := os.ReadFile(p.log.Name())
			p.stop()
			return nil, fmt.Errorf("the server did not greet: %w\n%s", err, text)
		}
	}
}

// end stops the server.
func (s *server) end() {
	_ = s.command.Process.Signal(os.Interrupt)
	_ = s.command.Wait()
	_ = s.log.Close()
}

// peakMB is the most memory that the server held so far.
func (s *server) peakMB() (float64, error) {
	name := fmt.Sprintf("/proc/%d/status", s.command.Process.Pid)
	kb, err := strconv.ParseFloat(match(name, `(?m)^VmHWM:\s*(\d+) kB$`), 64)
	if err != nil {
		return 0, fmt.Errorf("read the server's peak memory in %s: %w", name, err)
	}
	return kb * 1024 / 1e6, nil
}

func signIn(c *drive.Client, base, token string) {
	jar, _ := cookiejar.New(nil) // never errs without options
	address, err := url.Parse(base)
	if err == nil {
		jar.SetCookies(address, []*http.Cookie{{Name: sessionCookie, Value: token, Path: "/"}})
	}
	c.HTTP.Jar = jar
}

// answers waits until a server answers at an address.
func answers(ctx context.Context, address string) error {
	for try := 0; ; try++ {
		response, err := http.Get(address)
		if err == nil {
			return response.Body.Close()
		}
		if try > 200 {
			return fmt.Errorf("nobody answers at %s: %w", address, err)
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
