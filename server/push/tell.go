package push

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"buxun/server/sqlite"
	"buxun/shared"

	webpush "github.com/SherClockHolmes/webpush-go"
)

// Message is what the service worker shows: what happened and to which case, nobody's name, place or words.
type Message struct {
	Title string `json:"title"`
	Body  string `json:"body"`
	URL   string `json:"url"` // path on this server that a tap opens
	Tag   string `json:"tag"` // a later one of the same tag takes its place
}

// usualLife is how long a push service keeps what a device that is off has not fetched.
const usualLife = 12 * time.Hour

// telling is one message on its way with what it tells of.
type telling struct {
	Message
	of     []sqlite.Pushed
	urgent bool
	life   time.Duration
}

// tellOne tells one device what is due for it.
func (p *Pushes) tellOne(ctx context.Context, l listener, due []sqlite.Pushed) error {
	now := p.pace.Now().UnixMilli()
	var done, later []sqlite.Pushed
	var single, held []telling
	for _, d := range due {
		one, until, err := p.word(ctx, l, d, now)
		switch {
		case err != nil:
			return err
		case one == nil:
			done = append(done, d) // it is not so any more, or not wanted
		case until != 0:
			d.Next, d.Held = until, true
			later = append(later, d)
		case d.Held:
			held = append(held, *one)
		default:
			single = append(single, *one)
		}
	}
	if len(held) > 1 {
		held = []telling{summary(held, l.Language)}
	}
	all := slices.Concat(held, single)
	for i, one := range all {
		status, wait, err := p.send(ctx, l.PushDevice, one)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if status == http.StatusNotFound || status == http.StatusGone {
			return p.Store.DropPushEndpoint(ctx, l.ID)
		}
		if err == nil {
			done = append(done, one.of...)
			continue
		}
		p.pace.Log.Info("a push was not taken", "status", status, "error", err)
		if !mayYet(status) {
			done = append(done, one.of...)
			continue
		}
		// What is behind it waits with it: each would wait in vain as long, and everybody else's devices with it.
		for _, one := range all[i:] {
			for _, d := range one.of {
				if now-d.At > giveUp.Milliseconds() {
					done = append(done, d)
					continue
				}
				d.Next = now + max(wait, p.pace.Wait(firstWait, lastWait, d.Attempts)).Milliseconds()
				d.Attempts++
				later = append(later, d)
			}
		}
		break
	}
	return p.Store.SettlePush(ctx, done, later)
}

// mayYet says whether a push service may take later what it did not take now.
func mayYet(status int) bool {
	return status == 0 || status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout
}

// word says what waits in the listener's language; nil where it needs no telling any more, until where quiet hours began meanwhile.
func (p *Pushes) word(ctx context.Context, l listener, d sqlite.Pushed, now int64) (one *telling, until int64, err error) {
	c, known, err := p.Store.Case(ctx, l.Reader(), d.Case)
	if err != nil || !known {
		return nil, 0, err
	}
	i := slices.IndexFunc(shared.TellingRows(), func(r shared.TellingRow) bool { return r.Kind == d.Kind && r.Role == l.Standing.Role })
	if i < 0 || !l.Telling.Wants(shared.TellingRows()[i], shared.TellPush) || !shared.StillSo(c, d.Kind, now, l.Person, l.Standing) {
		return nil, 0, nil
	}
	row := shared.TellingRows()[i]
	one = &telling{Message: Message{row.Zh, c.Short, "/cases/" + c.ID, c.ID + " " + string(row.Kind)}, of: []sqlite.Pushed{d}, urgent: row.Urgent, life: usualLife}
	if l.Language == "en" {
		one.Title = row.En
	}
	if c.Number != "" {
		one.Body = c.Number
	}
	if d.Kind == shared.TellSoon {
		one.life = time.Duration(d.Number-now) * time.Millisecond
	}
	return one, l.Telling.HeldUntil(row, now), nil
}

// summary is one message for what was held in quiet hours.
func summary(held []telling, language string) telling {
	all := telling{life: usualLife}
	counts := map[string]int{}
	var titles []string
	for _, one := range held {
		if counts[one.Title]++; counts[one.Title] == 1 {
			titles = append(titles, one.Title)
		}
		all.of = append(all.of, one.of...)
		all.urgent = all.urgent || one.urgent
	}
	for i, title := range titles {
		titles[i] = title + " " + strconv.Itoa(counts[title])
	}
	all.Message = Message{fmt.Sprintf("不打扰的时候有 %d 件事", len(held)), strings.Join(titles, "；"), "/cases", "summary"}
	if language == "en" {
		all.Title, all.Body = fmt.Sprintf("%d things during quiet hours", len(held)), strings.Join(titles, "; ")
	}
	return all
}

// send gives one message to the device's push service, and says its status, and how long it wants to be left in peace.
func (p *Pushes) send(ctx context.Context, d sqlite.PushDevice, one telling) (status int, wait time.Duration, err error) {
	text, err := json.Marshal(one.Message)
	if err != nil {
		return http.StatusBadRequest, 0, err
	}
	urgency := webpush.UrgencyNormal
	if one.urgent {
		urgency = webpush.UrgencyHigh
	}
	topic := sha256.Sum256([]byte(one.Tag))
	answer, err := webpush.SendNotificationWithContext(ctx, text, &webpush.Subscription{Endpoint: d.Endpoint, Keys: webpush.Keys{P256dh: d.P256dh, Auth: d.Auth}}, &webpush.Options{
		HTTPClient: p.Client, Subscriber: p.Contact, VAPIDPublicKey: p.Key.Public, VAPIDPrivateKey: p.Key.private, TTL: max(1, int(one.life/time.Second)), Urgency: urgency,
		RecordSize: 1024, // small, and all of one length: what it says does not show in it
		Topic:      base64.RawURLEncoding.EncodeToString(topic[:24]),
	})
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err // without the endpoint, which is as good as a key
		}
		return 0, 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 16<<10))
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		seconds, _ := strconv.Atoi(answer.Header.Get("Retry-After"))
		return answer.StatusCode, min(lastWait, time.Duration(max(0, seconds))*time.Second), fmt.Errorf("the answer is %d", answer.StatusCode)
	}
	return answer.StatusCode, 0, nil
}
