package office

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"buxun/server/notice"
	"buxun/server/roster"
	"buxun/server/sqlite"
	"buxun/shared"
)

const maxHookName = 40 // runes

// Webhooks lists the webhooks that match, by name. Nobody is shown a secret, nor of an address more than its host: a robot's holds its key.
func (o *Office) Webhooks(ctx context.Context, q Query) ([]sqlite.WebhookKept, error) {
	hooks, err := o.Store.WebhooksKept(ctx)
	return narrowed(hooks, q, func(h sqlite.WebhookKept) bool { return in(q.Text, h.Name, h.Format, HostOf(h.URL)) }, map[string]func(sqlite.WebhookKept) string{
		"name":    func(h sqlite.WebhookKept) string { return h.Name },
		"format":  func(h sqlite.WebhookKept) string { return h.Format },
		"waiting": func(h sqlite.WebhookKept) string { return figure(h.Waiting) },
		"last":    func(h sqlite.WebhookKept) string { return figure(h.LastAt) },
	}), err
}

// HostOf is what of an address may be shown.
func HostOf(address string) string {
	to, err := url.Parse(address)
	if err != nil {
		return "?"
	}
	return to.Scheme + "://" + to.Host
}

// FreshSecret makes a secret by which messages are signed.
func FreshSecret() string {
	random := make([]byte, 24)
	_, _ = rand.Read(random) // never errs
	return hex.EncodeToString(random)
}

// AddWebhook adds a webhook of the fields name, url, format, events (parted by commas), words and secret; our own format's secret is
// made where none is given, and is told this once.
func (o *Office) AddWebhook(ctx context.Context, fields map[string]string) (kept sqlite.WebhookKept, secret string, err error) {
	h := sqlite.Webhook{Format: fields["format"]}
	if h, secret, err = hookOf(h, fields); err != nil {
		return kept, "", err
	}
	if err := o.Store.AddWebhook(ctx, h); err != nil {
		return kept, "", err
	}
	kept, err = o.webhook(ctx, func(one sqlite.Webhook) bool { return one.Name == h.Name })
	return kept, secret, err
}

// EditWebhook changes the webhook that was seen at a revision; what is not said stays, address and secret too. renew makes a new secret,
// which is told this once.
func (o *Office) EditWebhook(ctx context.Context, id, seen int64, fields map[string]string) (kept sqlite.WebhookKept, secret string, err error) {
	same := func(one sqlite.Webhook) bool { return one.ID == id }
	if kept, err = o.webhook(ctx, same); err != nil {
		return kept, "", err
	}
	said := map[string]string{"name": kept.Name, "events": strings.Join(kept.Events, ","), "words": flag(kept.Words), "paused": flag(kept.Paused)}
	for name, value := range fields {
		said[name] = value
	}
	h, secret, err := hookOf(kept.Webhook, said)
	if err != nil {
		return kept, "", err
	}
	if err := o.Store.EditWebhook(ctx, h, seen); err != nil {
		return kept, "", err
	}
	kept, err = o.webhook(ctx, same)
	return kept, secret, err
}

func (o *Office) webhook(ctx context.Context, is func(sqlite.Webhook) bool) (sqlite.WebhookKept, error) {
	hooks, err := o.Store.WebhooksKept(ctx)
	for _, h := range hooks {
		if is(h.Webhook) {
			return h, err
		}
	}
	if err == nil {
		err = shared.Fail("request.notFound", "no such webhook")
	}
	return sqlite.WebhookKept{}, err
}

// hookOf writes the fields of a form over a webhook, and gives the secret that is to be told.
func hookOf(h sqlite.Webhook, fields map[string]string) (sqlite.Webhook, string, error) {
	var wrongs roster.Wrongs
	wrong := func(field, zh, en string) { wrongs = append(wrongs, roster.Wrong{Field: field, Zh: zh, En: en}) }
	h.Name, h.Words, h.Paused, h.Events = strings.TrimSpace(fields["name"]), fields["words"] == "1", fields["paused"] == "1", nil
	for event := range strings.SplitSeq(fields["events"], ",") {
		if event != "" {
			h.Events = append(h.Events, event)
		}
	}
	if address := strings.TrimSpace(fields["url"]); address != "" {
		h.URL = address
	}
	if secret := strings.TrimSpace(fields["secret"]); secret != "" {
		h.Secret = secret
	}
	told := ""
	if h.Format == notice.FormatJSON && (h.Secret == "" || fields["renew"] == "1") {
		h.Secret = FreshSecret()
		told = h.Secret
	}
	if h.Name == "" || utf8.RuneCountInString(h.Name) > maxHookName || strings.ContainsFunc(h.Name, func(r rune) bool { return r < ' ' }) {
		wrong("name", "写一个名字，最多 40 个字", "write a name of at most 40 characters")
	}
	to, err := url.Parse(h.URL)
	switch {
	case err != nil || to.Host == "" || to.Scheme != "https" && to.Scheme != "http":
		wrong("url", "写完整的网址，以 https:// 开头", "write the whole address, beginning with https://")
	case h.Format != notice.FormatJSON && to.Scheme != "https":
		wrong("url", "群机器人的网址以 https:// 开头", "a robot's address begins with https://")
	}
	if len(h.Events) == 0 {
		wrong("events", "至少选一种事", "choose at least one kind of event")
	}
	if h.Format == notice.FormatJSON && len(h.Secret) < 16 {
		wrong("secret", "密钥至少 16 个字符，留空就由中心生成", "a secret has 16 characters or more; empty lets the centre make one")
	}
	if err := wrongs.OrNil(); err != nil {
		return h, "", err
	}
	if err := notice.Check(h); err != nil {
		return h, "", shared.Fail("request.malformed", err.Error())
	}
	return h, told, nil
}

func flag(set bool) string {
	if set {
		return "1"
	}
	return ""
}

// TestWebhook sends a made-up message and says the status of the answer and what was wrong, in the machine's words.
func (o *Office) TestWebhook(ctx context.Context, id int64) (status int, fault string, err error) {
	kept, err := o.webhook(ctx, func(one sqlite.Webhook) bool { return one.ID == id })
	if err != nil {
		return 0, "", err
	}
	client := o.Hooks
	if client == nil {
		client = notice.NewClient(false)
	}
	status, failed := notice.Test(ctx, client, kept.Webhook, time.Now())
	if failed != nil {
		fault = failed.Error()
	}
	return status, fault, nil
}
