package main

import (
	"encoding/json"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
)

// What the containers are started with are options that there are, and that go together.
func TestTheContainersCommandsAreUnderstood(t *testing.T) {
	text, err := os.ReadFile("../docker-compose.yml")
	must(t, err)
	file := regexp.MustCompile(`\$\{\w+:-([^}]*)\}`).ReplaceAllString(string(text), "$1")
	commands := regexp.MustCompile(`(?s)command: (\[.*?\])\n`).FindAllStringSubmatch(file, -1)
	if len(commands) != 4 {
		t.Fatalf("%d commands", len(commands))
	}
	for _, command := range commands {
		var words []string
		must(t, json.Unmarshal([]byte(command[1]), &words))
		config, err := readConfig(words[1:], terminal{strings.NewReader(""), io.Discard, io.Discard})
		if err != nil || words[0] != "serve" || config.Data != "/data" {
			t.Errorf("%v: %v", words, err)
		}
	}
	checks := regexp.MustCompile(`test: \["CMD", "buxun", "health", (.*?)\]`).FindAllStringSubmatch(file, -1)
	if len(checks) != 3 {
		t.Errorf("%d health checks for three ways of HTTPS", len(checks))
	}
}
