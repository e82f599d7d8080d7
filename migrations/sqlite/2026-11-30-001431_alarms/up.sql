-- Alarms that are raised, each for one way on which they are sent.
CREATE TABLE alarms (
    account_id INTEGER NOT NULL,
    -- 1 parked changes, 2 silent, 3 failing, 4 age of the queue.
    kind INTEGER NOT NULL,
    -- 1 webhook, 2 e-mail.
    way INTEGER NOT NULL,
    since BIGINT NOT NULL,
    -- When it is sent next.
    due_at BIGINT NOT NULL,
    was_sent BOOLEAN NOT NULL,
    -- The cause is gone, and the all-clear is still to be sent.
    is_over BOOLEAN NOT NULL,
    PRIMARY KEY (account_id, kind, way)
);
