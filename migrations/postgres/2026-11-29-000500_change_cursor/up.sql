-- Keys of deleted records, for readers of changes.
CREATE TABLE deletions (
    mandator_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    stamp BIGINT NOT NULL,
    record_id INTEGER NOT NULL,
    internal_item_number TEXT NOT NULL,
    account_id INTEGER,
    PRIMARY KEY (mandator_id, kind, stamp, record_id)
);

-- Each start of a gateway with the last change before it: what a cursor was made by, and whether a backup was restored since.
CREATE TABLE starts (
    start_id INTEGER NOT NULL PRIMARY KEY,
    token BIGINT NOT NULL UNIQUE,
    last BIGINT NOT NULL
);

-- Deletions up to this stamp are forgotten; a reader that stands before it starts again.
ALTER TABLE change_clock ADD COLUMN forgotten BIGINT NOT NULL DEFAULT 0;

-- Records that changed together are read in the order of their numbers. (On SQLite an index ends with the row's number.)
CREATE INDEX offers_by_change ON offers (mandator_id, last_changed, offer_id);
DROP INDEX orders_by_change;
CREATE INDEX orders_by_change ON orders (mandator_id, last_changed, order_id);
DROP INDEX items_by_change;
CREATE INDEX items_by_change ON items (mandator_id, last_changed, item_id);
DROP INDEX categories_by_change;
CREATE INDEX categories_by_change ON categories (mandator_id, last_changed, category_id);
DROP INDEX stock_by_change;
CREATE INDEX stock_by_change ON stock (last_changed, item_id, warehouse_id);
