-- What comes back finds its payment, also if it comes first.
ALTER TABLE payments ADD COLUMN original_transaction TEXT;
UPDATE payments SET original_transaction = json_extract(data, '$.entry.original_transaction');
CREATE INDEX payments_by_original ON payments (mandator_id, original_transaction);

-- Whose account a statement is of.
CREATE INDEX payments_by_account ON payments (payment_account, mandator_id);
