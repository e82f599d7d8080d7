-- Shipping labels: what is ordered of carriers, and what became of it.
CREATE TABLE shipping_labels (
    label_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    order_id INTEGER NOT NULL REFERENCES orders (order_id) ON DELETE CASCADE,
    -- An account at a carrier, as the configuration names it.
    carrier TEXT NOT NULL,
    -- By which the carrier recognises it.
    reference TEXT NOT NULL,
    -- The ERP's own number.
    external_label_number TEXT,
    -- The package that it is for; without: the package comes when the label is confirmed.
    packet_id INTEGER,
    -- 1: waits; 2: the carrier is asked; 3: made; 4: refused; 5: unclear; 6: confirmed; 7: to be cancelled; 8: cancelled; 9: exported.
    state INTEGER NOT NULL,
    tracking_number TEXT,
    due_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    -- 1: the carrier may have made it, although no answer says so.
    unclear INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    last_changed BIGINT NOT NULL,
    last_changed_by TEXT NOT NULL,
    data TEXT NOT NULL
);
CREATE UNIQUE INDEX shipping_labels_by_reference ON shipping_labels (reference);
CREATE UNIQUE INDEX shipping_labels_by_number ON shipping_labels (mandator_id, external_label_number);
CREATE INDEX shipping_labels_by_order ON shipping_labels (order_id);
CREATE INDEX shipping_labels_by_state ON shipping_labels (carrier, state, due_at);
CREATE INDEX shipping_labels_by_change ON shipping_labels (mandator_id, last_changed);
