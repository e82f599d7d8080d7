-- Orders of channels that could not be stored, as the channel told them (JSON): the cursor goes on, and they are tried
-- again until they can be stored. The newest word about an order replaces the older one.
CREATE TABLE held_orders (
    held_order_id INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL,
    marketplace_order_id TEXT NOT NULL,
    document TEXT NOT NULL,
    held_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    last_error TEXT NOT NULL
);
CREATE UNIQUE INDEX held_orders_by_number ON held_orders (account_id, marketplace_order_id);
CREATE INDEX held_orders_due ON held_orders (account_id, due_at);
