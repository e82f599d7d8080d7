-- Calls of ERPs. Written after they were answered, by a thread of its own.
CREATE TABLE calls (
    -- Never before the time of the call, so the numbers are in the order of time.
    call_id BIGINT NOT NULL PRIMARY KEY,
    called_at BIGINT NOT NULL,
    took_ms BIGINT NOT NULL,
    user_name TEXT NOT NULL,
    -- The address that it came from.
    origin TEXT NOT NULL,
    face TEXT NOT NULL,
    -- Empty: it did not get as far as to name one.
    operation TEXT NOT NULL,
    -- The mandators that the beginning of the document names, with blanks between them.
    mandators TEXT NOT NULL,
    -- HTTP.
    status INTEGER NOT NULL,
    -- Of a fault.
    error_code INTEGER,
    records BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    pending BIGINT NOT NULL,
    replayed BOOLEAN NOT NULL,
    request_bytes BIGINT NOT NULL,
    answer_bytes BIGINT NOT NULL,
    request_id TEXT
);
CREATE INDEX calls_by_time ON calls (called_at);

-- What they said, cut and without secrets.
CREATE TABLE call_payloads (
    call_id BIGINT NOT NULL PRIMARY KEY,
    request TEXT NOT NULL,
    -- Nothing in its Body is missing or hidden.
    is_whole BOOLEAN NOT NULL,
    answer TEXT NOT NULL
);
