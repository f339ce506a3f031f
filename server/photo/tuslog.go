package photo

import (
	"context"
	"log/slog"

	tuslog "golang.org/x/exp/slog"
)

// quiet hands tusd's log through at debug: it tells of every cut link as an error, and cut links are a phone's everyday
// life. What goes wrong on our side is logged by the store itself.
func quiet(log *slog.Logger) *tuslog.Logger { return tuslog.New(debug{log}) }

// debug is a handler of the older slog that tusd uses.
type debug struct{ log *slog.Logger }

func (d debug) Enabled(ctx context.Context, _ tuslog.Level) bool {
	return d.log.Enabled(ctx, slog.LevelDebug)
}

func (d debug) Handle(ctx context.Context, record tuslog.Record) error {
	var attrs []slog.Attr
	record.Attrs(func(a tuslog.Attr) bool {
		attrs = append(attrs, slog.Any(a.Key, a.Value.Any()))
		return true
	})
	d.log.LogAttrs(ctx, slog.LevelDebug, "tus: "+record.Message, attrs...)
	return nil
}

func (d debug) WithAttrs(attrs []tuslog.Attr) tuslog.Handler {
	var with []any
	for _, a := range attrs {
		with = append(with, slog.Any(a.Key, a.Value.Any()))
	}
	return debug{d.log.With(with...)}
}

func (d debug) WithGroup(name string) tuslog.Handler { return debug{d.log.WithGroup(name)} }
