ALTER TABLE offer_skus DROP COLUMN left_behind;
