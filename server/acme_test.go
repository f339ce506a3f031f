package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"buxun/server/cert"
)

// built is Pebble, built once from its own module.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "buxun-pebble-")
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, "pebble")
	command := exec.Command("go", "build", "-o", program, ".")
	command.Dir = "cert/pebble"
	if text, err := command.CombinedOutput(); err != nil {
		return "", errors.New("build Pebble: " + string(text))
	}
	return program, nil
})

// pebble is a public authority for one test.
type pebble struct {
	Directory string       `json:"directory"`
	Root      string       `json:"root"`
	client    *http.Client // trusts its HTTPS
}

func startPebble(t *testing.T, httpPort, tlsPort string, words ...string) pebble {
	t.Helper()
	program, err := built()
	must(t, err)
	dir := t.TempDir()
	own, err := cert.Keep(dir, cert.Wish{Names: []string{"localhost"}}, time.Now())
	must(t, err)
	command := exec.Command(program, append([]string{"-certificate", filepath.Join(dir, cert.ServerFile), "-http-port", httpPort, "-tls-port", tlsPort}, words...)...)
	log := &journal{}
	command.Stderr = log
	input, err := command.StdinPipe() // it ends with it
	must(t, err)
	output, err := command.StdoutPipe()
	must(t, err)
	must(t, command.Start())
	t.Cleanup(func() {
		_ = input.Close()
		if err := command.Wait(); err != nil || t.Failed() {
			t.Logf("pebble: %v\n%s", err, log)
		}
	})
	line, err := bufio.NewReader(output).ReadBytes('\n')
	if err != nil {
		t.Fatalf("pebble did not start: %v\n%s", err, log)
	}
	var p pebble
	must(t, json.Unmarshal(line, &p))
	roots := x509.NewCertPool()
	roots.AddCert(own.Certificate)
	p.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	return p
}

// freePort is one that was free a moment ago.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	must(t, listener.Close())
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}

// deaf is a port where nobody ever answers.
const deaf = "1"

func forDomain(p *pebble, https, plain string) func(*Config) {
	return func(c *Config) {
		c.Domains, c.ACMEEmail, c.ACMEDirectory, c.ACMEClient = []string{"buxun.example.com", "phones.example.com"}, "admin@example.com", p.Directory, p.client
		c.Listen, c.HTTPListen = "127.0.0.1:"+https, ""
		if plain != "" {
			c.HTTPListen = "127.0.0.1:" + plain
		}
	}
}

// secured waits until a phone that trusts the public authority gets in by a name, and gives the certificate that it saw.
func secured(t *testing.T, server *running, root, name string, good func(*x509.Certificate) bool) *x509.Certificate {
	t.Helper()
	phone := trusting(t, root, server.listener.Addr().String())
	phone.Transport.(*http.Transport).DisableKeepAlives = true
	var last error
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(90 * time.Second); time.Now().Before(end); <-tick.C {
		response, err := phone.Get("https://" + name + "/healthz")
		if last = err; err != nil {
			continue
		}
		must(t, response.Body.Close())
		if got := response.Header.Get("Strict-Transport-Security"); got == "" {
			t.Fatal("a public certificate does not keep browsers on HTTPS")
		}
		if leaf := response.TLS.PeerCertificates[0]; good(leaf) {
			return leaf
		}
	}
	t.Fatalf("%s: %v\n%s", name, last, server.log)
	return nil
}

func anyCertificate(*x509.Certificate) bool { return true }

func TestADomainGetsItsCertificatesByItself(t *testing.T) {
	for _, row := range []struct {
		name                string
		https, plain        string
		httpPort, httpsPort string // where the authority looks
	}{
		{name: "TLS-ALPN-01", https: freePort(t), httpPort: deaf},
		{name: "HTTP-01", https: freePort(t), plain: freePort(t), httpsPort: deaf},
	} {
		t.Run(row.name, func(t *testing.T) {
			if row.httpPort == "" {
				row.httpPort = row.plain
			}
			if row.httpsPort == "" {
				row.httpsPort = row.https
			}
			p := startPebble(t, row.httpPort, row.httpsPort)
			data := demoData(t)
			server := start(t, data, forDomain(&p, row.https, row.plain))
			first := secured(t, server, p.Root, "buxun.example.com", anyCertificate)
			secured(t, server, p.Root, "phones.example.com", anyCertificate)
			if row.plain != "" {
				answer, _ := fetch(t, trusting(t, p.Root, "127.0.0.1:"+row.plain), "http://phones.example.com/cases")
				if to := answer.Header.Get("Location"); to != "https://phones.example.com:"+row.https+"/cases" {
					t.Errorf("%d to %s", answer.StatusCode, to)
				}
			}
			refusesOthers(t, server)
			keptClose(t, filepath.Join(data, "tls", "acme"))
			must(t, server.stop())
			again := start(t, data, forDomain(&p, row.https, row.plain))
			if kept := secured(t, again, p.Root, "buxun.example.com", anyCertificate); !kept.Equal(first) {
				t.Error("a restart asked for another certificate: the authority's limits would soon be reached")
			}
		})
	}
}

// refusesOthers sees that strangers' names and bare addresses make the server ask for nothing.
func refusesOthers(t *testing.T, server *running) {
	t.Helper()
	for _, name := range []string{"evil.example.com", ""} {
		conn, err := tls.Dial("tcp", server.listener.Addr().String(), &tls.Config{ServerName: name, InsecureSkipVerify: true})
		if err == nil {
			_ = conn.Close()
			t.Errorf("%q was answered", name)
		}
	}
	if got := server.log.String(); !strings.Contains(got, "the domain has its certificate") || strings.Contains(got, "evil.example.com") && strings.Contains(got, "no certificate for the domain") {
		t.Errorf("the log: %s", got)
	}
}

// keptClose sees that the certificates lie in the data directory and that nobody else may read them.
func keptClose(t *testing.T, dir string) {
	t.Helper()
	for _, name := range []string{"buxun.example.com", "phones.example.com", "acme_account+key"} {
		// A phone that waited for the certificate gets it as it comes, the folder a moment later.
		until(t, func() bool { _, err := os.Stat(filepath.Join(dir, name)); return err == nil })
		about, err := os.Stat(filepath.Join(dir, name))
		must(t, err)
		if about.Mode().Perm() != 0o600 {
			t.Errorf("%s: %s", name, about.Mode())
		}
	}
}

// Certificates of a quarter of a minute are due for renewal ten seconds later.
func TestADomainsCertificateIsRenewedWithoutARestart(t *testing.T) {
	https := freePort(t)
	p := startPebble(t, deaf, https, "-seconds", "15")
	server := start(t, demoData(t), forDomain(&p, https, ""))
	first := secured(t, server, p.Root, "buxun.example.com", anyCertificate)
	secured(t, server, p.Root, "buxun.example.com", func(leaf *x509.Certificate) bool { return !leaf.Equal(first) })
}

func TestADomainThatNobodyReachesIsToldInTheLog(t *testing.T) {
	p := startPebble(t, deaf, deaf)
	server := start(t, demoData(t), forDomain(&p, freePort(t), ""))
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(60 * time.Second); !strings.Contains(server.log.String(), "no certificate for the domain"); <-tick.C {
		if time.Now().After(end) {
			t.Fatal(server.log.String())
		}
	}
	if got := server.log.String(); !strings.Contains(got, "port 80 or 443") || !strings.Contains(got, "domain=buxun.example.com") {
		t.Error(got)
	}
}
