-- When a phone compared last what it holds as acknowledged with what is here, and how much that was.
CREATE TABLE reckonings (
  replica TEXT PRIMARY KEY REFERENCES replicas (id),
  at      INTEGER NOT NULL,
  records INTEGER NOT NULL,
  photos  INTEGER NOT NULL
) WITHOUT ROWID;

-- What a phone held as acknowledged and was not here then. Whether it is here by now is seen from the log and the photos themselves.
CREATE TABLE differences (
  replica  TEXT    NOT NULL REFERENCES replicas (id),
  counter  INTEGER NOT NULL,
  photo    TEXT    NOT NULL,     -- hash of the photo or voice note; '' for the record itself
  hash     TEXT    NOT NULL,     -- of the record, as the phone says
  outcome  TEXT    NOT NULL,     -- likewise
  case_id  TEXT    NOT NULL,     -- likewise
  held     INTEGER NOT NULL,     -- whether the phone still had it, so that it comes again
  proved   INTEGER NOT NULL,     -- whether the phone showed the centre's own receipt for the record
  first_at INTEGER NOT NULL,
  last_at  INTEGER NOT NULL,
  PRIMARY KEY (replica, counter, photo)
) WITHOUT ROWID;
