ALTER TABLE order_items DROP COLUMN returned_reported;
ALTER TABLE order_items DROP COLUMN tax_amount;
ALTER TABLE order_items DROP COLUMN total_amount;
