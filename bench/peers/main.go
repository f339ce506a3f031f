// Command peers runs what Buxun is compared with: SQLite alone as the raw limit, and PocketBase, centrifuge and tusd as they come.
// It is a module of its own, so that nothing of theirs enters the product. Each subcommand prints one line of JSON on standard
// output when it is ready or done, and serves until it is interrupted.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"
)

// asked is what a subcommand was told.
type asked struct {
	dir   string // its own folder
	rows  string // file of rows to write
	batch int
	least float64 // seconds
	users int
}

var peers = map[string]func(context.Context, asked) error{
	"raw": raw, "floor": floor, "pocketbase": pocketBase, "centrifuge": centrifugeNode, "tusd": plainTusd,
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 || peers[args[0]] == nil {
		return fmt.Errorf("say which: raw, floor, pocketbase, centrifuge or tusd")
	}
	var a asked
	set := flag.NewFlagSet(args[0], flag.ContinueOnError)
	set.StringVar(&a.dir, "dir", "", "`folder` to work in")
	set.StringVar(&a.rows, "rows", "", "`file` of rows, one JSON object a line")
	set.IntVar(&a.batch, "batch", 500, "rows a transaction")
	set.Float64Var(&a.least, "seconds", 5, "at least so many `seconds`")
	set.IntVar(&a.users, "users", 20, "`number` of accounts")
	if err := set.Parse(args[1:]); err != nil {
		return err
	}
	return peers[args[0]](ctx, a)
}

// say prints one line for the program that started this one.
func say(value any) error { return json.NewEncoder(os.Stdout).Encode(value) }

// listen takes a free port of this machine.
func listen() (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:0") }

// freeAddress is for those who insist on listening themselves.
func freeAddress() (string, error) {
	listener, err := listen()
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}
