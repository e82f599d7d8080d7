-- What Kontor and channels said to each other, cut and without secrets.
CREATE TABLE feeds (
    feed_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    -- The kind of call, as in rate limits.
    feed_type TEXT NOT NULL,
    target TEXT NOT NULL,
    status INTEGER,
    failure TEXT,
    request TEXT NOT NULL,
    request_bytes BIGINT NOT NULL,
    answer TEXT NOT NULL,
    answer_bytes BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX feeds_by_account ON feeds (mandator_id, account_id, feed_id);
CREATE INDEX feeds_by_time ON feeds (created_at);
