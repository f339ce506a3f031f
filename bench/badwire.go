package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
)

// line is a bad line to a server: sync/badwire in a process of its own.
type line struct {
	*process
	base    string // "http://…" through the line
	control string
}

// mode is how the line fails; badwire's README names the fields.
type mode map[string]any

func layLine(ctx context.Context, dir, target string, m mode) (*line, error) {
	p, err := start(ctx, filepath.Join(dir, "badwire.log"), badwireBinary, "-target", strings.TrimPrefix(target, "http://"))
	if err != nil {
		return nil, err
	}
	var at struct{ Wire, Control string }
	if err := p.said(&at); err != nil {
		p.stop()
		return nil, err
	}
	l := &line{p, "http://" + at.Wire, "http://" + at.Control}
	if err := l.tell("/mode", m, nil); err != nil {
		p.stop()
		return nil, err
	}
	return l, nil
}

// tell speaks to the line's control port.
func (l *line) tell(path string, value, into any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	response, err := http.Post(l.control+path, "application/json", bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("tell the line: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("tell the line %s: status %d", path, response.StatusCode)
	}
	if into == nil {
		return nil
	}
	return json.NewDecoder(response.Body).Decode(into)
}

// carried is what the line counted.
type carried struct {
	Up, Down   int64
	Cut, Reset int
}

func (l *line) carried() (c carried, err error) {
	response, err := http.Get(l.control + "/stats")
	if err != nil {
		return c, fmt.Errorf("ask the line: %w", err)
	}
	defer response.Body.Close()
	return c, json.NewDecoder(response.Body).Decode(&c)
}

// thinDialer keeps the sending buffer small: a phone's modem takes what the air takes, and what lies in a buffer of the kernel has
// not been sent.
func thinDialer() *net.Dialer {
	return &net.Dialer{Control: func(_, _ string, raw syscall.RawConn) error {
		var failed error
		err := raw.Control(func(fd uintptr) {
			failed = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_SNDBUF, 8<<10)
		})
		if err != nil {
			return err
		}
		return failed
	}}
}

func thinClient() *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: thinDialer().DialContext, MaxConnsPerHost: 1}}
}
