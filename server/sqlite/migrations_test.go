package sqlite

import (
	"database/sql"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// bringing is what one version of the database brings: what a database that had data has then (a question whose answer is 1), what
// it lets nobody do, and rows for what it brought, which the next migration meets.
type bringing struct {
	brings  string
	forbids []string
	rows    string
}

var (
	aCase      = `(SELECT id FROM cases)`
	collectors = `(SELECT replica FROM operations WHERE counter = 3)`
	leaders    = `(SELECT id FROM replicas WHERE id <> ` + collectors + `)`
)

// Every migration has its row: one without fails the test.
var brought = map[int]bringing{
	1: {rows: `INSERT INTO squads VALUES ('B', '二队');
		INSERT INTO leaves VALUES ('B', 2, ` + aCase + `);
		INSERT INTO gaps SELECT id, 1, 0, 1790000000001 FROM replicas;
		INSERT INTO seen SELECT cases.id, people.id, 1, 1790000000002 FROM cases, people LIMIT 1;
		INSERT INTO tokens SELECT X'74', 'camera', id, 'intake', 1790000000003, NULL, NULL FROM people LIMIT 1;
		UPDATE replicas SET last_claimed = counter + 2, last_hello_at = 1790000005000 WHERE id = ` + collectors},
	2: {brings: `SELECT count(*) = 2 AND count(succeeds) = 0 FROM replicas`, rows: `UPDATE replicas SET succeeds = ` + leaders + ` WHERE id = ` + collectors},
	3: {brings: `SELECT count(*) = 0 FROM phrases`, rows: `INSERT INTO phrases VALUES ('B', 'return', 0, '照片看不清')`},
	4: {brings: `SELECT (SELECT group_concat(code || place || revision) = 'A11,B21' FROM squads) AND (SELECT min(revision) = 1 AND max(revision) = 1 FROM people)
			AND (SELECT sum(device || app || label || revoked_why <> '') = 0 AND min(revision) = 1 FROM replicas) AND (SELECT sum(actor <> '') = 0 FROM audit)`,
		rows: `UPDATE squads SET name = '三队' WHERE code = 'B'; UPDATE people SET label = label || '2'; UPDATE replicas SET label = '红手机', app = '1.2'`},
	5: {brings: `SELECT count(*) = 2 FROM sqlite_master WHERE name IN ('cases_of_squad', 'cases_of_state') AND sql LIKE '%state%'`},
	6: {brings: `SELECT (SELECT held_since = 1790000005000 FROM replicas WHERE id = ` + collectors + `) AND (SELECT held_since IS NULL FROM replicas WHERE id = ` + leaders + `)`},
	7: {brings: `SELECT count(*) = 1 AND sum(reached) = 0 FROM cases`, rows: `UPDATE cases SET reached = 2`},
	8: {brings: `SELECT (SELECT sum(operations) = 0 AND count(backup_at) = 0 FROM epochs) AND (SELECT sum(backed_up) = 0 FROM replicas) AND (SELECT count(*) = 0 FROM proofs)`,
		rows: `INSERT INTO proofs VALUES (1, 1790000006000, '20260921T000000Z', 1790000005500, 4, 1, 1, '');
			UPDATE replicas SET backed_up = counter; UPDATE epochs SET operations = 4, backup_at = 1790000005500`},
	9: {brings: `SELECT count(*) = 4 AND sum(receipted) = 0 FROM operations`,
		forbids: []string{`UPDATE operations SET receipted = 1`, `UPDATE operations SET text = ''`, `DELETE FROM operations`},
		rows:    `UPDATE operations SET revision = revision + 10 WHERE revision > 0; UPDATE operations SET revision = revision - 10 WHERE revision > 0`},
	10: {brings: `SELECT (SELECT count(replica) = 0 AND count(*) = 1 FROM sessions) AND (SELECT count(wiped_at) = 0 FROM replicas)`,
		rows: `UPDATE sessions SET replica = ` + collectors + `; UPDATE replicas SET wiped_at = 1790000007000 WHERE id = ` + leaders},
	11: {brings: `SELECT count(*) = 0 FROM backups`, rows: `INSERT INTO backups VALUES (1, 1790000008000, '20260921T000000Z', 4, 1, 1, 0, '')`},
	12: {brings: `SELECT (SELECT count(*) = 0 FROM reckonings) AND (SELECT count(*) = 0 FROM differences)`,
		rows: `INSERT INTO reckonings SELECT id, 1790000009000, 3, 1 FROM replicas;
			INSERT INTO differences SELECT id, 9, '', 'h', 'applied', ` + aCase + `, 1, 0, 1790000009000, 1790000009000 FROM replicas`},
	13: {brings: `SELECT (SELECT count(*) = 0 FROM units) AND (SELECT count(*) = 0 FROM unit_leaves) AND (SELECT count(unit) = 0 FROM people)
			AND (SELECT sum(unit <> '') = 0 FROM memberships) AND (SELECT count(clocks) = 0 FROM operations)
			AND (SELECT sum(unit <> '') = 0 AND sum(awaits <> iif(state = 'returned', reporter, '')) = 0 FROM cases)`,
		forbids: []string{`UPDATE operations SET clocks = '[]'`},
		rows: `INSERT INTO units (code, name) VALUES ('env', '环卫处'); INSERT INTO unit_leaves VALUES ('env', 1, ` + aCase + `);
			UPDATE people SET unit = 'env' WHERE squad IS NULL; UPDATE units SET closed = 1`},
	14: {brings: `SELECT (SELECT count(*) = 0 FROM conditions) AND (SELECT count(*) = 0 FROM phase_limits) AND (SELECT count(*) = 0 FROM office_hours)
			AND (SELECT count(*) = 0 FROM free_weekdays) AND (SELECT count(*) = 0 FROM special_days) AND (SELECT count(*) = 0 FROM limit_versions)
			AND (SELECT count(wakes) = 0 AND sum(unsent) = 0 AND sum(merged_into <> '') = 0 AND sum(duplicates) = 0 FROM cases)`,
		rows: `INSERT INTO conditions VALUES ('c', 'k', 0, '缺失', '恢复', 'urgent', 7200000); INSERT INTO phase_limits VALUES ('accept', 'urgent', 900000);
			INSERT INTO office_hours VALUES (480, 720); INSERT INTO free_weekdays VALUES (0); INSERT INTO special_days VALUES ('2026-10-01', 'holiday', '国庆节');
			INSERT INTO limit_versions VALUES (1, 'v', 1790000010000, '{}')`},
	15: {brings: `SELECT count(*) = 1 FROM sqlite_master WHERE name = 'operations_sending'`},
	16: {brings: `SELECT (SELECT count(*) = 0 FROM webhooks) AND (SELECT count(*) = 0 FROM webhook_outbox) AND (SELECT count(*) = 0 FROM webhook_log) AND (SELECT number = 0 FROM webhook_place)`,
		rows: `INSERT INTO webhooks VALUES (1, 'desk', 'https://example.org/x', 'a secret of sixteen', 'json', 'filed,closed', 0, 1);
			INSERT INTO webhook_outbox SELECT 1, number, 'filed', hash, ` + aCase + `, 'filed', received, 1, received FROM operations LIMIT 1;
			INSERT INTO webhook_log VALUES (1, 1, 'filed', 'h', 1, 1790000010000, 12, 500, 'the answer is 500'); UPDATE webhook_place SET number = 3`},
	17: {brings: `SELECT count(*) = 0 FROM links`,
		rows: `INSERT INTO links SELECT X'6c', ` + aCase + `, 'env', '张师傅', id, 1790000010000, 1790000020000, 1790000011000, NULL, NULL FROM people LIMIT 1`},
	18: {brings: `SELECT count(*) = 0 FROM unit_register`, rows: `INSERT INTO unit_register VALUES ('env', 'GB/T 47678.5-2026|matter|06', ''), ('env', 'GB/T 47678.5-2026|matter|07', 'A')`},
	19: {brings: `SELECT (SELECT count(*) = 0 FROM choices) AND (SELECT count(*) = 0 FROM push_devices) AND (SELECT number = 0 FROM push_place) AND (SELECT count(*) = 0 FROM push_outbox)
			AND (SELECT count(*) = 0 FROM push_soon) AND (SELECT sum(paused) = 0 AND min(revision) = 1 FROM webhooks)`,
		rows: `INSERT INTO choices SELECT id, 'telling', '{"kinds":[]}', 1 FROM people; INSERT INTO push_devices SELECT 1, token, person, 'https://push.example/1', 'p', 'a', 'zh', 3 FROM sessions;
			INSERT INTO push_outbox VALUES (1, ` + aCase + `, 'comment', 4, 1790000011000, 0, 0, 1790000011000); INSERT INTO push_soon VALUES (` + aCase + `, 1790000012000); UPDATE push_place SET number = 4`},
	20: {brings: `SELECT (SELECT count(*) = 0 FROM searchable) AND (SELECT count(*) = 0 FROM searched)`,
		rows: `INSERT INTO searchable SELECT 1, id, seq FROM cases LIMIT 1; INSERT INTO searched (rowid, told, talk) VALUES (1, '井盖 盖', '')`},
	21: {brings: `SELECT (SELECT count(*) = 0 FROM area_people) AND (SELECT count(*) = 1 AND sum(revision) = 1 FROM areas)`,
		rows: `INSERT INTO area_people SELECT areas.code, people.id FROM areas, people WHERE role = 'collector' LIMIT 1`},
	22: {brings: `SELECT count(*) = 1 AND sum(dropped) = 0 FROM webhook_log`, rows: `INSERT INTO webhook_log VALUES (2, 1, 'dropped', '', 0, 1790000013000, 0, 0, 'dropped', 7)`},
}

// Each migration meets a database of the version before it with data in every table: no row and no value of before is lost or
// changed, what it brings has its first values, and the newest database opens and replays.
func TestL2_EveryMigrationKeepsTheDataOfTheVersionBefore(t *testing.T) {
	text, err := os.ReadFile("testdata/0001.sql")
	path := filepath.Join(t.TempDir(), "old.db")
	db, opening := sql.Open("sqlite3", source(path, url.Values{}))
	steps, reading := readMigrations(migrations)
	for _, err := range []error{err, opening, reading} {
		if err != nil {
			t.Fatal(err)
		}
	}
	must := func(what, text string) {
		t.Helper()
		if _, err := db.Exec(text); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	must("0001.sql", string(text))
	before := map[string]map[string][]string{}
	for i, step := range steps {
		if i > 0 {
			if err := step.run(t.Context(), db); err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
			one, ok := brought[step.version]
			if !ok {
				t.Fatalf("%s has no row in brought: say what it brings to a database with data", step.name)
			}
			for table, columns := range before {
				for column, values := range columns {
					if now := columnOf(t, db, table, column); !slices.Equal(now, values) {
						t.Errorf("%s: %s.%s was %q and is %q", step.name, table, column, values, now)
					}
				}
			}
			var right bool
			if err := db.QueryRow(one.brings).Scan(&right); err != nil || !right {
				t.Errorf("%s does not bring what it should: %v", step.name, err)
			}
			for _, text := range one.forbids {
				if _, err := db.Exec(text); err == nil || !strings.Contains(err.Error(), "append-only") {
					t.Errorf("%s lets through %s: %v", step.name, text, err)
				}
			}
		}
		must(step.name+", its rows", brought[step.version].rows)
		before = everything(t, db)
		for _, table := range slices.Sorted(maps.Keys(before)) {
			for _, values := range before[table] {
				if len(values) == 0 {
					t.Errorf("version %d has no data in %s", step.version, table)
				}
				break
			}
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	opened(t, path)
}

// everything is all values of a database, by table and column.
func everything(t *testing.T, db *sql.DB) map[string]map[string][]string {
	t.Helper()
	rows, err := db.Query(`SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table'`)
	if err != nil {
		t.Fatal(err)
	}
	names, err := collect(rows, func(scan func(...any) error) (pair [2]string, err error) {
		err = scan(&pair[0], &pair[1])
		return pair, err
	})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]map[string][]string{}
	for _, name := range names {
		if all[name[0]] == nil {
			all[name[0]] = map[string][]string{}
		}
		all[name[0]][name[1]] = columnOf(t, db, name[0], name[1])
	}
	return all
}

// columnOf is a column's values in order, as SQL writes them.
func columnOf(t *testing.T, db *sql.DB, table, column string) []string {
	t.Helper()
	rows, err := db.Query(fmt.Sprintf(`SELECT quote(%q) FROM %q`, column, table))
	if err != nil {
		t.Fatal(err)
	}
	values, err := collect(rows, func(scan func(...any) error) (value string, err error) {
		err = scan(&value)
		return value, err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(values)
	return values
}
