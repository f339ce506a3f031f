-- What other systems are told: webhooks, what waits to be delivered, and what became of it.
CREATE TABLE webhooks (
  id       INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: what was told stands under it
  name     TEXT    NOT NULL UNIQUE,
  url      TEXT    NOT NULL,
  secret   TEXT    NOT NULL,
  format   TEXT    NOT NULL,                  -- json, wecom, dingtalk
  events   TEXT    NOT NULL,                  -- parted by commas
  words    INTEGER NOT NULL DEFAULT 0,        -- 1: with the case's description
  since    INTEGER NOT NULL                   -- number of the log's last operation when it was added: it hears of later ones
);

-- Up to which operation of the log the outbox was filled. One row.
CREATE TABLE webhook_place (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL);
INSERT INTO webhook_place VALUES (1, 0);

CREATE TABLE webhook_outbox (
  webhook  INTEGER NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
  number   INTEGER NOT NULL,                  -- of the operation in the log
  event    TEXT    NOT NULL,
  event_id TEXT    NOT NULL,
  case_id  TEXT    NOT NULL,
  state    TEXT    NOT NULL,                  -- that the case had after it
  at       INTEGER NOT NULL,                  -- server's clock when the operation came
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at  INTEGER NOT NULL,
  PRIMARY KEY (webhook, number)
) WITHOUT ROWID;
CREATE INDEX webhook_outbox_of_case ON webhook_outbox (webhook, case_id, number);

CREATE TABLE webhook_log (
  number   INTEGER PRIMARY KEY,
  webhook  INTEGER NOT NULL,
  event    TEXT    NOT NULL,
  event_id TEXT    NOT NULL,
  attempt  INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  took     INTEGER NOT NULL,                  -- milliseconds
  status   INTEGER NOT NULL,                  -- of HTTP; 0: no answer
  fault    TEXT    NOT NULL                   -- empty: delivered
);
CREATE INDEX webhook_log_of ON webhook_log (webhook, number);
