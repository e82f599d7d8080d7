-- Money that the ERP gave back to buyers.
CREATE TABLE credit_entries (
    credit_entry_id INTEGER NOT NULL PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (order_id) ON DELETE CASCADE,
    mandator_id INTEGER NOT NULL,
    -- The ERP's own number: the same again is a repeat.
    external_credit_number TEXT NOT NULL,
    -- In 1/10 000.
    amount BIGINT NOT NULL,
    currency_code_iso TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- The fact that reports it to the channel. Missing where there is no channel.
    fact_key TEXT,
    -- 0: not settled yet; 1: the channel has it; 2: it stays in Kontor; 3: the channel refused it;
    -- 4: it was given up.
    state INTEGER NOT NULL,
    settled_at BIGINT,
    data TEXT NOT NULL
);
CREATE UNIQUE INDEX credit_entries_by_number ON credit_entries (mandator_id, external_credit_number);
CREATE INDEX credit_entries_by_order ON credit_entries (order_id);
CREATE INDEX credit_entries_by_fact ON credit_entries (fact_key);
