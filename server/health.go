package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// checkHealth asks a running server, for a container's health check.
func checkHealth(ctx context.Context, args []string, t terminal) error {
	set := flags("health", "[options]", t)
	address := set.String("address", "http://127.0.0.1:8080/readyz", "`URL` to ask")
	if _, err := parse(set, args, 0); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, *address, nil)
	if err != nil {
		return fmt.Errorf("ask %s: %w", *address, err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("ask %s: %w", *address, err)
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(response.Body, 4<<10))
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s: %s", *address, response.Status, text)
	}
	fmt.Fprintf(t.out, "%s", text)
	return nil
}
