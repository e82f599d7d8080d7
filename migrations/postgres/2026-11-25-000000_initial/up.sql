-- The one row that serialises writers and hands out change stamps (microseconds UTC, strictly increasing).
CREATE TABLE change_clock (
    id INTEGER NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
);
INSERT INTO change_clock (id, last) VALUES (1, 0);

-- Numbers that are never given twice: ids of records, order numbers.
CREATE TABLE counters (
    name TEXT NOT NULL PRIMARY KEY,
    last INTEGER NOT NULL
);

-- What the configuration file defines, with the times an ERP may ask for.
CREATE TABLE configured (
    kind TEXT NOT NULL,
    id INTEGER NOT NULL,
    digest TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_changed BIGINT NOT NULL,
    PRIMARY KEY (kind, id)
);

CREATE TABLE categories (
    category_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    identifier TEXT NOT NULL,
    external_id TEXT,
    parent_id INTEGER REFERENCES categories (category_id),
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    last_changed BIGINT NOT NULL,
    last_changed_by TEXT NOT NULL,
    data TEXT NOT NULL
);
CREATE UNIQUE INDEX categories_by_external_id ON categories (mandator_id, external_id);
CREATE INDEX categories_by_change ON categories (mandator_id, last_changed);

-- Keys and filters are columns; the rest of an article is one document, because it is always read and written whole.
CREATE TABLE items (
    item_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    internal_item_number TEXT NOT NULL,
    identifier TEXT NOT NULL,
    vendor_item_number TEXT,
    ean_code TEXT,
    match_code TEXT,
    tax_type_id INTEGER NOT NULL,
    category_id INTEGER REFERENCES categories (category_id),
    active BOOLEAN,
    is_adult_product BOOLEAN,
    variant_parent_id INTEGER REFERENCES items (item_id),
    list_price BIGINT,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    last_changed BIGINT NOT NULL,
    last_changed_by TEXT NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX items_by_number ON items (mandator_id, internal_item_number);
CREATE INDEX items_by_ean ON items (mandator_id, ean_code);
CREATE INDEX items_by_change ON items (mandator_id, last_changed);
CREATE INDEX items_by_parent ON items (variant_parent_id);
CREATE INDEX items_by_category ON items (category_id);

-- Images that came inline, by the SHA-256 of their content.
CREATE TABLE image_contents (
    digest TEXT NOT NULL PRIMARY KEY,
    media_type TEXT NOT NULL,
    content BYTEA NOT NULL
);

CREATE TABLE stock (
    item_id INTEGER NOT NULL REFERENCES items (item_id) ON DELETE CASCADE,
    warehouse_id INTEGER NOT NULL,
    stock_count INTEGER NOT NULL,
    last_changed BIGINT NOT NULL,
    PRIMARY KEY (item_id, warehouse_id)
);
CREATE INDEX stock_by_change ON stock (last_changed);

CREATE TABLE pricelists (
    pricelist_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    identifier TEXT NOT NULL,
    external_id TEXT,
    iso_currency TEXT NOT NULL,
    rounding_id INTEGER NOT NULL,
    gross BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    last_changed BIGINT NOT NULL,
    last_changed_by TEXT NOT NULL
);
CREATE UNIQUE INDEX pricelists_by_identifier ON pricelists (mandator_id, identifier);
CREATE UNIQUE INDEX pricelists_by_external_id ON pricelists (mandator_id, external_id);

-- valid_from and valid_to are days (YYYY-MM-DD) or both empty: the unlimited period.
CREATE TABLE price_validities (
    validity_id INTEGER NOT NULL PRIMARY KEY,
    pricelist_id INTEGER NOT NULL REFERENCES pricelists (pricelist_id) ON DELETE CASCADE,
    identifier TEXT,
    valid_from TEXT,
    valid_to TEXT
);
CREATE INDEX price_validities_by_pricelist ON price_validities (pricelist_id);

CREATE TABLE prices (
    validity_id INTEGER NOT NULL REFERENCES price_validities (validity_id) ON DELETE CASCADE,
    item_id INTEGER NOT NULL REFERENCES items (item_id) ON DELETE CASCADE,
    price BIGINT NOT NULL,
    PRIMARY KEY (validity_id, item_id)
);
CREATE INDEX prices_by_item ON prices (item_id);

-- state: 0 prepared, 1 running, 2 ended. shown_*: what the channel last confirmed.
CREATE TABLE offers (
    offer_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    item_id INTEGER NOT NULL REFERENCES items (item_id),
    state INTEGER NOT NULL,
    wanted INTEGER NOT NULL,
    external_offer_number TEXT,
    url TEXT,
    shown_price BIGINT,
    shown_quantity INTEGER,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    last_changed BIGINT NOT NULL
);
CREATE UNIQUE INDEX offers_by_item ON offers (account_id, item_id);
CREATE INDEX offers_of_item ON offers (item_id);
CREATE INDEX offers_by_number ON offers (account_id, external_offer_number);

-- The dirty set: what channels still have to be told about offers. Done rows are deleted.
-- topic: 0 listing, 1 content, 2 price, 3 quantity. status: 0 pending, 1 parked.
CREATE TABLE outbox_states (
    offer_id INTEGER NOT NULL REFERENCES offers (offer_id) ON DELETE CASCADE,
    topic INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    version BIGINT NOT NULL,
    status INTEGER NOT NULL,
    due_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    first_failed_at BIGINT,
    last_error TEXT,
    PRIMARY KEY (offer_id, topic)
);
CREATE INDEX outbox_states_due ON outbox_states (account_id, status, due_at);
CREATE INDEX outbox_states_by_version ON outbox_states (version);

-- The log of facts: what channels still have to be told about orders. status: 0 pending, 1 parked, 2 done.
CREATE TABLE outbox_facts (
    fact_id INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    fact_key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    version BIGINT NOT NULL,
    status INTEGER NOT NULL,
    due_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    first_failed_at BIGINT,
    last_error TEXT,
    settled_at BIGINT
);
CREATE INDEX outbox_facts_due ON outbox_facts (account_id, status, due_at);
CREATE INDEX outbox_facts_by_order ON outbox_facts (order_id);
CREATE INDEX outbox_facts_by_version ON outbox_facts (version);

-- Every word of a channel about an offer or an order, for a limited time. severity: 0 error, 1 warning, 2 info.
CREATE TABLE upload_messages (
    message_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    item_id INTEGER,
    offer_id INTEGER,
    order_id INTEGER,
    severity INTEGER NOT NULL,
    code TEXT NOT NULL,
    text TEXT NOT NULL,
    remedy TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX upload_messages_by_time ON upload_messages (created_at);
CREATE INDEX upload_messages_by_offer ON upload_messages (offer_id);

-- One row per account: who works on it, and how far its orders are collected.
CREATE TABLE account_work (
    account_id INTEGER NOT NULL PRIMARY KEY,
    lease_owner TEXT,
    lease_until BIGINT NOT NULL,
    order_cursor TEXT,
    next_poll_at BIGINT NOT NULL,
    polled_at BIGINT,
    poll_wanted BIGINT NOT NULL,
    poll_served BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL,
    failures INTEGER NOT NULL,
    last_error TEXT
);

CREATE TABLE customers (
    customer_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    account_id INTEGER,
    customer_number INTEGER NOT NULL,
    channel_key TEXT,
    email_address TEXT
);
CREATE UNIQUE INDEX customers_by_channel_key ON customers (mandator_id, account_id, channel_key);
CREATE INDEX customers_by_number ON customers (mandator_id, customer_number);

CREATE TABLE orders (
    order_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    account_id INTEGER,
    sub_channel_id INTEGER NOT NULL,
    order_number INTEGER NOT NULL,
    order_number_prefix TEXT,
    external_order_number_1 TEXT,
    external_order_number_2 TEXT,
    marketplace_order_id TEXT,
    marketplace_order_id_2 TEXT,
    transaction_id_1 TEXT,
    transaction_id_2 TEXT,
    order_date BIGINT,
    created_at BIGINT NOT NULL,
    last_changed BIGINT NOT NULL,
    last_changed_by TEXT NOT NULL,
    export_date BIGINT,
    order_status_id INTEGER NOT NULL,
    complete_status INTEGER NOT NULL,
    workflow INTEGER NOT NULL,
    payment_method_id INTEGER,
    customer_id INTEGER REFERENCES customers (customer_id),
    email_address TEXT,
    invoice_number TEXT,
    channel_digest TEXT,
    data TEXT NOT NULL
);
CREATE UNIQUE INDEX orders_by_marketplace_order_id ON orders (account_id, marketplace_order_id);
CREATE INDEX orders_by_number ON orders (mandator_id, order_number);
CREATE INDEX orders_by_external_1 ON orders (mandator_id, external_order_number_1);
CREATE INDEX orders_by_external_2 ON orders (mandator_id, external_order_number_2);
CREATE INDEX orders_by_change ON orders (mandator_id, last_changed);
CREATE INDEX orders_by_export ON orders (mandator_id, export_date);

-- reserved: pieces that still count against the stock of warehouse_id.
CREATE TABLE order_items (
    order_item_id INTEGER NOT NULL PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (order_id) ON DELETE CASCADE,
    item_id INTEGER,
    offer_id INTEGER,
    channel_line_id TEXT,
    internal_item_number TEXT,
    external_offer_number TEXT,
    identifier TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    price BIGINT NOT NULL,
    tax_rate BIGINT,
    warehouse_id INTEGER,
    reserved INTEGER NOT NULL
);
CREATE INDEX order_items_by_order ON order_items (order_id);
CREATE INDEX order_items_by_item ON order_items (item_id, reserved);

CREATE TABLE order_packets (
    packet_id INTEGER NOT NULL PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (order_id) ON DELETE CASCADE,
    data TEXT NOT NULL
);
CREATE INDEX order_packets_by_order ON order_packets (order_id);

CREATE TABLE order_payments (
    order_payment_id INTEGER NOT NULL PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (order_id) ON DELETE CASCADE,
    data TEXT NOT NULL
);
CREATE INDEX order_payments_by_order ON order_payments (order_id);

CREATE TABLE order_notices (
    order_notice_id INTEGER NOT NULL PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (order_id) ON DELETE CASCADE,
    notice_type INTEGER NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX order_notices_by_order ON order_notices (order_id);

CREATE TABLE order_tags (
    order_id INTEGER NOT NULL REFERENCES orders (order_id) ON DELETE CASCADE,
    tag_identifier TEXT NOT NULL,
    PRIMARY KEY (order_id, tag_identifier)
);

-- Answers of writing calls, to be given again when a call is repeated.
CREATE TABLE replays (
    replay_id INTEGER NOT NULL PRIMARY KEY,
    replay_key TEXT NOT NULL UNIQUE,
    keyed BOOLEAN NOT NULL,
    document TEXT NOT NULL,
    additive BOOLEAN NOT NULL,
    answer TEXT NOT NULL,
    records INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX replays_by_time ON replays (created_at);
