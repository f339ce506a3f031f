-- What each person chose for themselves, and telling people on their devices.
CREATE TABLE choices (
  person  TEXT    NOT NULL REFERENCES people (id),
  key     TEXT    NOT NULL,                    -- telling, views
  value   TEXT    NOT NULL,                    -- JSON of the shape that the key has
  version INTEGER NOT NULL,                    -- counts the changes
  PRIMARY KEY (person, key)
) WITHOUT ROWID;

-- Browsers that asked to be told by Web Push. One lives as long as the session that it was asked with.
CREATE TABLE push_devices (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  session  BLOB    NOT NULL REFERENCES sessions (token) ON DELETE CASCADE,
  person   TEXT    NOT NULL REFERENCES people (id),
  endpoint TEXT    NOT NULL UNIQUE,            -- of the browser's push service
  p256dh   TEXT    NOT NULL,                   -- what is sent is sealed for this key and secret
  auth     TEXT    NOT NULL,
  language TEXT    NOT NULL,
  since    INTEGER NOT NULL                    -- number of the log's last operation when it asked: it hears of later ones
);
CREATE INDEX push_devices_of_session ON push_devices (session);

-- Up to which operation of the log the outbox was filled. One row.
CREATE TABLE push_place (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL);
INSERT INTO push_place VALUES (1, 0);

CREATE TABLE push_outbox (
  device   INTEGER NOT NULL REFERENCES push_devices (id) ON DELETE CASCADE,
  case_id  TEXT    NOT NULL,
  kind     TEXT    NOT NULL,
  number   INTEGER NOT NULL,                   -- of the operation in the log; of a time limit when it runs out
  at       INTEGER NOT NULL,                   -- server's clock
  held     INTEGER NOT NULL,                   -- 1: it waits for the end of quiet hours
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at  INTEGER NOT NULL,
  PRIMARY KEY (device, case_id, kind, number)
) WITHOUT ROWID;
CREATE INDEX push_outbox_due ON push_outbox (next_at);

-- Time limits that were told to be about to run out.
CREATE TABLE push_soon (
  case_id TEXT    NOT NULL,
  due     INTEGER NOT NULL,
  PRIMARY KEY (case_id, due)
) WITHOUT ROWID;

ALTER TABLE webhooks ADD COLUMN paused INTEGER NOT NULL DEFAULT 0; -- 1: what happens meanwhile waits
ALTER TABLE webhooks ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
