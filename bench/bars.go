package main

// bar is one figure to reach. Ratios are of medians inside one run; seconds stand where a simulated network dominates.
type bar struct {
	name  string
	what  string // one line for the table's reader
	least bool   // the figure must be at least the limit; else at most
	limit float64
}

// bars are all figures, in the order of the table.
var bars = []bar{
	{"ingest_vs_raw", "acknowledged operations/s of 500 returning replicas, against SQLite alone", true, 0.50},
	{"ingest_vs_pocketbase", "the same against PocketBase's batch API", true, 8},
	{"ingest_p99_vs_pocketbase", "p99 until a replica is fully acknowledged, against PocketBase", false, 0.17},
	{"pull_wall_vs_pocketbase", "an empty replica pulls 10,000 cases, against PocketBase's list API", false, 0.35},
	{"pull_bytes_vs_gzip_json", "bytes of that pull, against one gzip -6 JSON array", false, 0.85},
	{"fanout_p99_vs_centrifuge", "p99 from commit to delivery, 1,000 subscribers, 20 commits/s", false, 1.1},
	{"fanout_sustained", "commits/s delivered to 1,000 subscribers, against centrifuge", true, 1.0},
	{"photo_vs_tusd", "MB/s of 200 photos from 10 devices, fsynced and verified, against plain tusd", true, 0.8},
	{"photo_overhead", "bytes sent / payload over a line that is cut all the time", false, 1.05},
	{"thin_case_s", "seconds until the leader sees the record, 64 kbit/s, 600 ms", false, 4},
	{"thin_preview_s", "seconds until the leader sees its preview, same line", false, 10},
	{"first_sync_usable_s", "seconds until an empty phone is usable, 1 Mbit/s, 300 ms, 2 % resets", false, 15},
	{"first_sync_s", "seconds until its 2,000 cases are complete, same line", false, 60},
	{"scope_bytes_growth", "bytes of a first sync, 1,000,000 cases on the server against 10,000", false, 1.02},
	{"list_p95_ms_vs_floor", "p95 of a filtered list over 1,000,000 cases, against reading the same rows by key", false, 5},
	{"herd_rss_mb", "server's peak memory (MB), 2,000 replicas, 40,000 operations", false, 300},
	{"client_js_kb", "JavaScript of the first visit until first paint, gzip kB", false, 120},
	{"client_first_visit_kb", "everything of the first visit on the wire, kB", false, 200},
	{"client_cold_start_ratio", "offline cold start to interactive, against an empty screen", false, 1.5},
	{"capture_ratio", "shutter to saved of a 12 MP photo, against decode + scale + encode + hash", false, 1.4},
	{"binary_mb", "size of the server with the client inside, MB", false, 40},
	{"install_s", "seconds of make run from a fresh clone to the first page", false, 120},
}

// met says whether a value reaches a limit in the bar's direction.
func (b bar) met(value, limit float64) bool {
	if b.least {
		return value >= limit
	}
	return value <= limit
}
