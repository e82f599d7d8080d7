ALTER TABLE account_work DROP COLUMN shop;
