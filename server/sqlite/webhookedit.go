package sqlite

import (
	"context"
	"fmt"
	"strings"

	"buxun/shared"
)

// WebhookKept is a webhook with what waits for it and how its last delivery went.
type WebhookKept struct {
	Webhook
	Waiting   int64
	LastAt    int64 // server's clock; 0 where nothing was delivered yet
	LastFault string
}

// WebhooksKept lists all webhooks by name, as administrators see them.
func (s *Store) WebhooksKept(ctx context.Context) ([]WebhookKept, error) {
	hooks, err := s.Webhooks(ctx)
	if err != nil {
		return nil, err
	}
	kept := make([]WebhookKept, len(hooks))
	for i, h := range hooks {
		kept[i].Webhook = h
		if kept[i].Waiting, err = s.WaitingTold(ctx, h.ID); err != nil {
			return nil, err
		}
		last, err := s.Attempts(ctx, h.ID, 1)
		if err != nil {
			return nil, err
		}
		if len(last) > 0 {
			kept[i].LastAt, kept[i].LastFault = last[0].Began, last[0].Fault
		}
	}
	return kept, nil
}

// EditWebhook writes a webhook over the one that its ID names, which was seen at a revision. The faults are request.notFound,
// row.changed and name.taken.
func (s *Store) EditWebhook(ctx context.Context, h Webhook, seen int64) error {
	err := s.write(ctx, func(ctx context.Context, w *writer) error {
		if err := w.seenWebhook(ctx, h.ID, seen); err != nil {
			return err
		}
		var taken bool
		if err := w.conn.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM webhooks WHERE name = ? AND id <> ?)`, h.Name, h.ID).Scan(&taken); err != nil {
			return err
		}
		if taken {
			return shared.Fail("name.taken", h.Name)
		}
		err := w.exec(ctx, `UPDATE webhooks SET name = ?, url = ?, secret = ?, events = ?, words = ?, paused = ?, revision = revision + 1 WHERE id = ?`,
			h.Name, h.URL, h.Secret, strings.Join(h.Events, ","), h.Words, h.Paused, h.ID)
		if err != nil {
			return err
		}
		// What the address did not take it may take now.
		if err := w.exec(ctx, `UPDATE webhook_outbox SET next_at = 0 WHERE webhook = ?`, h.ID); err != nil {
			return err
		}
		return w.audit(ctx, s.now(), "webhook:"+h.Name, "put", fmt.Sprintf("events=%s words=%t paused=%t", strings.Join(h.Events, ","), h.Words, h.Paused))
	})
	if err != nil {
		return fmt.Errorf("edit webhook %d: %w", h.ID, err)
	}
	return nil
}

// DropWebhook ends the webhook that was seen at a revision, with all that waits for it.
func (s *Store) DropWebhook(ctx context.Context, id, seen int64) error {
	err := s.write(ctx, func(ctx context.Context, w *writer) error {
		if err := w.seenWebhook(ctx, id, seen); err != nil {
			return err
		}
		return w.dropWebhook(ctx, id, s.now())
	})
	if err != nil {
		return fmt.Errorf("drop webhook %d: %w", id, err)
	}
	return nil
}

func (w *writer) seenWebhook(ctx context.Context, id, seen int64) error {
	var revision int64
	known, err := found(w.conn.QueryRowContext(ctx, `SELECT revision FROM webhooks WHERE id = ?`, id).Scan(&revision))
	switch {
	case err != nil:
		return err
	case !known:
		return shared.Fail("request.notFound", fmt.Sprintf("no webhook %d", id))
	case revision != seen:
		return shared.Fail("row.changed", fmt.Sprintf("webhook %d", id))
	}
	return nil
}

func (w *writer) dropWebhook(ctx context.Context, id, now int64) error {
	var name string
	if err := w.conn.QueryRowContext(ctx, `SELECT name FROM webhooks WHERE id = ?`, id).Scan(&name); err != nil {
		return err
	}
	for _, text := range []string{`DELETE FROM webhook_outbox WHERE webhook = ?`, `DELETE FROM webhooks WHERE id = ?`} {
		if err := w.exec(ctx, text, id); err != nil {
			return err
		}
	}
	return w.audit(ctx, now, "webhook:"+name, "remove", "")
}
