-- What the ERP or a first order says about customers. Version 0.1 knew only their numbers and addresses of e-mail.
ALTER TABLE customers ADD COLUMN external_customer_id_1 TEXT;
ALTER TABLE customers ADD COLUMN external_customer_id_2 TEXT;
ALTER TABLE customers ADD COLUMN customer_group_id INTEGER;
ALTER TABLE customers ADD COLUMN created_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE customers ADD COLUMN last_changed BIGINT NOT NULL DEFAULT 0;
-- The ERP has changed it: orders do not change it any more.
ALTER TABLE customers ADD COLUMN kept BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE customers ADD COLUMN data TEXT NOT NULL DEFAULT '{}';
UPDATE customers SET created_at = COALESCE(
    (SELECT MIN(orders.created_at) FROM orders WHERE orders.customer_id = customers.customer_id), 0);
UPDATE customers SET last_changed = created_at;
CREATE INDEX customers_by_external_1 ON customers (mandator_id, external_customer_id_1);
CREATE INDEX customers_by_external_2 ON customers (mandator_id, external_customer_id_2);
CREATE INDEX customers_by_change ON customers (mandator_id, last_changed);

-- Delivery addresses of customers.
CREATE TABLE customer_addresses (
    address_id INTEGER NOT NULL PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (customer_id) ON DELETE CASCADE,
    data TEXT NOT NULL
);
CREATE INDEX customer_addresses_by_customer ON customer_addresses (customer_id);

CREATE TABLE customer_groups (
    customer_group_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    identifier TEXT NOT NULL,
    external_id TEXT,
    origin INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    last_changed BIGINT NOT NULL,
    data TEXT NOT NULL
);
CREATE UNIQUE INDEX customer_groups_by_identifier ON customer_groups (mandator_id, identifier);
CREATE UNIQUE INDEX customer_groups_by_external_id ON customer_groups (mandator_id, external_id);

CREATE TABLE coupons (
    coupon_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    identifier TEXT NOT NULL,
    external_id TEXT,
    origin INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    last_changed BIGINT NOT NULL,
    data TEXT NOT NULL
);
CREATE UNIQUE INDEX coupons_by_identifier ON coupons (mandator_id, identifier);
CREATE UNIQUE INDEX coupons_by_external_id ON coupons (mandator_id, external_id);
