ALTER TABLE offers DROP COLUMN list_after;
DROP TABLE offer_skus;
