ALTER TABLE account_work DROP COLUMN silent;
ALTER TABLE account_work DROP COLUMN no_order_since;
DROP TABLE limited_calls;
