-- begun: how often work on the row has begun since it last came to an end. A process that finds it above zero knows that
-- the one before ended in the middle of it.
ALTER TABLE outbox_states ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox_facts ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;
ALTER TABLE held_orders ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account_work ADD COLUMN poll_begun INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account_work ADD COLUMN reconcile_begun INTEGER NOT NULL DEFAULT 0;
