-- A case's whole life: units, whom a case waits for, and the time limits that verdicts record.

-- Responsible units (处置单位).
CREATE TABLE units (
  code     TEXT PRIMARY KEY,
  name     TEXT    NOT NULL,
  place    INTEGER NOT NULL DEFAULT 0,  -- the order in which they are shown, from 1
  closed   INTEGER NOT NULL DEFAULT 0,  -- 1 where nothing may be dispatched to it any more
  revision INTEGER NOT NULL DEFAULT 1
) WITHOUT ROWID;
CREATE TRIGGER units_revised AFTER UPDATE OF name, place, closed ON units
  BEGIN UPDATE units SET revision = old.revision + 1 WHERE code = new.code; END;

ALTER TABLE people ADD COLUMN unit TEXT REFERENCES units (code);
CREATE INDEX people_of_unit ON people (unit) WHERE unit IS NOT NULL;
DROP TRIGGER people_revised;
CREATE TRIGGER people_revised AFTER UPDATE OF label, role, squad, unit, password, demo, disabled ON people
  BEGIN UPDATE people SET revision = old.revision + 1 WHERE id = new.id; END;
ALTER TABLE memberships ADD COLUMN unit TEXT NOT NULL DEFAULT '';

ALTER TABLE operations ADD COLUMN clocks TEXT;              -- the verdict's time limits, JSON; null where it moved none
DROP TRIGGER operations_stay;
CREATE TRIGGER operations_stay BEFORE UPDATE OF number, replica, counter, hash, text, signature, case_id, action, outcome, fault, to_state, role, squad,
  table_version, received, at, marks, seq, epoch, mac, was_replica, was_counter, was_hash, receipted, clocks ON operations
  BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

ALTER TABLE cases ADD COLUMN unit TEXT NOT NULL DEFAULT ''; -- that it is dispatched to, or that handled it
ALTER TABLE cases ADD COLUMN awaits TEXT NOT NULL DEFAULT ''; -- the person to whom it came back or who is sent
UPDATE cases SET awaits = reporter WHERE state = 'returned';
CREATE INDEX cases_of_unit ON cases (unit, seq, open, changed_at) WHERE unit <> '';
DROP INDEX cases_to_reach;
CREATE INDEX cases_awaited ON cases (awaits, seq) WHERE awaits <> '' AND reached < 2;

-- A number comes at filing, and is due also to a case that went on before it came.
DROP INDEX cases_unnumbered;
CREATE INDEX cases_unnumbered ON cases (seq) WHERE official IS NULL AND state IN ('filed', 'dispatched', 'handled', 'suspended');

-- A case that is dispatched to a unit no longer, for the phones of the one that had it.
CREATE TABLE unit_leaves (
  unit    TEXT    NOT NULL,
  seq     INTEGER NOT NULL,
  case_id TEXT    NOT NULL REFERENCES cases (id),
  PRIMARY KEY (unit, seq)
) WITHOUT ROWID;
