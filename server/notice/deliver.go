package notice

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"buxun/server/sqlite"
)

// Formats of a webhook's messages.
const (
	FormatJSON     = "json"
	FormatWeCom    = "wecom"    // 企业微信群机器人
	FormatDingTalk = "dingtalk" // 钉钉群机器人
)

// Headers of a message in our own format.
const (
	headerID        = "Buxun-Event-Id"
	headerTimestamp = "Buxun-Timestamp"
	headerSignature = "Buxun-Signature"
)

// most is how long a delivery may take, and how much of an answer is read.
const (
	mostTime   = 10 * time.Second
	mostAnswer = 16 << 10
)

var errPrivate = errors.New("the address is private, and the server was not started with --webhooks-private")

// NewClient delivers to public addresses only, unless private ones are allowed: the address is looked at when it is dialled, after
// the name was looked up, so that no name can lead into the house. It follows no redirects and uses no proxy.
func NewClient(private bool) *http.Client {
	dialer := &net.Dialer{Timeout: mostTime}
	if !private {
		dialer.Control = func(_, address string, _ syscall.RawConn) error {
			if to, err := netip.ParseAddrPort(address); err != nil || !public(to.Addr()) {
				return errPrivate
			}
			return nil
		}
	}
	return &http.Client{
		Timeout:       mostTime,
		Transport:     &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: mostTime, MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// reserved are ranges that are nobody's public address, besides those that netip knows.
var reserved = func() (list []netip.Prefix) {
	for _, text := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16",
	} {
		list = append(list, netip.MustParsePrefix(text))
	}
	return list
}()

func public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, prefix := range reserved {
		if prefix.Contains(a) {
			return false
		}
	}
	return true
}

// Check says what is wrong with a webhook that somebody wants to register, or nil.
func Check(h sqlite.Webhook) error {
	to, err := url.Parse(h.URL)
	switch {
	case err != nil || to.Host == "" || to.Scheme != "https" && to.Scheme != "http":
		return errors.New("the URL is no address of HTTP or HTTPS")
	case h.Format != FormatJSON && h.Format != FormatWeCom && h.Format != FormatDingTalk:
		return fmt.Errorf("the format is %s, %s or %s", FormatJSON, FormatWeCom, FormatDingTalk)
	case h.Format != FormatJSON && to.Scheme != "https":
		return errors.New("a robot's address is one of HTTPS")
	case h.Format == FormatJSON && len(h.Secret) < 16:
		return errors.New("the secret has 16 characters or more")
	}
	for _, event := range h.Events {
		if !slices.Contains(Events(), event) {
			return fmt.Errorf("there is no event %q; there are %s", event, strings.Join(Events(), ", "))
		}
	}
	return nil
}

// Sign is the signature of a message: HMAC-SHA256 by the webhook's secret over the timestamp, a dot and the body.
func Sign(secret, timestamp string, body []byte) string {
	sum := hmac.New(sha256.New, []byte(secret))
	sum.Write([]byte(timestamp + "."))
	sum.Write(body)
	return "sha256=" + hex.EncodeToString(sum.Sum(nil))
}

// request is the message as the webhook's format wants it.
func request(ctx context.Context, h sqlite.Webhook, m Message, now time.Time) (*http.Request, error) {
	var content any = m
	to := h.URL
	switch h.Format {
	case FormatWeCom:
		content = map[string]any{"msgtype": "markdown", "markdown": map[string]string{"content": m.markdown()}}
	case FormatDingTalk:
		content = map[string]any{"msgtype": "markdown", "markdown": map[string]string{"title": "步巡 " + titleOf(m.Event), "text": m.markdown()}}
		if h.Secret != "" {
			to = dingTalkSigned(to, h.Secret, now)
		}
	}
	body, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("User-Agent", "buxun")
	if h.Format == FormatJSON {
		timestamp := strconv.FormatInt(now.Unix(), 10)
		r.Header.Set(headerID, m.ID)
		r.Header.Set(headerTimestamp, timestamp)
		r.Header.Set(headerSignature, Sign(h.Secret, timestamp, body))
	}
	return r, nil
}

// dingTalkSigned adds what DingTalk's robots ask for: the time, and its HMAC-SHA256 with the secret, by the secret.
func dingTalkSigned(to, secret string, now time.Time) string {
	timestamp := strconv.FormatInt(now.UnixMilli(), 10)
	sum := hmac.New(sha256.New, []byte(secret))
	sum.Write([]byte(timestamp + "\n" + secret))
	parted := "?"
	if strings.Contains(to, "?") {
		parted = "&"
	}
	return to + parted + "timestamp=" + timestamp + "&sign=" + url.QueryEscape(base64.StdEncoding.EncodeToString(sum.Sum(nil)))
}

// Send delivers one message and says the status of the answer; the error's words hold neither address nor secret.
func Send(ctx context.Context, client *http.Client, h sqlite.Webhook, m Message, now time.Time) (status int, err error) {
	r, err := request(ctx, h, m, now)
	if err != nil {
		return 0, errors.New("the message cannot be made")
	}
	answer, err := client.Do(r)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err // without the URL, which may hold a robot's key
		}
		return 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, mostAnswer))
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return answer.StatusCode, fmt.Errorf("the answer is %d", answer.StatusCode)
	}
	if err != nil || h.Format == FormatJSON {
		return answer.StatusCode, err
	}
	// Robots answer 200 to what they refuse.
	var said struct {
		Code *int   `json:"errcode"`
		Text string `json:"errmsg"`
	}
	if err := json.Unmarshal(text, &said); err != nil || said.Code == nil {
		return answer.StatusCode, errors.New("the robot's answer cannot be read")
	}
	if *said.Code != 0 {
		return answer.StatusCode, fmt.Errorf("the robot says %d %.100s", *said.Code, said.Text)
	}
	return answer.StatusCode, nil
}

// Test sends a made-up message, as the command line asks.
func Test(ctx context.Context, client *http.Client, h sqlite.Webhook, now time.Time) (int, error) {
	return Send(ctx, client, h, Message{ID: fmt.Sprintf("%032x", now.UnixNano()), Event: testEvent, At: now.UnixMilli(), Case: Subject{Short: "TEST", State: "filed"}}, now)
}
