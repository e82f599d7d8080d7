-- What buyers and merchant say to each other at channels: messages, disputes, feedback.
CREATE TABLE contacts (
    contact_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    -- 1 message, 2 dispute, 3 feedback.
    kind INTEGER NOT NULL,
    -- The channel's own number; missing until the channel took what Kontor sends.
    external_number TEXT,
    -- The ERP's own number.
    external_id TEXT,
    -- The channel's number of the order, which may come later, and of its line.
    marketplace_order_id TEXT,
    channel_line_id TEXT,
    said_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_changed BIGINT NOT NULL,
    last_changed_by TEXT NOT NULL,
    data TEXT NOT NULL
);
CREATE UNIQUE INDEX contacts_by_number ON contacts (account_id, kind, external_number);
CREATE INDEX contacts_by_change ON contacts (mandator_id, kind, last_changed);
CREATE INDEX contacts_by_external ON contacts (mandator_id, external_id);
CREATE INDEX contacts_by_order ON contacts (account_id, marketplace_order_id);

-- How far each account was read.
CREATE TABLE contact_cursors (
    account_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    cursor TEXT NOT NULL,
    PRIMARY KEY (account_id, kind)
);

-- What all feedback of an account comes to, in the channel's own sums.
CREATE TABLE feedback_summaries (
    account_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    last_changed BIGINT NOT NULL,
    data TEXT NOT NULL
);
