DROP INDEX orders_by_status;
DROP INDEX orders_by_invoice;
DROP INDEX orders_by_transaction;
DROP INDEX orders_by_marketplace_in_mandator;
DROP TABLE payment_statements;
DROP TABLE payment_assignments;
DROP TABLE payments;
