-- Times are milliseconds since 1970 UTC, hashes lower-case hex SHA-256 unless said otherwise.

-- The data's lives: another begins when it was restored from a backup. The last one is now.
CREATE TABLE epochs (
  number INTEGER PRIMARY KEY,
  id     TEXT    NOT NULL UNIQUE,
  at     INTEGER NOT NULL
);

-- The log. A row is never changed: the body's exact text, and the verdict as it was given once.
CREATE TABLE operations (
  number        INTEGER PRIMARY KEY,
  replica       TEXT    NOT NULL,
  counter       INTEGER NOT NULL,
  hash          TEXT    NOT NULL,
  text          TEXT    NOT NULL,
  signature     TEXT,              -- of a push's last operation
  case_id       TEXT,              -- null where the text could not be read
  action        TEXT,
  outcome       TEXT    NOT NULL,
  fault         TEXT,
  to_state      TEXT,
  role          TEXT,
  squad         TEXT,
  table_version INTEGER NOT NULL,
  received      INTEGER NOT NULL,
  at            INTEGER NOT NULL,
  marks         TEXT,              -- parted by commas
  seq           INTEGER NOT NULL,  -- 0 for a refused one
  revision      INTEGER NOT NULL,  -- the case's own order; 0 for a refused one
  epoch         INTEGER NOT NULL REFERENCES epochs (number),
  mac           TEXT    NOT NULL,  -- over the answer in that epoch
  was_replica   TEXT,
  was_counter   INTEGER,
  was_hash      TEXT
);
CREATE UNIQUE INDEX operations_of_replica ON operations (replica, counter);
CREATE INDEX operations_of_case ON operations (case_id, revision) WHERE revision > 0;
CREATE INDEX operations_reissued ON operations (was_replica, was_counter) WHERE was_replica IS NOT NULL;
CREATE TRIGGER operations_stay BEFORE UPDATE ON operations BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER operations_remain BEFORE DELETE ON operations BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

-- What applying the log gives, written in the transaction of its operations.
CREATE TABLE cases (
  id         TEXT PRIMARY KEY,
  doc        TEXT    NOT NULL,     -- shared.Case as JSON
  seq        INTEGER NOT NULL,     -- of its last change in the feed
  revision   INTEGER NOT NULL,
  state      TEXT    NOT NULL,
  open       INTEGER NOT NULL,     -- 1 where phones keep it whatever its age
  squad      TEXT    NOT NULL,
  reporter   TEXT    NOT NULL,
  changed_at INTEGER NOT NULL,
  official   TEXT                  -- 案卷号
);
CREATE UNIQUE INDEX cases_by_seq ON cases (seq);
CREATE INDEX cases_of_squad ON cases (squad, seq, open, changed_at);
CREATE INDEX cases_of_reporter ON cases (reporter, seq, open, changed_at);
CREATE UNIQUE INDEX cases_by_official ON cases (official) WHERE official IS NOT NULL;
CREATE INDEX cases_unnumbered ON cases (seq) WHERE official IS NULL AND state = 'filed';

-- A case that moved to another squad, for the phones of the one that it left.
CREATE TABLE leaves (
  squad   TEXT    NOT NULL,
  seq     INTEGER NOT NULL,
  case_id TEXT    NOT NULL REFERENCES cases (id),
  PRIMARY KEY (squad, seq)
) WITHOUT ROWID;

-- Which bytes an accepted operation names, and whether its author showed to have them (or may see them).
CREATE TABLE case_photos (
  hash    TEXT    NOT NULL,
  author  TEXT    NOT NULL,        -- id of the person, machine or server
  case_id TEXT    NOT NULL REFERENCES cases (id),
  kind    TEXT    NOT NULL,        -- original or preview
  type    TEXT    NOT NULL,        -- as the operation says
  size    INTEGER NOT NULL,        -- bytes, as the operation says
  here    TEXT    NOT NULL,        -- waiting, here or damaged
  PRIMARY KEY (hash, author, case_id, kind)
) WITHOUT ROWID;

-- The bytes that are on disk.
CREATE TABLE photos (
  hash TEXT PRIMARY KEY,
  type TEXT    NOT NULL,           -- as the bytes show
  size INTEGER NOT NULL,
  here TEXT    NOT NULL,           -- here or damaged
  at   INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE squads (
  code TEXT PRIMARY KEY,
  name TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE areas (
  code      TEXT PRIMARY KEY,
  name      TEXT    NOT NULL,
  squad     TEXT    NOT NULL REFERENCES squads (code),
  kind      TEXT    NOT NULL,
  generated INTEGER NOT NULL,
  ring      TEXT    NOT NULL       -- [[longitude, latitude], …], WGS-84 degrees
) WITHOUT ROWID;
CREATE INDEX areas_of_squad ON areas (squad);

-- People, and programs with the role machine.
CREATE TABLE people (
  id         TEXT PRIMARY KEY,
  login      TEXT    NOT NULL UNIQUE,
  label      TEXT    NOT NULL,
  role       TEXT    NOT NULL,
  squad      TEXT REFERENCES squads (code),
  password   TEXT    NOT NULL,     -- Argon2id; empty where nobody can sign in
  demo       INTEGER NOT NULL,
  disabled   INTEGER NOT NULL,
  scope      INTEGER NOT NULL,     -- counts changes of role and squad
  created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX people_of_squad ON people (squad);

-- Who stood where when: evidence is judged by its author's standing at the time.
CREATE TABLE memberships (
  person   TEXT    NOT NULL REFERENCES people (id),
  from_at  INTEGER NOT NULL,
  until_at INTEGER,                -- null while it lasts
  role     TEXT    NOT NULL,
  squad    TEXT    NOT NULL,
  PRIMARY KEY (person, from_at)
) WITHOUT ROWID;

CREATE TABLE sessions (
  token      BLOB PRIMARY KEY,     -- SHA-256 of the cookie
  person     TEXT    NOT NULL REFERENCES people (id),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  device     TEXT    NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_of_person ON sessions (person);

CREATE TABLE tokens (
  hash       BLOB PRIMARY KEY,     -- SHA-256 of the token
  name       TEXT    NOT NULL UNIQUE,
  person     TEXT    NOT NULL REFERENCES people (id),
  purpose    TEXT    NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,              -- null: never
  revoked_at INTEGER
) WITHOUT ROWID;

CREATE TABLE replicas (
  id            TEXT PRIMARY KEY,
  author_kind   TEXT    NOT NULL,
  author        TEXT    NOT NULL,
  key           BLOB    NOT NULL,  -- SPKI DER
  counter       INTEGER NOT NULL,  -- known up to
  hash          TEXT    NOT NULL,  -- of operation counter; empty after a gap or at the start
  enrolled_at   INTEGER NOT NULL,
  revoked_at    INTEGER,
  last_claimed  INTEGER NOT NULL,  -- the last operation that its phone said it made
  last_hello_at INTEGER
) WITHOUT ROWID;
CREATE INDEX replicas_of_author ON replicas (author);

CREATE TABLE gaps (
  replica      TEXT    NOT NULL REFERENCES replicas (id),
  from_counter INTEGER NOT NULL,
  to_counter   INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  PRIMARY KEY (replica, from_counter)
) WITHOUT ROWID;

-- What a person's phones stored, up to a sequence, and what the person looked at.
CREATE TABLE deliveries (
  person TEXT PRIMARY KEY,
  seq    INTEGER NOT NULL,
  at     INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE seen (
  case_id  TEXT    NOT NULL,
  person   TEXT    NOT NULL,
  revision INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  PRIMARY KEY (case_id, person)
) WITHOUT ROWID;

-- What was done to people, replicas and tokens.
CREATE TABLE audit (
  number  INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  subject TEXT    NOT NULL,        -- id of the person or replica, name of the token
  what    TEXT    NOT NULL,
  detail  TEXT    NOT NULL
);
CREATE INDEX audit_of_subject ON audit (subject, number);
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_remains BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
