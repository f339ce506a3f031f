-- Which replica vouched for this one with its signature (R21): revoking a phone revokes what it let in after itself.
ALTER TABLE replicas ADD COLUMN succeeds TEXT REFERENCES replicas (id);
CREATE INDEX replicas_that_succeed ON replicas (succeeds) WHERE succeeds IS NOT NULL;
