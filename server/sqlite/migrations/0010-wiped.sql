-- A phone that was revoked is let in only to bring what it still holds, and says when it has forgotten the rest.
ALTER TABLE sessions ADD COLUMN replica TEXT REFERENCES replicas (id); -- the phone that was enrolled by it; NULL before
CREATE INDEX sessions_of_replica ON sessions (replica) WHERE replica IS NOT NULL;
ALTER TABLE replicas ADD COLUMN wiped_at INTEGER;                      -- server's clock when the phone said so
