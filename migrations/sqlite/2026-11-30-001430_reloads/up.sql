-- That `kontor reload` asked the gateways to read their configuration again, and what each of them answered.
CREATE TABLE reload_requests (
    reload_id INTEGER NOT NULL PRIMARY KEY,
    asked_at BIGINT NOT NULL
);

CREATE TABLE reload_answers (
    reload_id INTEGER NOT NULL REFERENCES reload_requests (reload_id) ON DELETE CASCADE,
    -- Which gateway it is of: host and process.
    gateway TEXT NOT NULL,
    worked BOOLEAN NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (reload_id, gateway)
);
