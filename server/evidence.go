package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"buxun/server/numbering"
	"buxun/server/rescue"
	"buxun/shared"
)

// writeEvidence writes one case into one page that holds everything.
func writeEvidence(ctx context.Context, args []string, t terminal) error {
	set := flags("evidence", "CASE --out FILE [--data DIR]   CASE is an id, a short id or a case number; FILE is an HTML page", t)
	data := set.String("data", "data", "data `directory`")
	out := set.String("out", "", "`file` to write")
	words, err := parse(set, args, 1)
	if err != nil {
		return err
	}
	if *out == "" {
		set.Usage()
		return errUsage
	}
	options := rescueOptions(t)
	c, err := openCentre(ctx, *data, options.Log)
	if err != nil {
		return err
	}
	return errors.Join(c.evidence(ctx, *data, words[0], *out, options, t), c.Close())
}

func (c *centre) evidence(ctx context.Context, data, name, out string, o rescue.Options, t terminal) error {
	one, ok, err := c.store.CaseNamed(ctx, name)
	if err != nil || !ok {
		return errors.Join(err, shared.Fail("request.notFound", "no case "+name))
	}
	key, sign, err := numbering.Signer(data)
	if err != nil {
		return err
	}
	page, err := rescue.MakeEvidence(ctx, c.store, filepath.Join(data, photosFolder), one, rescue.Attest{Key: key, Sign: sign}, o)
	if err != nil {
		return fmt.Errorf("make the evidence of case %s: %w", name, err)
	}
	if err := writeWhole(out, page); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s\n中心的钥匙 / the centre's key: %s\n", out, fingerprint(key))
	return nil
}

// fingerprint is how people compare a key by eye.
func fingerprint(key []byte) string {
	sum := sha256.Sum256(key)
	text := hex.EncodeToString(sum[:])
	var parts []string
	for i := 0; i < len(text); i += 8 {
		parts = append(parts, text[i:i+8])
	}
	return strings.Join(parts, "-")
}

// verifyEvidence checks an evidence file by itself, on any machine.
func verifyEvidence(name string, t terminal) error {
	page, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read the evidence: %w", err)
	}
	if receipt, err := verifyReceipt(page, t); receipt {
		return err
	}
	checked, err := rescue.CheckEvidence(page)
	if err != nil {
		return fmt.Errorf("check %s: %w", name, err)
	}
	for _, damage := range checked.Damage {
		fmt.Fprintf(t.out, "损坏 / damage: %s\n", damage)
	}
	key, _ := base64.RawURLEncoding.DecodeString(checked.Server)
	fmt.Fprintf(t.out, "%s：记录 %d（本人签名 %d），照片和录音 %d，回执 %d，损坏 %d / %d records (%d signed by their authors' devices), %d photos and voice notes, %d receipts, %d damaged\n中心的钥匙，请向中心核对 / the centre's key, to be compared with the centre: %s\n",
		checked.Case.Short, len(checked.Records), checked.Signed, len(checked.Photos), len(checked.Receipts), len(checked.Damage),
		len(checked.Records), checked.Signed, len(checked.Photos), len(checked.Receipts), len(checked.Damage), fingerprint(key))
	if len(checked.Damage) > 0 {
		return fmt.Errorf("%d things are damaged", len(checked.Damage))
	}
	return nil
}
