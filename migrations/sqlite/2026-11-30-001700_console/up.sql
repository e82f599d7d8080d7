-- Who is logged in to the console. The token itself is only in the browser's cookie.
CREATE TABLE sessions (
    -- SHA-256 of the token, hexadecimal.
    token_digest TEXT NOT NULL PRIMARY KEY,
    user_name TEXT NOT NULL,
    -- SHA-256 of what the user's password is checked with: a new password ends the sessions.
    password_digest TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Ends then, whatever is done until then.
    ends_at BIGINT NOT NULL,
    -- The one page that a session by a link may see.
    only_path TEXT
);
CREATE INDEX sessions_by_end ON sessions (ends_at);

-- What people did in the console.
CREATE TABLE audit (
    audit_id INTEGER NOT NULL PRIMARY KEY,
    done_at BIGINT NOT NULL,
    user_name TEXT NOT NULL,
    -- The address that it came from.
    origin TEXT NOT NULL,
    action TEXT NOT NULL,
    about TEXT NOT NULL,
    worked BOOLEAN NOT NULL,
    outcome TEXT NOT NULL
);
CREATE INDEX audit_by_time ON audit (done_at);

-- Numbers by the hour, for the plots of the console.
CREATE TABLE hourly (
    -- Hours since 1970.
    hour BIGINT NOT NULL,
    account_id INTEGER NOT NULL,
    -- What is counted: 1 new orders, 2 calls to the channel, 3 those that failed, 4 seconds that the oldest change waited.
    counted INTEGER NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (hour, account_id, counted)
);
