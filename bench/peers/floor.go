package main

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	sqlite3 "github.com/mattn/go-sqlite3"
)

// floor reads lists of cases by their primary keys from a database of Buxun's, and says how long each list took: what no query
// for the same rows can be quicker than. The file of rows holds one JSON list of ids a line.
func floor(_ context.Context, a asked) error {
	file, err := os.Open(a.rows)
	if err != nil {
		return err
	}
	defer file.Close()
	conn, err := (&sqlite3.SQLiteDriver{}).Open("file:" + a.dir + "?_query_only=on&_cache_size=-16384")
	if err != nil {
		return err
	}
	defer conn.Close()
	byID, err := conn.Prepare(`SELECT doc FROM cases WHERE id = ?`)
	if err != nil {
		return err
	}
	var took []float64
	for lines := json.NewDecoder(file); lines.More(); {
		var ids []string
		if err := lines.Decode(&ids); err != nil {
			return err
		}
		start := time.Now()
		for _, id := range ids {
			if err := readOne(byID, id); err != nil {
				return fmt.Errorf("read case %s: %w", id, err)
			}
		}
		took = append(took, float64(time.Since(start).Microseconds())/1000)
	}
	if len(took) == 0 {
		return errors.New("no list was asked for")
	}
	slices.Sort(took)
	return say(map[string]float64{"p95": took[len(took)*95/100]})
}

func readOne(byID driver.Stmt, id string) error {
	rows, err := byID.Query([]driver.Value{id})
	if err != nil {
		return err
	}
	defer rows.Close()
	value := make([]driver.Value, 1)
	if err := rows.Next(value); err != nil {
		return err
	}
	if err := rows.Next(value); !errors.Is(err, io.EOF) {
		return fmt.Errorf("a second row: %w", err)
	}
	return nil
}
