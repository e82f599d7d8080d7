-- 1: the channel still shows a listing that the offer had under this SKU or number, and it has to end there.
ALTER TABLE offer_skus ADD COLUMN left_behind INTEGER NOT NULL DEFAULT 0;
