package main

import (
	"context"
	"fmt"
	"os"
)

const serverBinary = "bin/buxun"

// measureSize weighs the server as `make build` leaves it.
func measureSize(context.Context, *bench) (map[string]figure, error) {
	info, err := os.Stat(serverBinary)
	if err != nil {
		return nil, fmt.Errorf("weigh the server: %w", err)
	}
	return map[string]figure{"binary_mb": {Ours: float64(info.Size()) / 1e6, Unit: "MB", Note: "bin/buxun, not stripped, client inside"}}, nil
}
