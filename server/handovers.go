package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"buxun/server/handover"
	"buxun/server/photo"
	"buxun/server/sqlite"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// committing is how a push is taken.
type committing func(context.Context, session.Push) (session.Result, error)

// handoverCentre is what hand-over files of a data directory are delivered to.
func handoverCentre(config Config, store *sqlite.Store, photos *photo.Photos, commit committing) (*handover.Centre, error) {
	key, err := handover.OpenKey(config.Data)
	if err != nil {
		return nil, err
	}
	return &handover.Centre{
		Key: key, Replica: store.Replica, Commit: commit, Now: config.Now,
		Photo: func(ctx context.Context, f wire.HandoverFile, content io.Reader) (bool, error) {
			return photos.Carry(ctx, f.Replica, f.Hash, f.Proof, content)
		},
	}, nil
}

func openHandovers(config Config, store *sqlite.Store, photos *photo.Photos, commit committing) (*handover.Spool, error) {
	centre, err := handoverCentre(config, store, photos, commit)
	if err != nil {
		return nil, err
	}
	return handover.NewSpool(config.Data, centre)
}

// importHandovers delivers hand-over files, beside a running server or without one. Each is taken or refused by itself.
func importHandovers(ctx context.Context, c *centre, words []string, o *options, t terminal) error {
	config := Config{Data: o.data, Now: time.Now}
	photos, err := openPhotos(config, c.store, config.Now)
	if err != nil {
		return err
	}
	to, err := handoverCentre(config, c.store, photos, commitTo(c.store))
	if err != nil {
		return err
	}
	var refused []error
	for _, name := range words {
		outcome, err := deliverFile(ctx, to, name)
		if err != nil {
			refused = append(refused, fmt.Errorf("%s: %s", name, explain(err)))
			continue
		}
		tellHandover(name, outcome, t)
	}
	return errors.Join(refused...)
}

func deliverFile(ctx context.Context, to *handover.Centre, name string) (handover.Outcome, error) {
	file, err := os.Open(name)
	if err != nil {
		return handover.Outcome{}, err
	}
	defer file.Close()
	return to.Deliver(ctx, file)
}

func tellHandover(name string, o handover.Outcome, t terminal) {
	fmt.Fprintf(t.out, "%s\n", name)
	for _, one := range []struct {
		zh, en string
		handover.Counts
	}{{"记录", "records", o.Records}, {"照片和录音", "photos and voice notes", o.Photos}} {
		fmt.Fprintf(t.out, "  %s：新收 %d，已有 %d，没收 %d，等前面的 %d / %s: %d taken, %d had, %d refused, %d waiting for what came before\n",
			one.zh, one.Taken, one.Had, one.Refused, one.Waiting, one.en, one.Taken, one.Had, one.Refused, one.Waiting)
	}
	if len(o.Faults) > 0 {
		fmt.Fprintf(t.out, "  %s\n", strings.Join(o.Faults, " "))
	}
}
