DROP INDEX payments_by_account;
DROP INDEX payments_by_original;
ALTER TABLE payments DROP COLUMN original_transaction;
