package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// Whoever sends a head and never the body must not keep a connection: enough of them and nobody else has one.
func TestABodyThatNeverComesIsNotWaitedFor(t *testing.T) {
	r := start(t, demoData(t), func(c *Config) { c.ReadPatience = 200 * time.Millisecond })
	for _, path := range []string{"/api/nothing", "/", "/metrics"} {
		conn, err := net.Dial("tcp", r.listener.Addr().String())
		must(t, err)
		defer conn.Close()
		_, err = conn.Write([]byte("POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"))
		must(t, err)
		must(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
		if _, err := io.ReadAll(conn); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("POST %s: the server still waits", path)
		}
	}
}

// Nor whoever never finishes the head, a byte now and then.
func TestAHeadThatNeverEndsIsNotWaitedFor(t *testing.T) {
	r := start(t, demoData(t), func(c *Config) { c.ReadPatience = 200 * time.Millisecond })
	conn, err := net.Dial("tcp", r.listener.Addr().String())
	must(t, err)
	defer conn.Close()
	_, err = conn.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\n"))
	must(t, err)
	must(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
	ended := make(chan error, 1)
	go func() {
		_, err := io.ReadAll(conn)
		ended <- err
	}()
	drip := time.NewTicker(20 * time.Millisecond)
	defer drip.Stop()
	for n := 0; ; n++ {
		select {
		case err := <-ended:
			if errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("the server still waits")
			}
			return
		case <-drip.C:
			_, _ = fmt.Fprintf(conn, "X-%d: x\r\n", n) // it may be closed already
		}
	}
}

// What is too large to be meant is refused before it is held: a head, a line, a body, in whatever form.
func TestOversizedRequestsAreRefused(t *testing.T) {
	r := start(t, demoData(t))
	big := strings.Repeat("x", 1<<20)
	for name, row := range map[string]struct {
		text string
		want []string
	}{
		"a header":            {"GET / HTTP/1.1\r\nHost: x\r\nX: " + big + "\r\n\r\n", []string{"431"}},
		"a target":            {"GET /" + big + " HTTP/1.1\r\nHost: x\r\n\r\n", []string{"431", "414", "400"}},
		"many headers":        {"GET / HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("X: y\r\n", 1<<17) + "\r\n", []string{"431"}},
		"a body that says so": {"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Length: 1099511627776\r\n\r\n{" + big, []string{"413"}},
		"a body in pieces":    {"POST /api/session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n100000\r\n{" + big[1:] + "\r\n0\r\n\r\n", []string{"413"}},
		"two lengths":         {"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", []string{"400"}},
		"length and pieces":   {"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked, identity\r\n\r\n{}", []string{"501", "400"}},
		"no host":             {"GET / HTTP/1.1\r\n\r\n", []string{"400"}},
	} {
		conn, err := net.Dial("tcp", r.listener.Addr().String())
		must(t, err)
		go func() { _, _ = conn.Write([]byte(row.text)) }() // the server need not read it all
		must(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
		line, err := bufio.NewReader(conn).ReadString('\n')
		fields := strings.Fields(line)
		if len(fields) < 2 || !slices.Contains(row.want, fields[1]) {
			t.Errorf("%s is answered %q, %v", name, line, err)
		}
		must(t, conn.Close())
	}
}
