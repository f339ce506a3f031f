-- Where a life of the data began: the log's last row then, and when the backup was made that it began from.
ALTER TABLE epochs ADD COLUMN operations INTEGER NOT NULL DEFAULT 0;
ALTER TABLE epochs ADD COLUMN backup_at INTEGER;

-- What was shown of backups: each was restored to a scratch place, opened, and its photos were read through.
CREATE TABLE proofs (
  number     INTEGER PRIMARY KEY,
  at         INTEGER NOT NULL,
  backup     TEXT    NOT NULL,     -- its name
  made_at    INTEGER NOT NULL,
  operations INTEGER NOT NULL,
  cases      INTEGER NOT NULL,
  photos     INTEGER NOT NULL,
  fault      TEXT    NOT NULL      -- why it is no good; empty: proved
);

-- The counter up to which a proved backup holds a replica's operations; phones keep what is above it while they have room.
ALTER TABLE replicas ADD COLUMN backed_up INTEGER NOT NULL DEFAULT 0;
