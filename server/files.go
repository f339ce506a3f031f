package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"buxun/server/office"
	"buxun/server/roster"
)

// importFile does what a file says, or with --dry-run says what it would do.
func importFile(kind roster.Kind) doing {
	return func(ctx context.Context, c *centre, words []string, o *options, t terminal) error {
		data, err := readFile(words[0])
		if err != nil {
			return err
		}
		var preview office.Preview
		if o.dryRun {
			if preview, err = c.desk().Look(ctx, kind, words[0], data); err == nil && len(preview.Mistakes) > 0 {
				err = preview.Mistakes
			}
		} else {
			preview, err = c.desk().Import(ctx, kind, words[0], data, "")
		}
		if err != nil {
			return err
		}
		tellImport(kind, preview, o.dryRun, t)
		return nil
	}
}

func tellImport(kind roster.Kind, p office.Preview, dry bool, t terminal) {
	for _, step := range p.Steps {
		if dry && step.Deed != roster.Unchanged {
			fmt.Fprintf(t.out, "%d: %s %s %s%s\n", step.Line, step.Deed, step.Key, step.Name, differences(step))
		}
	}
	fmt.Fprintf(t.out, "%d %s: 新增 %d，改动 %d，不变 %d / %d new, %d changed, %d unchanged\n", p.New+p.Changed+p.Unchanged, kind, p.New, p.Changed, p.Unchanged, p.New, p.Changed, p.Unchanged)
	if p.Removed > 0 {
		fmt.Fprintf(t.out, "删除 %d / %d removed\n", p.Removed, p.Removed)
	}
	if dry {
		fmt.Fprintln(t.out, "只是预览，什么都没有改 / this was a preview, nothing was changed")
	}
	if len(p.Unable) > 0 {
		fmt.Fprintf(t.out, "%d without a password (buxun user password LOGIN): %s\n", len(p.Unable), strings.Join(p.Unable, " "))
	}
}

func differences(step roster.Step) string {
	text := ""
	for _, d := range step.Fields {
		text += fmt.Sprintf("; %s: %s -> %s", d.Field, d.From, d.To)
	}
	return text
}

// exportFile writes what matches the query, to standard output or to a file that appears whole or not at all.
func exportFile(kind roster.Kind) doing {
	return func(ctx context.Context, c *centre, _ []string, o *options, t terminal) error {
		form := o.format
		if form == "" {
			if form = strings.TrimPrefix(strings.ToLower(filepath.Ext(o.out)), "."); form == "" {
				form = office.CSV
			}
		}
		language := roster.Zh
		if o.language == string(roster.En) {
			language = roster.En
		}
		var data bytes.Buffer
		if err := c.desk().Export(ctx, kind, o.query(), form, language, &data); err != nil {
			return err
		}
		if o.out == "" {
			_, err := t.out.Write(data.Bytes())
			return err
		}
		return writeWhole(o.out, data.Bytes())
	}
}

func writeWhole(name string, data []byte) error {
	file, err := os.CreateTemp(filepath.Dir(name), ".export-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	_, err = file.Write(data)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", name, err), os.Remove(file.Name()))
	}
	if err := os.Rename(file.Name(), name); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", name, err), os.Remove(file.Name()))
	}
	return nil
}

// readFile reads a file that roster is to parse; one over its limit is cut just above it, so that roster refuses it.
func readFile(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read the file: %w", err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, roster.MaxFileBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return data, nil
}
