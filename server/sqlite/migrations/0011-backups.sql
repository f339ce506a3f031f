-- What runs of "buxun backup" came to. A backup does not hold the note of itself.
CREATE TABLE backups (
  number     INTEGER PRIMARY KEY,
  at         INTEGER NOT NULL,     -- server's clock when it began
  backup     TEXT    NOT NULL,     -- its name; empty: none was made
  operations INTEGER NOT NULL,
  cases      INTEGER NOT NULL,
  photos     INTEGER NOT NULL,
  missing    INTEGER NOT NULL,     -- photos that were gone from the storage
  fault      TEXT    NOT NULL      -- why none was made; empty: made
);
