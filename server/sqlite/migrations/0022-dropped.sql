-- What waited for a webhook too long, or behind too many, and was dropped: how many, in the row that says so; 0 in a delivery's.
ALTER TABLE webhook_log ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;
