-- When the receipt of an operation says that it was received; 0: it does not say so, as those of before.
ALTER TABLE operations ADD COLUMN receipted INTEGER NOT NULL DEFAULT 0;

-- A row is never changed but for its place in the case's own order: an operation that comes back after a restore takes its
-- receipted place before what was done later. Epoch and seq are its receipt's.
DROP TRIGGER operations_stay;
CREATE TRIGGER operations_stay BEFORE UPDATE OF number, replica, counter, hash, text, signature, case_id, action, outcome, fault, to_state, role, squad,
  table_version, received, at, marks, seq, epoch, mac, was_replica, was_counter, was_hash, receipted ON operations
  BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
