package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"buxun/server/notice"
	"buxun/server/office"
	"buxun/server/sqlite"
	"buxun/shared"
)

// attemptsShown is how many attempts "webhooks log" shows.
const attemptsShown = 50

// addWebhook registers an address. A secret of its own is made for our format and printed once; a robot's comes from the robot.
func addWebhook(ctx context.Context, c *centre, words []string, o *options, t terminal) error {
	h := sqlite.Webhook{Name: words[0], URL: words[1], Format: o.format, Words: o.words, Events: notice.Events()}
	if h.Format == "" {
		h.Format = notice.FormatJSON
	}
	if o.events != "" {
		h.Events = strings.Split(o.events, ",")
	}
	if o.secretStdin {
		text, err := io.ReadAll(io.LimitReader(t.in, 4<<10))
		if err != nil {
			return fmt.Errorf("read the secret: %w", err)
		}
		h.Secret = strings.TrimRight(string(text), "\r\n")
	}
	made := h.Format == notice.FormatJSON && !o.secretStdin
	if made {
		h.Secret = office.FreshSecret()
	}
	if err := notice.Check(h); err != nil {
		return err
	}
	if err := c.store.AddWebhook(ctx, h); err != nil {
		return err
	}
	if made {
		fmt.Fprintf(t.out, "密钥（只显示这一次） / secret (shown this once): %s\n", h.Secret)
	}
	return nil
}

func removeWebhook(ctx context.Context, c *centre, words []string, _ *options, _ terminal) error {
	return c.store.RemoveWebhook(ctx, words[0])
}

func listWebhooks(ctx context.Context, c *centre, _ []string, _ *options, t terminal) error {
	hooks, err := c.store.Webhooks(ctx)
	if err != nil {
		return err
	}
	for _, h := range hooks {
		waiting, err := c.store.WaitingTold(ctx, h.ID)
		if err != nil {
			return err
		}
		fmt.Fprintf(t.out, "%s\t%s\t%s\t%s\twaiting=%d\twords=%t\n", h.Name, h.Format, office.HostOf(h.URL), strings.Join(h.Events, ","), waiting, h.Words)
	}
	return nil
}

func webhookNamed(ctx context.Context, c *centre, name string) (sqlite.Webhook, error) {
	hooks, err := c.store.Webhooks(ctx)
	for _, h := range hooks {
		if h.Name == name {
			return h, err
		}
	}
	if err == nil {
		err = shared.Fail("request.notFound", "no webhook "+name)
	}
	return sqlite.Webhook{}, err
}

func showWebhookLog(ctx context.Context, c *centre, words []string, _ *options, t terminal) error {
	h, err := webhookNamed(ctx, c, words[0])
	if err != nil {
		return err
	}
	attempts, err := c.store.Attempts(ctx, h.ID, attemptsShown)
	for _, a := range attempts {
		outcome := a.Fault
		switch {
		case a.Dropped > 0:
			outcome = fmt.Sprintf("%d events %s", a.Dropped, outcome)
		case outcome == "":
			outcome = "delivered"
		}
		fmt.Fprintf(t.out, "%s\t%s\t%s\tattempt %d\t%d\t%d ms\t%s\n", time.UnixMilli(a.Began).Format(time.RFC3339), a.Event, a.EventID, a.Attempts, a.Status, a.Took, outcome)
	}
	return err
}

func testWebhook(ctx context.Context, c *centre, words []string, o *options, t terminal) error {
	h, err := webhookNamed(ctx, c, words[0])
	if err != nil {
		return err
	}
	status, err := notice.Test(ctx, notice.NewClient(o.private), h, time.Now())
	if err != nil {
		return fmt.Errorf("the test did not arrive (status %d): %w", status, err)
	}
	fmt.Fprintf(t.out, "已送达 / delivered: %d\n", status)
	return nil
}
