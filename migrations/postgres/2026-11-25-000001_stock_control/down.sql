ALTER TABLE items DROP COLUMN minimum_stock;
ALTER TABLE items DROP COLUMN safety_stock;
DROP INDEX offers_by_release;
ALTER TABLE offers DROP COLUMN specific_offer_data;
ALTER TABLE offers DROP COLUMN release_at;
ALTER TABLE offers DROP COLUMN ended_by;
ALTER TABLE offers DROP COLUMN open_at_most;
ALTER TABLE offers DROP COLUMN open_quantity;
ALTER TABLE offers DROP COLUMN refill_from;
