-- How a contractor without an account reports one dispatched case handled.

CREATE TABLE links (
  token      BLOB PRIMARY KEY,               -- SHA-256 of the secret in the address
  case_id    TEXT    NOT NULL REFERENCES cases (id),
  unit       TEXT    NOT NULL REFERENCES units (code), -- that the case was dispatched to
  contractor TEXT    NOT NULL,               -- what people call the contractor
  made_by    TEXT    NOT NULL REFERENCES people (id),
  made_at    INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER,
  used_at    INTEGER,                        -- when the case was reported handled by it
  done_at    INTEGER                         -- when its photos were here too
) WITHOUT ROWID;
CREATE INDEX links_of_case ON links (case_id, made_at);
