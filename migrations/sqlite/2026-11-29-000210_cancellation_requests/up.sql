-- What buyers asked to be cancelled. state: 1 open, 2 accepted, 3 declined, 4 withdrawn.
CREATE TABLE cancellation_requests (
    cancellation_request_id INTEGER NOT NULL PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (order_id) ON DELETE CASCADE,
    marketplace_request_id TEXT NOT NULL,
    state INTEGER NOT NULL,
    requested_at BIGINT NOT NULL,
    settled_at BIGINT,
    data TEXT NOT NULL
);
CREATE UNIQUE INDEX cancellation_requests_by_order ON cancellation_requests (order_id, marketplace_request_id);
