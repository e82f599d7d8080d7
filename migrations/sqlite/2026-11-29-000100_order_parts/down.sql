ALTER TABLE orders DROP COLUMN channel_document;
DROP TABLE order_changes;
DROP TABLE package_contents;
DROP INDEX order_items_unmatched;
DROP INDEX order_items_by_item;
-- Before, a position had one warehouse.
ALTER TABLE order_items ADD COLUMN warehouse_id INTEGER;
ALTER TABLE order_items ADD COLUMN reserved INTEGER NOT NULL DEFAULT 0;
UPDATE order_items SET
    warehouse_id = (SELECT MIN(warehouse_id) FROM reservations WHERE reservations.order_item_id = order_items.order_item_id),
    reserved = COALESCE((SELECT SUM(quantity) FROM reservations WHERE reservations.order_item_id = order_items.order_item_id), 0);
DROP TABLE reservations;
ALTER TABLE order_items DROP COLUMN refunded;
ALTER TABLE order_items DROP COLUMN returned;
ALTER TABLE order_items DROP COLUMN shipped;
ALTER TABLE order_items DROP COLUMN cancelled_told;
ALTER TABLE order_items DROP COLUMN cancelled;
CREATE INDEX order_items_by_item ON order_items (item_id, reserved);
