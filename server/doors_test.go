package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"buxun/server/demo"
	"buxun/sync/drive"

	"github.com/gorilla/websocket"
)

// trusting is how a phone reaches a server of this test by any name: it trusts one authority and nobody else.
func trusting(t *testing.T, authority, address string) *http.Client {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(authority)) {
		t.Fatalf("no certificate in %q", authority)
	}
	return &http.Client{
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots},
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, address)
			},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (r *running) authority(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(r.config.Data, "tls", "ca.pem"))
	must(t, err)
	return string(text)
}

func fetch(t *testing.T, client *http.Client, url string) (*http.Response, string) {
	t.Helper()
	response, err := client.Get(url)
	must(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(t, err)
	return response, string(text)
}

func localCA(c *Config) {
	c.LocalCA, c.Names, c.HTTPListen = true, []string{"192.168.77.5", "centre.lan"}, "127.0.0.1:0"
}

// The whole way of a phone that knows nothing yet: read the page without HTTPS, take the authority from it, trust it and
// nothing else, sign in and keep a websocket open by the address of the network.
func TestAPhoneComesToTrustTheServer(t *testing.T) {
	server := start(t, demoData(t), localCA)
	stranger := trusting(t, server.authority(t), server.doors.listener.Addr().String())
	page, text := fetch(t, stranger, "http://192.168.77.5:8081/install")
	if page.StatusCode != 200 || !strings.Contains(text, "https://192.168.77.5:"+server.port()) {
		t.Fatalf("%d %s", page.StatusCode, text)
	}
	file, der := fetch(t, stranger, "http://192.168.77.5:8081/install/buxun-ca.crt")
	if file.Header.Get("Content-Type") != "application/x-x509-ca-cert" {
		t.Errorf("%v", file.Header)
	}
	taken := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte(der)}))
	phone := trusting(t, taken, server.listener.Addr().String())
	for _, host := range []string{"192.168.77.5", "centre.lan", "localhost"} {
		answer, text := fetch(t, phone, "https://"+host+"/readyz")
		if answer.StatusCode != 200 || text != "ready\n" || answer.Header.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: %d %q %v", host, answer.StatusCode, text, answer.Header)
		}
	}
	if _, err := phone.Get("https://other.lan/readyz"); err == nil {
		t.Error("a name that is not the server's was taken")
	}
	body := strings.NewReader(`{"login":"c601","password":"` + demo.Password + `"}`)
	answer, err := phone.Post("https://centre.lan/api/session", "application/json", body)
	must(t, err)
	must(t, answer.Body.Close())
	if cookies := answer.Cookies(); answer.StatusCode != 200 || len(cookies) != 1 || !cookies[0].Secure || !cookies[0].HttpOnly {
		t.Fatalf("%d %v", answer.StatusCode, answer.Cookies())
	}
	transport := phone.Transport.(*http.Transport)
	dialer := websocket.Dialer{TLSClientConfig: transport.TLSClientConfig, NetDialContext: transport.DialContext, Subprotocols: []string{"buxun.sync.v1"}}
	line, _, err := dialer.Dial("wss://centre.lan/api/live", http.Header{"Cookie": {answer.Cookies()[0].String()}, "Origin": {"https://centre.lan"}})
	if err != nil {
		t.Fatalf("the websocket over the local authority's HTTPS: %v", err)
	}
	must(t, line.Close())
	if got := server.log.String(); !strings.Contains(got, "how to trust this server") {
		t.Error(got)
	}
}

func TestWithoutHTTPSThereIsNoWayIn(t *testing.T) {
	server := start(t, demoData(t), localCA)
	stranger := trusting(t, server.authority(t), server.doors.listener.Addr().String())
	for path, to := range map[string]string{
		"/": "/install", "/cases": "https://192.168.77.5:" + server.port() + "/cases", "/api/session": "https://192.168.77.5:" + server.port() + "/api/session",
		"/metrics": "https://192.168.77.5:" + server.port() + "/metrics",
	} {
		answer, _ := fetch(t, stranger, "http://192.168.77.5:8081"+path)
		if answer.StatusCode != 302 || answer.Header.Get("Location") != to || len(answer.Cookies()) > 0 {
			t.Errorf("%s: %d to %s %v", path, answer.StatusCode, answer.Header.Get("Location"), answer.Cookies())
		}
	}
	// A host that is not the server's leads to the server's own names.
	answer, _ := fetch(t, stranger, "http://evil.example:8081/x")
	if to := answer.Header.Get("Location"); !strings.HasPrefix(to, "https://192.168.77.5:") {
		t.Error(to)
	}
	if err := drive.NewClient("http://"+server.doors.listener.Addr().String(), nil).SignIn(t.Context(), "c601", demo.Password); err == nil {
		t.Error("signed in without HTTPS")
	}
	must(t, server.stop())
	if _, err := net.DialTimeout("tcp", server.doors.listener.Addr().String(), time.Second); err == nil {
		t.Error("still listens after the stop")
	}
}

func TestGivenFilesAreServedAndRenewed(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "own")
	made := func(words ...string) string {
		out, code := buxun(t, "", append([]string{"cert", "--out", folder, "--names", "192.168.77.5"}, words...)...)
		if code != 0 {
			t.Fatal(out)
		}
		text, err := os.ReadFile(filepath.Join(folder, "ca.pem"))
		must(t, err)
		return string(text)
	}
	authority := made()
	var clock shifted
	server := start(t, demoData(t), func(c *Config) {
		c.TLSCert, c.TLSKey, c.TLSCA = filepath.Join(folder, "server.pem"), filepath.Join(folder, "server.pem"), filepath.Join(folder, "ca.pem")
		c.HTTPListen, c.Now = "127.0.0.1:0", clock.now
	})
	_, page := fetch(t, trusting(t, authority, server.doors.listener.Addr().String()), "http://192.168.77.5/install")
	if !strings.Contains(page, "下载证书") {
		t.Error(page)
	}
	phone := trusting(t, authority, server.listener.Addr().String())
	if answer, _ := fetch(t, phone, "https://192.168.77.5/healthz"); answer.StatusCode != 200 {
		t.Errorf("%d", answer.StatusCode)
	}
	renewed := made("--new-ca")
	clock.by.Store(int64(time.Minute))
	if answer, _ := fetch(t, trusting(t, renewed, server.listener.Addr().String()), "https://192.168.77.5/healthz"); answer.StatusCode != 200 {
		t.Errorf("after the renewal: %d", answer.StatusCode)
	}
	figures := regexp.MustCompile(`buxun_certificate_not_after_seconds\{name="192\.168\.77\.5"\} 1\.\d+e\+09`)
	if _, text := fetch(t, trusting(t, renewed, server.listener.Addr().String()), "https://localhost/metrics"); !figures.MatchString(text) {
		t.Error("the certificate's end is not among the figures")
	}
}

// shifted is the time with something added.
type shifted struct{ by atomic.Int64 }

func (s *shifted) now() time.Time { return time.Now().Add(time.Duration(s.by.Load())) }

func TestCertTellsWhatItMade(t *testing.T) {
	data := filepath.Join(t.TempDir(), "new", "data")
	must(t, os.Mkdir(filepath.Dir(data), 0o700))
	out, code := buxun(t, "", "cert", "--data", data, "--names", "192.168.77.5,centre.lan")
	for _, words := range []string{"新做的 new", "http://192.168.77.5:8081/install", "https://192.168.77.5:8443", "苹果手机", "iPhone, iPad", "buxun serve --local-ca --data " + data, "█"} {
		if code != 0 || !strings.Contains(out, words) {
			t.Fatalf("exit %d, does not say %q:\n%s", code, words, out)
		}
	}
	again, code := buxun(t, "", "cert", "--data", data)
	if code != 0 || strings.Contains(again, "新做的 new") || !strings.Contains(again, "192.168.77.5") {
		t.Errorf("exit %d\n%s", code, again)
	}
	authority, err := os.ReadFile(filepath.Join(data, "tls", "ca.pem"))
	must(t, err)
	// The server goes on with what the command made.
	server := start(t, data, func(c *Config) { c.Demo, c.LocalCA = false, true })
	if answer, _ := fetch(t, trusting(t, string(authority), server.listener.Addr().String()), "https://192.168.77.5/healthz"); answer.StatusCode != 200 {
		t.Errorf("%d", answer.StatusCode)
	}
	if out, code := buxun(t, "", "health", "--address", server.URL()+"/readyz"); code != 0 {
		t.Errorf("health over the local authority's HTTPS: %s", out)
	}
}

func TestTheGreetingSaysHowAPhoneGetsIn(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(*Config)
		says   []string
		code   bool
	}{
		{"this machine only", func(*Config) {}, []string{"http://127.0.0.1:", "只有本机能打开"}, false},
		{"plain", func(c *Config) { c.Listen = ":0" }, []string{"http://localhost:", "要用 HTTPS", "--local-ca", ":8081/install"}, false},
		{"behind a proxy", func(c *Config) { c.PublicURL = "https://buxun.example.org/" }, []string{"手机 phone   https://buxun.example.org\n"}, false},
		{"a local authority", func(c *Config) { localCA(c); c.Listen = ":0" }, []string{"https://localhost:", "http://192.168.77.5:", "/install", "防火墙"}, true},
		{"a local authority without the page", func(c *Config) { localCA(c); c.Listen, c.HTTPListen = ":0", "" }, []string{"手机 phone   https://192.168.77.5:"}, false},
	} {
		server := start(t, demoData(t), row.change)
		greeting := server.Greeting()
		var code strings.Builder
		must(t, server.Code(&code))
		for _, words := range row.says {
			if !strings.Contains(greeting, words) {
				t.Errorf("%s: does not say %q\n%s", row.name, words, greeting)
			}
		}
		if strings.Contains(code.String(), "█") != row.code {
			t.Errorf("%s: code %v", row.name, !row.code)
		}
		must(t, server.stop())
	}
}
