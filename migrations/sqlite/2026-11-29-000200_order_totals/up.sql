-- Positions with the sums of their channel, in 1/10 000. Missing where it says none.
ALTER TABLE order_items ADD COLUMN total_amount BIGINT;
ALTER TABLE order_items ADD COLUMN tax_amount BIGINT;
-- Returned pieces that the ERP reported; what came back beyond them, its channel reported.
ALTER TABLE order_items ADD COLUMN returned_reported INTEGER NOT NULL DEFAULT 0;
UPDATE order_items SET returned_reported = returned;
