package main

import (
	"bufio"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	_ "github.com/mattn/go-sqlite3" // reads what the server wrote
)

// stored is one operation with the case that it makes, as the server wrote them; the peers write the same.
type stored struct {
	Replica string `json:"replica"`
	Counter int64  `json:"counter"`
	Hash    string `json:"hash"`
	Text    string `json:"text"`
	Case    string `json:"case"`
	Doc     string `json:"doc"`
}

// exportRows writes what a database holds, one row a line, and gives the first rows of each replica.
func exportRows(database, name string) (sample []stored, err error) {
	db, err := sql.Open("sqlite3", "file:"+database+"?mode=ro&_query_only=on")
	if err != nil {
		return nil, fmt.Errorf("export rows: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	file, err := os.Create(name)
	if err != nil {
		return nil, fmt.Errorf("export rows: %w", err)
	}
	buffer := bufio.NewWriterSize(file, 1<<20)
	defer func() { err = errors.Join(err, buffer.Flush(), file.Close()) }()
	rows, err := db.Query(`SELECT replica, counter, hash, text, case_id, doc FROM operations JOIN cases ON cases.id = case_id ORDER BY number`)
	if err != nil {
		return nil, fmt.Errorf("export rows: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	lines := json.NewEncoder(buffer)
	for rows.Next() {
		var r stored
		if err := rows.Scan(&r.Replica, &r.Counter, &r.Hash, &r.Text, &r.Case, &r.Doc); err != nil {
			return nil, fmt.Errorf("export rows: %w", err)
		}
		if err := lines.Encode(r); err != nil {
			return nil, fmt.Errorf("export rows: %w", err)
		}
		if r.Counter <= 20 {
			sample = append(sample, r)
		}
	}
	return sample, rows.Err()
}

// readDocs reads all cases as they are stored, in order of the feed.
func readDocs(database string) (docs [][]byte, err error) {
	db, err := sql.Open("sqlite3", "file:"+database+"?mode=ro&_query_only=on")
	if err != nil {
		return nil, fmt.Errorf("read cases: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	rows, err := db.Query(`SELECT doc FROM cases ORDER BY seq`)
	if err != nil {
		return nil, fmt.Errorf("read cases: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var doc []byte
		if err := rows.Scan(&doc); err != nil {
			return nil, fmt.Errorf("read cases: %w", err)
		}
		docs = append(docs, doc)
	}
	return docs, rows.Err()
}
