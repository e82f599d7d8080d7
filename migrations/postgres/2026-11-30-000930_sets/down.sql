DELETE FROM reservations WHERE order_item_id IN (SELECT order_item_id FROM order_item_components);
ALTER TABLE reservations DROP CONSTRAINT reservations_pkey;
ALTER TABLE reservations ADD PRIMARY KEY (order_item_id, warehouse_id);
DROP TABLE order_item_components;
DROP TABLE set_components;
DROP TABLE epa_boms;
DROP TABLE epa_assemblies;
