package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"time"
)

// healthClient does not check the certificate of this machine's own server: nothing leaves the machine, nothing secret is
// sent, and phones do check it.
func healthClient(host, name string) *http.Client {
	config := &tls.Config{ServerName: name, InsecureSkipVerify: loopback(host)}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: config}}
}

// checkHealth asks a running server, for a container's health check.
func checkHealth(ctx context.Context, args []string, t terminal) error {
	set := flags("health", "[options]", t)
	address := set.String("address", "http://127.0.0.1:8080/readyz", "`URL` to ask")
	name := set.String("name", "", "host `name` to ask for, where the certificate is for a domain and the address is this machine's")
	if _, err := parse(set, args, 0); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, *address, nil)
	if err != nil {
		return fmt.Errorf("ask %s: %w", *address, err)
	}
	response, err := healthClient(request.URL.Hostname(), *name).Do(request)
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
