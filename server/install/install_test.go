package install

import (
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"image/color"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"buxun/server/cert"

	"github.com/boombuler/barcode/qr"
)

const (
	iPhone  = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
	android = "Mozilla/5.0 (Linux; Android 14; 23127PN0CC) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36"
	harmony = "Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1 Mobile"
	emui    = "Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.5735.196 HuaweiBrowser/15.0.4.312 Mobile Safari/537.36"
	wechat  = android + " MicroMessenger/8.0.50"
	windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// local is a guide of a server with a local authority.
func local(t *testing.T) (Guide, cert.Authority) {
	t.Helper()
	kept, err := cert.Keep(t.TempDir(), cert.Wish{Names: []string{"centre.lan", "192.168.7.9"}}, time.Now())
	must(t, err)
	return Guide{
		Authority: func() (cert.Authority, error) { return kept.Authority, nil },
		Site:      func(string) string { return "https://192.168.7.9:8443" },
		Pages: func(string) []string {
			return []string{"http://192.168.7.9:8081/install", "http://centre.lan:8081/install"}
		},
		English: func(header string) bool { return strings.HasPrefix(header, "en") },
		Log:     slog.New(slog.DiscardHandler),
	}, kept.Authority
}

func pagesOf(t *testing.T, guide Guide) http.Handler {
	t.Helper()
	pages, err := New(guide)
	must(t, err)
	return pages
}

func ask(handler http.Handler, method, target, agent, language string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, target, nil)
	request.Header.Set("User-Agent", agent)
	request.Header.Set("Accept-Language", language)
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	return answer
}

func TestEachPhoneReadsItsOwnStepsInItsOwnLanguage(t *testing.T) {
	guide, authority := local(t)
	pages := pagesOf(t, guide)
	name := authority.Certificate.Subject.CommonName
	for _, row := range []struct {
		name, target, agent, language string
		says, silent                  []string
	}{
		{"an iPhone", "/install", iPhone, "zh-CN", []string{`lang="zh-CN"`, "证书信任设置", name, "添加到主屏幕", "buxun.mobileconfig", "https://192.168.7.9:8443"}, []string{"buxun-ca.crt\"", "微信里装不了", "code.svg"}},
		{"an iPhone in English", "/install", iPhone, "en-GB,en;q=0.9", []string{`lang="en"`, "Certificate Trust Settings", "Add to Home Screen"}, []string{"证书信任设置"}},
		{"an Android", "/install", android, "zh-CN", []string{"WLAN 证书", "小米", `href="/install/buxun-ca.crt"`}, []string{"mobileconfig", "描述文件"}},
		{"a Huawei with Android's menus", "/install", emui, "zh-CN", []string{"华为、荣耀"}, nil},
		{"a HarmonyOS phone", "/install", harmony, "zh-CN", []string{"添加到桌面", "证书与凭据"}, []string{"小米"}},
		{"inside WeChat", "/install", wechat, "zh-CN", []string{"微信里装不了", `role="alert"`}, nil},
		{"a desk shows the code for the phones", "/install", windows, "zh-CN", []string{"受信任的根证书颁发机构", `src="/install/code.svg?of=http%3a%2f%2f192.168.7.9%3a8081%2finstall"`, "http://centre.lan:8081/install"}, nil},
		{"whoever picks another kind", "/install?kind=iphone&lang=en", windows, "zh-CN", []string{"Profile Downloaded", `href="/install?kind=iphone&amp;lang=zh-CN"`}, []string{"Trusted Root"}},
		{"nonsense", "/install?kind=<x>&lang=<x>", "curl", "tlh", []string{`lang="zh-CN"`, "Windows 电脑"}, []string{"<x>"}},
	} {
		answer := ask(pages, "GET", row.target, row.agent, row.language)
		page := answer.Body.String()
		if answer.Code != 200 || answer.Header().Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %d %v", row.name, answer.Code, answer.Header())
		}
		for _, words := range row.says {
			if !strings.Contains(page, words) {
				t.Errorf("%s: does not say %q\n%s", row.name, words, page)
			}
		}
		for _, words := range row.silent {
			if strings.Contains(page, words) {
				t.Errorf("%s: says %q", row.name, words)
			}
		}
		if strings.ContainsAny(page, "{}") || strings.Contains(page, "style=") || strings.Contains(page, "<script") {
			t.Errorf("%s: a hole, an inline style or a script is left in the page", row.name)
		}
	}
}

func TestAServerThatEveryPhoneTrustsAsksForNoCertificate(t *testing.T) {
	guide, _ := local(t)
	guide.Authority = nil
	page := ask(pagesOf(t, guide), "GET", "/install", iPhone, "zh-CN").Body.String()
	if !strings.Contains(page, "添加到主屏幕") || strings.Contains(page, "证书") {
		t.Error(page)
	}
	if answer := ask(pagesOf(t, guide), "GET", "/install/buxun-ca.crt", iPhone, "zh-CN"); answer.Code != 404 {
		t.Errorf("a certificate of nobody: %d", answer.Code)
	}
	guide.Site = func(string) string { return "" }
	page = ask(pagesOf(t, guide), "GET", "/install", iPhone, "en").Body.String()
	if !strings.Contains(page, "no HTTPS yet") || strings.Contains(page, "Add to Home Screen") {
		t.Errorf("without HTTPS: %s", page)
	}
}

func TestThePageTriesTheTrustOnlyWithoutHTTPS(t *testing.T) {
	guide, _ := local(t)
	pages := pagesOf(t, guide)
	if page := ask(pages, "GET", "/install", iPhone, "zh").Body.String(); !strings.Contains(page, `src="https://192.168.7.9:8443/install/trusted.svg?lang=zh-CN"`) {
		t.Error(page)
	}
	request := httptest.NewRequest("GET", "/install", nil)
	request.TLS = &tls.ConnectionState{}
	answer := httptest.NewRecorder()
	pages.ServeHTTP(answer, request)
	if strings.Contains(answer.Body.String(), "trusted.svg") {
		t.Error("over HTTPS there is nothing to try")
	}
	picture := ask(pages, "GET", "/install/trusted.svg?lang=en", iPhone, "zh")
	if picture.Header().Get("Cross-Origin-Resource-Policy") != "cross-origin" || !strings.Contains(picture.Body.String(), "this server is trusted here") {
		t.Errorf("%v %s", picture.Header(), picture.Body)
	}
}

func TestAPhoneGetsWhatItInstalls(t *testing.T) {
	guide, authority := local(t)
	pages := pagesOf(t, guide)
	file := ask(pages, "GET", "/install/buxun-ca.crt", android, "zh")
	if file.Header().Get("Content-Type") != "application/x-x509-ca-cert" || !bytes.Equal(file.Body.Bytes(), authority.Certificate.Raw) {
		t.Errorf("%v, %d bytes", file.Header(), file.Body.Len())
	}
	if got := file.Header().Get("Content-Disposition"); got != `attachment; filename="buxun-ca.crt"` {
		t.Error(got)
	}
	profile := ask(pages, "GET", "/install/buxun.mobileconfig", iPhone, "zh")
	if profile.Header().Get("Content-Type") != "application/x-apple-aspen-config" {
		t.Errorf("%v", profile.Header())
	}
	list := propertyList(t, profile.Body.Bytes())
	for _, want := range []string{"PayloadType=Configuration", "PayloadType=com.apple.security.root", "PayloadVersion=1",
		"PayloadDisplayName=" + authority.Certificate.Subject.CommonName, "PayloadContent=" + base64.StdEncoding.EncodeToString(authority.Certificate.Raw)} {
		if !strings.Contains(list, want) {
			t.Errorf("the profile has no %s\n%s", want, list)
		}
	}
	again := ask(pages, "GET", "/install/buxun.mobileconfig", iPhone, "zh")
	if !bytes.Equal(profile.Body.Bytes(), again.Body.Bytes()) {
		t.Error("a second profile would stand beside the first on the phone")
	}
	ids := regexp.MustCompile(`PayloadUUID=(\S+)`).FindAllStringSubmatch(list, -1)
	if len(ids) != 2 || ids[0][1] == ids[1][1] {
		t.Errorf("identities %v", ids)
	}
	guide.Authority = func() (cert.Authority, error) { return cert.Authority{}, errors.New("the file is gone") }
	if answer := ask(pagesOf(t, guide), "GET", "/install", iPhone, "zh"); answer.Code != 500 {
		t.Errorf("without its file: %d", answer.Code)
	}
}

// propertyList reads keys and the values behind them, and fails for what is no XML.
func propertyList(t *testing.T, text []byte) string {
	t.Helper()
	var out strings.Builder
	decoder, key := xml.NewDecoder(bytes.NewReader(text)), ""
	for {
		token, err := decoder.Token()
		if token == nil {
			break
		}
		must(t, err)
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "key":
			must(t, decoder.DecodeElement(&key, &start))
		case "string", "integer", "data":
			var value string
			must(t, decoder.DecodeElement(&value, &start))
			out.WriteString(key + "=" + value + "\n")
		}
	}
	return out.String()
}

func TestWithoutHTTPSThereIsThePageAndNothingElse(t *testing.T) {
	guide, _ := local(t)
	public := guide
	public.Authority = nil
	plain, toDomain := Plain(pagesOf(t, guide), guide), Plain(pagesOf(t, public), public)
	for _, row := range []struct {
		name           string
		handler        http.Handler
		method, target string
		code           int
		to             string
	}{
		{"the page", plain, "GET", "/install", 200, ""},
		{"the certificate", plain, "GET", "/install/buxun-ca.crt", 200, ""},
		{"its style", plain, "GET", "/install/style.css", 200, ""},
		{"no way out of it", plain, "GET", "/install/../data", 404, ""},
		{"no file of the page", plain, "GET", "/install/ca-key.pem", 404, ""},
		{"the address typed by hand", plain, "GET", "/", 302, "/install"},
		{"the app", plain, "GET", "/cases/1?x=2", 302, "https://192.168.7.9:8443/cases/1?x=2"},
		{"the API", plain, "GET", "/api/session", 302, "https://192.168.7.9:8443/api/session"},
		{"another site behind two slashes", plain, "GET", "//evil.example/x", 302, "https://192.168.7.9:8443/evil.example/x"},
		{"signing in", plain, "POST", "/api/session", 405, ""},
		{"writing to the page", plain, "POST", "/install", 405, ""},
		{"the domain's front page", toDomain, "GET", "/", 302, "https://192.168.7.9:8443/"},
	} {
		answer := ask(row.handler, row.method, "http://192.168.7.9:8081"+row.target, android, "zh")
		if answer.Code != row.code || answer.Header().Get("Location") != row.to {
			t.Errorf("%s: %d to %q, want %d to %q", row.name, answer.Code, answer.Header().Get("Location"), row.code, row.to)
		}
		if answer.Header().Get("Set-Cookie") != "" || answer.Header().Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: %v", row.name, answer.Header())
		}
		if policy := answer.Header().Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; ") {
			t.Errorf("%s: %q", row.name, policy)
		}
	}
}

func TestCodesAreDrawnAsTheyAre(t *testing.T) {
	guide, _ := local(t)
	pages := pagesOf(t, guide)
	text := guide.Pages("")[0]
	made, err := qr.Encode(text, qr.M, qr.Auto)
	must(t, err)
	c, err := newCode(text)
	must(t, err)
	side := made.Bounds().Dx() + 2*quiet
	if len(c) != side {
		t.Fatalf("%d rows, want %d", len(c), side)
	}
	var terminal bytes.Buffer
	must(t, PrintCode(&terminal, false, text))
	lines := strings.Split(strings.TrimRight(terminal.String(), "\n"), "\n")
	svg := ask(pages, "GET", "/install/code.svg?of="+text, windows, "zh").Body.String()
	for y := range side {
		for x := range side {
			dark := false
			if x >= quiet && y >= quiet && x < side-quiet && y < side-quiet {
				dark = color.GrayModel.Convert(made.At(x-quiet, y-quiet)).(color.Gray).Y < 128
			}
			if drawn := strings.Contains(svg, fmt.Sprintf("M%d %dh1v1h-1z", x, y)); drawn != dark {
				t.Fatalf("svg at %d,%d: %v", x, y, drawn)
			}
			if drawn := halfDark([]rune(lines[y/2])[2+x], y%2); drawn != dark {
				t.Fatalf("terminal at %d,%d: %v", x, y, drawn)
			}
		}
	}
	if answer := ask(pages, "GET", "/install/code.svg?of=https://evil.example", windows, "zh"); answer.Code != 404 {
		t.Errorf("a code for a stranger's address: %d", answer.Code)
	}
	var coloured bytes.Buffer
	must(t, PrintCode(&coloured, true, text))
	if !strings.Contains(coloured.String(), "\x1b[97;40m") || strings.Contains(terminal.String(), "\x1b") {
		t.Error("colours belong on terminals only")
	}
}

// halfDark reads one half of a block: the blocks are the light parts.
func halfDark(block rune, half int) bool {
	return block == ' ' || block == '▄' && half == 0 || block == '▀' && half == 1
}

func TestBothLanguagesSayEverything(t *testing.T) {
	list, err := readWords()
	must(t, err)
	zh, en := reflect.ValueOf(list[0]), reflect.ValueOf(list[1])
	for i := range zh.NumField() {
		name := zh.Type().Field(i).Name
		if zh.Field(i).Kind() == reflect.String && (zh.Field(i).String() == "" || en.Field(i).String() == "") {
			t.Errorf("%s is empty", name)
		}
	}
	if len(list[0].Kinds) != 5 || len(list[1].Kinds) != 5 {
		t.Fatalf("%d and %d kinds", len(list[0].Kinds), len(list[1].Kinds))
	}
	for i, a := range list[0].Kinds {
		b := list[1].Kinds[i]
		if a.Key != b.Key || a.Desk != b.Desk || a.Name == "" || b.Name == "" || len(a.Trust) != len(b.Trust) || len(a.Home) != len(b.Home) || len(a.Places) != len(b.Places) {
			t.Errorf("%s and %s do not say the same", a.Key, b.Key)
		}
		if !strings.Contains(strings.Join(a.Home, ""), "{site}") || !strings.Contains(strings.Join(b.Home, ""), "{site}") {
			t.Errorf("%s: the address is missing", a.Key)
		}
	}
}

func TestTheTerminalTellsEveryKindInBothLanguages(t *testing.T) {
	_, authority := local(t)
	var out bytes.Buffer
	must(t, Print(&out, false, authority, "http://192.168.7.9:8081/install", "https://192.168.7.9:8443"))
	for _, words := range []string{"苹果手机", "安卓手机", "鸿蒙手机", "Windows 电脑", "HarmonyOS phone", "Certificate Trust Settings", "http://192.168.7.9:8081/install", authority.Certificate.Subject.CommonName, "█"} {
		if !strings.Contains(out.String(), words) {
			t.Errorf("does not say %q", words)
		}
	}
	if strings.ContainsAny(out.String(), "{}") {
		t.Error("a hole is left")
	}
	if zh, en := strings.Index(out.String(), "把步巡装到手机上"), strings.Index(out.String(), "Put Buxun on your phone"); zh < 0 || en < zh {
		t.Error("Chinese comes first")
	}
}
