-- What a channel accepted and works on; it is asked about at its pace.
CREATE TABLE channel_tasks (
    task_id INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL,
    -- The channel's id of it.
    channel_task TEXT NOT NULL,
    accepted_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    polls INTEGER NOT NULL,
    -- 0: the channel works on it; 1: it is lost, and its offers are to be read back.
    stage INTEGER NOT NULL,
    begun INTEGER NOT NULL,
    last_error TEXT
);
CREATE INDEX channel_tasks_by_account ON channel_tasks (account_id, due_at);

-- The offers of a task, with what the channel confirms when it has done them.
CREATE TABLE task_rows (
    task_id INTEGER NOT NULL REFERENCES channel_tasks (task_id) ON DELETE CASCADE,
    offer_id INTEGER NOT NULL REFERENCES offers (offer_id) ON DELETE CASCADE,
    document TEXT NOT NULL,
    PRIMARY KEY (task_id, offer_id)
);
CREATE INDEX task_rows_by_offer ON task_rows (offer_id);

-- The task that a change waits for, and the version of the change that is in it; no version: it only waits.
ALTER TABLE outbox_states ADD COLUMN task_id INTEGER;
ALTER TABLE outbox_states ADD COLUMN task_version BIGINT;
CREATE INDEX outbox_states_by_task ON outbox_states (task_id);

-- When the channel accepted a listing that it does not show yet.
ALTER TABLE offers ADD COLUMN accepted_at BIGINT;

-- Whether a report may have arrived although no answer says so, and what the channel named when it accepted it.
ALTER TABLE outbox_facts ADD COLUMN unclear INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox_facts ADD COLUMN channel_task TEXT;
