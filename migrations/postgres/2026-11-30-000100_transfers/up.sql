-- Customers and coupons that go to a channel: a row per record and account. It stays when the channel has the record, so that
-- later changes follow.
CREATE TABLE transfers (
    transfer_id INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    record_id INTEGER NOT NULL,
    -- The channel's own number.
    external_number TEXT,
    version BIGINT NOT NULL,
    status INTEGER NOT NULL,
    due_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    first_failed_at BIGINT,
    last_error TEXT,
    begun INTEGER NOT NULL
);
CREATE UNIQUE INDEX transfers_by_record ON transfers (kind, record_id, account_id);
CREATE INDEX transfers_due ON transfers (account_id, status, due_at);
CREATE INDEX transfers_by_version ON transfers (version);
