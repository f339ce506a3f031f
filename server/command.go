package main

import (
	"context"
	"fmt"
)

func administer(ctx context.Context, name string, args []string, t terminal) error {
	return fmt.Errorf("not yet %s", name)
}

func explain(err error) string { return err.Error() }
