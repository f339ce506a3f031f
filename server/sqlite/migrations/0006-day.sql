-- Since when a phone holds what never arrived: the server's clock at the hello that told of it first. It counts only while
-- last_claimed is above counter.
ALTER TABLE replicas ADD COLUMN held_since INTEGER;
UPDATE replicas SET held_since = last_hello_at WHERE last_claimed > counter;

-- The few photos that are named and not here, so that to ask a squad's phones for them costs no walk through all that ever came.
CREATE INDEX case_photos_waiting ON case_photos (author, case_id) WHERE here = 'waiting';
