-- How far a returned case came to whom it came back to: 0 not known, 1 on the phone, 2 seen. The case's projection says when.
ALTER TABLE cases ADD COLUMN reached INTEGER NOT NULL DEFAULT 0;
CREATE INDEX cases_to_reach ON cases (reporter, seq) WHERE state = 'returned';
