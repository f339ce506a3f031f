package main

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/tus/tusd/v2/pkg/filestore"
	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	"golang.org/x/exp/slog"
)

// plainTusd serves uploads as the library's own example does: files in a folder, neither synced nor verified.
func plainTusd(ctx context.Context, a asked) error {
	composer := handler.NewStoreComposer()
	filestore.New(a.dir).UseIn(composer)
	memorylocker.New().UseIn(composer)
	tus, err := handler.NewHandler(handler.Config{
		BasePath: "/files/", StoreComposer: composer, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		return err
	}
	return serve(ctx, http.StripPrefix("/files/", tus))
}

func serve(ctx context.Context, h http.Handler) error {
	listener, err := listen()
	if err != nil {
		return err
	}
	server := &http.Server{Handler: h}
	go func() {
		<-ctx.Done()
		_ = server.Close() // nothing of a bench is worth waiting for
	}()
	if err := say(map[string]string{"address": listener.Addr().String()}); err != nil {
		return err
	}
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
