package main

import (
	"errors"
	"io"
	"net"
	"os"
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
