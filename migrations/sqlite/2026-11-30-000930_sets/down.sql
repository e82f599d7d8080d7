DELETE FROM reservations WHERE order_item_id IN (SELECT order_item_id FROM order_item_components);
CREATE TABLE reserved_pieces (
    order_item_id INTEGER NOT NULL REFERENCES order_items (order_item_id) ON DELETE CASCADE,
    warehouse_id INTEGER NOT NULL,
    item_id INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    PRIMARY KEY (order_item_id, warehouse_id)
) WITHOUT ROWID;
INSERT INTO reserved_pieces (order_item_id, warehouse_id, item_id, quantity)
    SELECT order_item_id, warehouse_id, item_id, quantity FROM reservations;
DROP TABLE reservations;
ALTER TABLE reserved_pieces RENAME TO reservations;
CREATE INDEX reservations_by_item ON reservations (item_id);
DROP TABLE order_item_components;
DROP TABLE set_components;
DROP TABLE epa_boms;
DROP TABLE epa_assemblies;
