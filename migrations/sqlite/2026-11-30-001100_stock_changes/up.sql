-- Which stock changed, in the order of changes. Only ever appended to: an index on stock by its stamp would have to be
-- rewritten all over with each booking. A row counts while the stock still has its stamp; the others are forgotten later.
CREATE TABLE stock_changes (
    mandator_id INTEGER NOT NULL,
    last_changed BIGINT NOT NULL,
    item_id INTEGER NOT NULL,
    warehouse_id INTEGER NOT NULL,
    PRIMARY KEY (mandator_id, last_changed, item_id, warehouse_id)
) WITHOUT ROWID;
INSERT INTO stock_changes (mandator_id, last_changed, item_id, warehouse_id)
    SELECT items.mandator_id, stock.last_changed, stock.item_id, stock.warehouse_id
    FROM stock JOIN items ON items.item_id = stock.item_id
    ORDER BY items.mandator_id, stock.last_changed, stock.item_id, stock.warehouse_id;
DROP INDEX stock_by_change;
