-- Whose buyers get which mails, and since when. The configuration says so; each start of a gateway writes it here, so that
-- whatever process stores an event knows it.
CREATE TABLE mail_senders (
    mandator_id INTEGER NOT NULL,
    -- 0: orders without an account (phone sales).
    account_id INTEGER NOT NULL,
    -- 1 confirmed, 2 paid, 3 shipped, 4 cancelled, 5 refunded.
    event INTEGER NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (mandator_id, account_id, event)
);

-- Mails to buyers: an outbox, and what became of each. Rows stay, so that nothing is mailed twice.
CREATE TABLE mails (
    mail_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    order_id INTEGER NOT NULL REFERENCES orders (order_id) ON DELETE CASCADE,
    event INTEGER NOT NULL,
    -- What happened, so that it is mailed once.
    event_key TEXT NOT NULL UNIQUE,
    -- The part of the Message-ID before the @. Every attempt has the same.
    message_key TEXT NOT NULL,
    -- 1 waiting, 2 sent, 3 refused, 4 gave up, 5 left out.
    state INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    -- Since when it is tried: when it was written, or had tried again by hand.
    waiting_since BIGINT NOT NULL,
    -- Of a waiting one. While it is being sent: when another process may try.
    due_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    -- When it was last tried.
    tried_at BIGINT,
    settled_at BIGINT,
    recipient TEXT,
    last_error TEXT,
    data TEXT NOT NULL
);
CREATE INDEX mails_by_due ON mails (state, due_at);
CREATE INDEX mails_by_order ON mails (order_id);
CREATE INDEX mails_by_try ON mails (tried_at);
