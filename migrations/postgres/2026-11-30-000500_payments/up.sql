-- Money that came in or went out: bookings of statements, transactions of payment services, reports of the ERP.
CREATE TABLE payments (
    payment_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    -- By what it is recognised when it comes again.
    entry_key TEXT NOT NULL,
    -- Digest of account and number of its statement; empty: none.
    statement_key TEXT NOT NULL,
    -- Our own account.
    payment_account TEXT,
    -- Midnight of the day of booking, in the mandator's zone.
    payment_date BIGINT NOT NULL,
    -- In 1/10 000; negative: money that left.
    amount BIGINT NOT NULL,
    -- Of the amount, what is not assigned to orders.
    open_amount BIGINT NOT NULL,
    currency_code_iso TEXT NOT NULL,
    depositor TEXT,
    iban TEXT,
    transaction_id TEXT,
    -- The ERP's own number.
    external_id TEXT,
    end_to_end_id TEXT,
    payment_system_id INTEGER,
    -- 1: waits; 2: a part is assigned; 3: assigned; 4: concerns no order.
    state INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    last_changed BIGINT NOT NULL,
    last_changed_by TEXT NOT NULL,
    data TEXT NOT NULL
);
CREATE UNIQUE INDEX payments_by_entry ON payments (mandator_id, entry_key, statement_key);
CREATE INDEX payments_by_change ON payments (mandator_id, last_changed);
CREATE INDEX payments_by_state ON payments (mandator_id, state);
CREATE INDEX payments_by_transaction ON payments (mandator_id, transaction_id);
CREATE INDEX payments_by_external ON payments (mandator_id, external_id);
CREATE INDEX payments_by_end_to_end ON payments (mandator_id, end_to_end_id);
CREATE INDEX payments_by_iban ON payments (mandator_id, iban);

-- Which payment is for which order, and why. Negative: money of the order that went back.
CREATE TABLE payment_assignments (
    payment_assignment_id INTEGER NOT NULL PRIMARY KEY,
    payment_id INTEGER NOT NULL REFERENCES payments (payment_id) ON DELETE CASCADE,
    order_id INTEGER NOT NULL REFERENCES orders (order_id) ON DELETE CASCADE,
    amount BIGINT NOT NULL,
    assigned_at BIGINT NOT NULL,
    assigned_by TEXT NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX payment_assignments_by_payment ON payment_assignments (payment_id);
CREATE INDEX payment_assignments_by_order ON payment_assignments (order_id);

-- Statements that were imported to the end.
CREATE TABLE payment_statements (
    mandator_id INTEGER NOT NULL,
    statement_key TEXT NOT NULL,
    -- Digest of what it said.
    content_digest TEXT NOT NULL,
    imported_at BIGINT NOT NULL,
    PRIMARY KEY (mandator_id, statement_key)
);

-- Numbers in the texts of payments are looked for among these.
CREATE INDEX orders_by_marketplace_in_mandator ON orders (mandator_id, marketplace_order_id);
CREATE INDEX orders_by_transaction ON orders (mandator_id, transaction_id_1);
CREATE INDEX orders_by_invoice ON orders (mandator_id, invoice_number);
CREATE INDEX orders_by_status ON orders (mandator_id, order_status_id);
