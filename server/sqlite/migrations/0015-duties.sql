-- Errands are counted over the last days, so that everybody is sent as often as the others.
CREATE INDEX operations_sending ON operations (received) WHERE action IN ('assign', 'sendVerify', 'sendRecheck');
