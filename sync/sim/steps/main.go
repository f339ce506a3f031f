// Command steps is the server's half of the simulator: the real session and the real judging over a store in memory, driven
// line by line. One JSON request a line on stdin, one JSON answer a line on stdout; the simulator decides when everything
// happens, so that one seed always gives one run.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// request is what the simulator wants next. Which fields count depends on Op.
type request struct {
	Op      string   `json:"op"`
	Now     int64    `json:"now"` // server's clock
	Conn    int      `json:"conn"`
	Work    int      `json:"work"`
	Person  string   `json:"person"`
	Text    string   `json:"text"`
	Replica string   `json:"replica"`
	Key     string   `json:"key"`
	Squad   string   `json:"squad"`
	Role    string   `json:"role"`
	Unit    string   `json:"unit"`
	Hash    string   `json:"hash"`
	Damaged bool     `json:"damaged"`
	People  []person `json:"people"`
	Plant   string   `json:"plant"`
	// Fail makes the next transaction fail as a whole; Poison lets a push of that replica fail alone as well.
	Fail   bool   `json:"fail"`
	Poison string `json:"poison"`
	// Hold leaves to the simulator when sessions hear of results, changes and works that are done.
	Hold bool `json:"hold"`
}

// answer is what came of it.
type answer struct {
	Sends   []sent   `json:"sends,omitempty"`
	Closes  []closed `json:"closes,omitempty"`
	Works   []work   `json:"works,omitempty"`
	Done    []work   `json:"done,omitempty"`    // works whose outcome waits for its session
	Results []int    `json:"results,omitempty"` // connections that a result waits for
	News    []int    `json:"news,omitempty"`    // connections that changes wait for
	Waiting int      `json:"waiting,omitempty"` // pushes that wait for the writer
	Changed []brief  `json:"changed,omitempty"`
	Dump    *dump    `json:"dump,omitempty"`
	Owed    []duty   `json:"owed,omitempty"` // what the server's own replica has to do
	Error   string   `json:"error,omitempty"`
}

type sent struct {
	Conn int    `json:"conn"`
	Text string `json:"text"`
}

type closed struct {
	Conn int `json:"conn"`
	Code int `json:"code"`
}

// brief is what decides who may see a case.
type brief struct {
	Case     string `json:"case"`
	Squad    string `json:"squad"`
	Reporter string `json:"reporter"`
	Unit     string `json:"unit,omitempty"`
}

type work struct {
	Conn int `json:"conn"`
	Work int `json:"work"`
}

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(from io.Reader, to io.Writer) error {
	lines := bufio.NewReaderSize(from, 1<<20)
	out := bufio.NewWriterSize(to, 1<<20)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	hub := newHub(newMemory("", nil))
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read a request: %w", err)
		}
		var r request
		if err := json.Unmarshal(line, &r); err != nil {
			return fmt.Errorf("decode a request: %w", err)
		}
		if r.Op == "reset" {
			hub = newHub(newMemory(r.Plant, r.People))
		}
		if err := encoder.Encode(hub.do(r)); err != nil {
			return fmt.Errorf("encode an answer: %w", err)
		}
		if err := out.Flush(); err != nil {
			return fmt.Errorf("write an answer: %w", err)
		}
	}
}
