-- Time limits and the office calendar, as data with versions; and what the server has to do by itself.

-- Filing conditions (立案条件) of sub-classes, each with the limit of handling and what must be so to close.
CREATE TABLE conditions (
  id       TEXT PRIMARY KEY,
  category TEXT    NOT NULL,            -- a category's key
  place    INTEGER NOT NULL,            -- the order of all conditions, from 0; the first of a sub-class is the usual one
  words    TEXT    NOT NULL,
  closing  TEXT    NOT NULL DEFAULT '',
  pace     TEXT    NOT NULL,            -- urgent: on the wall; working: in office hours
  ms       INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX conditions_in_order ON conditions (place);

CREATE TABLE phase_limits (
  phase TEXT PRIMARY KEY,
  pace  TEXT    NOT NULL,
  ms    INTEGER NOT NULL
) WITHOUT ROWID;

-- Office hours of a working day, in minutes after midnight in Asia/Shanghai.
CREATE TABLE office_hours (
  from_minute INTEGER PRIMARY KEY,
  to_minute   INTEGER NOT NULL
);

CREATE TABLE free_weekdays (
  weekday INTEGER PRIMARY KEY           -- 0 is Sunday
);

-- Days that are not as their weekday says: holidays (节假日) and days that are worked in exchange (调休上班).
CREATE TABLE special_days (
  date TEXT PRIMARY KEY,                -- 2026-10-01
  kind TEXT NOT NULL,
  name TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;

-- What all of the above was at each change, so that a clock's version can be looked up for good.
CREATE TABLE limit_versions (
  number  INTEGER PRIMARY KEY,
  version TEXT    NOT NULL,             -- of the content; clocks carry it
  at      INTEGER NOT NULL,
  data    TEXT    NOT NULL              -- JSON
);
CREATE INDEX limit_versions_named ON limit_versions (version);
CREATE TRIGGER limit_versions_stay BEFORE UPDATE ON limit_versions
  BEGIN SELECT RAISE(ABORT, 'the history of limits is append-only'); END;
CREATE TRIGGER limit_versions_remain BEFORE DELETE ON limit_versions
  BEGIN SELECT RAISE(ABORT, 'the history of limits is append-only'); END;

ALTER TABLE cases ADD COLUMN wakes INTEGER;                     -- when the next limit runs out that is not marked, or a suspended case goes on
ALTER TABLE cases ADD COLUMN unsent INTEGER NOT NULL DEFAULT 0; -- 1 where the server is to settle who goes
ALTER TABLE cases ADD COLUMN merged_into TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN duplicates INTEGER NOT NULL DEFAULT 0; -- how many cases are merged into it
UPDATE cases SET wakes = doc ->> 'until' WHERE state = 'suspended';
UPDATE cases SET unsent = 1 WHERE state IN ('verifying', 'handled') AND doc ->> '$.task.kind' <> '' AND coalesce(doc ->> '$.task.assignee', '') = '';
UPDATE cases SET merged_into = coalesce(doc ->> 'into', ''), duplicates = coalesce(json_array_length(doc, '$.duplicates'), 0);
CREATE INDEX cases_waking ON cases (wakes) WHERE wakes IS NOT NULL;
CREATE INDEX cases_unsent ON cases (seq) WHERE unsent = 1;
CREATE INDEX cases_merged ON cases (merged_into) WHERE merged_into <> '';
CREATE INDEX cases_with_duplicates ON cases (seq) WHERE duplicates > 0;
