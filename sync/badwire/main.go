// Badwire is a loopback TCP proxy that fails on command, for browser and fault tests: phones' links refuse, reset, fall
// silent, crawl and break in the middle of a photo. It knows nothing of the project; it looks at plain HTTP only to tell
// connections apart. It must never be part of what runs in earnest.
//
// It prints one line of JSON with its two addresses, {"wire": "127.0.0.1:…", "control": "127.0.0.1:…"}, and stops on SIGTERM.
// README.md has the control port's requests.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "badwire:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("badwire", flag.ContinueOnError)
	listen := flags.String("listen", "127.0.0.1:0", "address that clients connect to")
	target := flags.String("target", "127.0.0.1:8080", "address of the server behind")
	control := flags.String("control", "127.0.0.1:0", "address of the control port")
	if err := flags.Parse(args); err != nil {
		return err
	}
	w, err := openWire(*listen, *target)
	if err != nil {
		return err
	}
	defer w.close()
	port, err := net.Listen("tcp", *control)
	if err != nil {
		return fmt.Errorf("listen for control: %w", err)
	}
	server := &http.Server{Handler: w.control(), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close() // nothing of a test is worth waiting for
	}()
	addresses, _ := json.Marshal(map[string]string{"wire": w.address, "control": port.Addr().String()})
	fmt.Fprintf(out, "%s\n", addresses)
	if err := server.Serve(port); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve control: %w", err)
	}
	return nil
}
