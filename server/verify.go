package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"buxun/server/identity"
	"buxun/server/rescue"
)

// verifyData looks through a data directory and says what is damaged in it.
func verifyData(ctx context.Context, args []string, t terminal) error {
	if len(args) == 1 && !strings.HasPrefix(args[0], "-") {
		return verifyEvidence(args[0], t)
	}
	set := flags("verify", "FILE | [--data DIR] [--scratch DIR]   FILE is what buxun evidence wrote, or a receipt that a phone saved; else the data is looked through", t)
	data := set.String("data", "data", "data `directory`")
	scratch := set.String("scratch", "", "`directory` for a copy of the database; else the system's")
	if _, err := parse(set, args, 0); err != nil {
		return err
	}
	// Opening the keys would make new ones where there are none.
	if _, err := os.Stat(filepath.Join(*data, "server.key")); err != nil {
		return fmt.Errorf("the server's key is gone: receipts cannot be checked: %w", err)
	}
	keys, err := identity.OpenKeys(*data)
	if err != nil {
		return err
	}
	found, err := rescue.Verify(ctx, *data, *scratch, rulesOf(keys)(""), rescueOptions(t))
	if err != nil {
		return err
	}
	for _, gap := range found.Gaps {
		fmt.Fprintf(t.out, "缺 / gap: %s\n", gap)
	}
	for _, damage := range found.Damage {
		fmt.Fprintf(t.out, "损坏 / damage: %s\n", damage)
	}
	fmt.Fprintf(t.out, "记录 %d（签名 %d），案卷 %d，照片和录音 %d，缺 %d，损坏 %d / %d records (%d signatures), %d cases, %d photos and voice notes, %d gaps, %d damaged\n",
		found.Operations, found.Signatures, found.Cases, found.Photos, len(found.Gaps), len(found.Damage),
		found.Operations, found.Signatures, found.Cases, found.Photos, len(found.Gaps), len(found.Damage))
	if len(found.Damage) > 0 {
		return fmt.Errorf("%d things are damaged", len(found.Damage))
	}
	return nil
}
