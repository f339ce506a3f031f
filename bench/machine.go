package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// describe says on what the figures were measured, and when.
func describe(now time.Time) string {
	parts := []string{
		fmt.Sprintf("%d cores %s", runtime.NumCPU(), match("/proc/cpuinfo", `(?m)^model name\s*: (.*)$`)),
		match("/proc/meminfo", `(?m)^MemTotal:\s*(.*)$`) + " of memory",
		runtime.GOOS + "/" + runtime.GOARCH + " " + match("/proc/sys/kernel/osrelease", `(.*)`),
		runtime.Version(), "Node " + said("node", "--version"), "revision " + said("git", "rev-parse", "--short", "HEAD"),
		"load before " + match("/proc/loadavg", `^(\S+)`), now.UTC().Format(time.DateOnly),
	}
	return strings.Join(parts, ", ")
}

func match(file, pattern string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return "unknown"
	}
	if found := regexp.MustCompile(pattern).FindSubmatch(text); found != nil {
		return strings.TrimSpace(string(found[1]))
	}
	return "unknown"
}

func said(name string, words ...string) string {
	text, err := exec.Command(name, words...).Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(text))
}
