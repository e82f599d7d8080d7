-- Positions know how many of their pieces are where. Version 0.1 shipped and cancelled whole orders only, so its rows can
-- be filled in: 130 to 160 are the shipped states, 200 is cancelled.
ALTER TABLE order_items ADD COLUMN cancelled INTEGER NOT NULL DEFAULT 0;
-- Cancelled pieces that the channel knows of, because we or it said so.
ALTER TABLE order_items ADD COLUMN cancelled_told INTEGER NOT NULL DEFAULT 0;
ALTER TABLE order_items ADD COLUMN shipped INTEGER NOT NULL DEFAULT 0;
ALTER TABLE order_items ADD COLUMN returned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE order_items ADD COLUMN refunded INTEGER NOT NULL DEFAULT 0;
UPDATE order_items SET shipped = quantity
    WHERE quantity > 0 AND order_id IN (SELECT order_id FROM orders WHERE order_status_id IN (130, 140, 150, 160));
UPDATE order_items SET cancelled = quantity, cancelled_told = quantity
    WHERE quantity > 0 AND order_id IN (SELECT order_id FROM orders WHERE order_status_id = 200);

-- Pieces that still count against the stock of a warehouse.
CREATE TABLE reservations (
    order_item_id INTEGER NOT NULL REFERENCES order_items (order_item_id) ON DELETE CASCADE,
    warehouse_id INTEGER NOT NULL,
    item_id INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    PRIMARY KEY (order_item_id, warehouse_id)
) WITHOUT ROWID;
CREATE INDEX reservations_by_item ON reservations (item_id);
INSERT INTO reservations (order_item_id, warehouse_id, item_id, quantity)
    SELECT order_item_id, warehouse_id, item_id, reserved FROM order_items
    WHERE reserved > 0 AND warehouse_id IS NOT NULL AND item_id IS NOT NULL;
DROP INDEX order_items_by_item;
ALTER TABLE order_items DROP COLUMN reserved;
ALTER TABLE order_items DROP COLUMN warehouse_id;
CREATE INDEX order_items_by_item ON order_items (item_id);
-- Positions that wait for their article.
CREATE INDEX order_items_unmatched ON order_items (internal_item_number) WHERE item_id IS NULL;

-- What is in a package.
CREATE TABLE package_contents (
    package_content_id INTEGER NOT NULL PRIMARY KEY,
    packet_id INTEGER NOT NULL REFERENCES order_packets (packet_id) ON DELETE CASCADE,
    order_item_id INTEGER NOT NULL REFERENCES order_items (order_item_id) ON DELETE CASCADE,
    warehouse_id INTEGER,
    quantity INTEGER NOT NULL
);
CREATE INDEX package_contents_by_packet ON package_contents (packet_id);

-- What a channel changed in an order that the ERP had taken over, until the ERP accepts it.
CREATE TABLE order_changes (
    order_change_id INTEGER NOT NULL PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (order_id) ON DELETE CASCADE,
    changed_at BIGINT NOT NULL,
    what TEXT NOT NULL,
    order_item_id INTEGER,
    old_value TEXT,
    new_value TEXT
);
CREATE INDEX order_changes_by_order ON order_changes (order_id);

-- The order as the channel last said it, in JSON. Missing where version 0.1 stored the order.
ALTER TABLE orders ADD COLUMN channel_document TEXT;
