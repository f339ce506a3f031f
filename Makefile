# Buxun. `make help` lists what there is. Every Go command needs the tag: SQLite's full-text search hangs on it.
TAGS   := sqlite_fts5
LISTEN ?= :8080
SEEDS  ?= 10000
TORTURE_MINUTES := $(or $(MINUTES),10)
FUZZTIME ?= 30s

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
DEADCODE    := golang.org/x/tools/cmd/deadcode@v0.52.0
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0

MODULES := client/node_modules/.stamp
PAGE    := client/dist/index.html

GO_SOURCES     := client/embed.go client/placeholder.html $(shell find shared sync server -type f 2>/dev/null)
CLIENT_SOURCES := $(shell find client/src client/public client/build shared sync client/index.html client/vite.config.ts client/tsconfig.json -type f 2>/dev/null)

export CGO_ENABLED := 1

.DEFAULT_GOAL := help
.PHONY: help run phones build test check e2e sim simulate torture bench fuzz gen

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

run: bin/buxun ## build what is needed and serve the demo (LISTEN=:8080) from data/
	@./bin/buxun serve --demo --listen $(LISTEN) --data data/

phones: bin/buxun ## the same demo for phones in this network: HTTPS by a local CA on 8443, how to trust it on 8081
	@./bin/buxun serve --demo --local-ca --data data/

build: bin/buxun ## build the client and the server into bin/buxun

test: bin/buxun bin/badwire bin/steps ## install what the tests need and run all of them; ends with "N passed, N failed"
	@.ci/browser
	@TAGS=$(TAGS) .ci/test go unit sim e2e

check: $(MODULES) ## format, vet, lint, types, dead code, known vulnerabilities
	@TAGS=$(TAGS) STATICCHECK=$(STATICCHECK) DEADCODE=$(DEADCODE) GOVULNCHECK=$(GOVULNCHECK) .ci/check

e2e: bin/buxun bin/badwire ## the stories in a real browser
	@.ci/browser
	@TAGS=$(TAGS) .ci/test e2e

sim: $(MODULES) bin/steps ## the simulator: SEEDS=10000 of them, or SEED=n alone
	@cd client && SEEDS=$(SEEDS) SEED=$(SEED) node_modules/.bin/vitest run --project sim

bench: bin/buxun bin/badwire bin/bench bin/bench-peers ## measure against the bars (bench/README.md): ONLY=ingest, QUICK=1
	@bin/bench $(if $(QUICK),-quick) $(ONLY)

simulate: $(MODULES) bin/buxun ## a squad walks a shift: PHONES=50 MINUTES=10 SEED=1 RECORDS=6 SERVER=http://… (none: its own demo; MONTH=1: with a month in it)
	@node client/squad/simulate.mjs

torture: $(MODULES) bin/buxun bin/bench ## kill, starve and cut the server for MINUTES=10, then fail the phones' requests, then bring 2,000 phones back at once; SEED=n repeats a plan
	@mkdir -p .stamps
	BUXUN_TORTURE_MINUTES=$(TORTURE_MINUTES) BUXUN_TORTURE_SEED=$(SEED) BUXUN_TORTURE_OUT=$(CURDIR)/.stamps/torture.json go test -tags $(TAGS) -count=1 -timeout 0 -v -run TestL2_Torture ./server
	cd client && RUNS=$(or $(RUNS),1000) SEED=$(SEED) node_modules/.bin/vitest run --project unit squad/faults.test.ts
	bin/bench herd

fuzz: ## run each of Go's fuzzers for a while (FUZZTIME=30s, ONLY=name); what they find stays under testdata/fuzz
	@set -e; grep -rE --include='*_test.go' -o '^func (Fuzz[A-Za-z]*$(ONLY)[A-Za-z]*)' server shared sync | sed 's/:func / /' | while read -r file name; do \
	  echo "== $$name"; go test -tags $(TAGS) -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x "./$$(dirname $$file)"; done

gen: ## write the generated files anew (shared/gen)
	go run ./shared/gen

$(MODULES): client/package.json client/package-lock.json
	cd client && npm ci --no-audit --no-fund
	@touch $@

$(PAGE): $(MODULES) $(CLIENT_SOURCES)
	cd client && NODE_ENV=production node_modules/.bin/vite build
	@touch $@

bin/buxun: $(PAGE) $(GO_SOURCES) go.mod go.sum
	go build -tags $(TAGS) -o $@ ./server

bin/badwire: $(GO_SOURCES) go.mod go.sum
	go build -tags $(TAGS) -o $@ ./sync/badwire

bin/steps: $(GO_SOURCES) go.mod go.sum
	go build -tags $(TAGS) -o $@ ./sync/sim/steps

bin/bench: $(GO_SOURCES) $(shell find bench -name '*.go' -o -name '*.json' 2>/dev/null) go.mod go.sum
	go build -tags $(TAGS) -o $@ ./bench

bin/bench-peers: $(shell find bench/peers -type f 2>/dev/null)
	cd bench/peers && go build -o ../../$@ .
