ALTER TABLE account_work DROP COLUMN reconcile_begun;
ALTER TABLE account_work DROP COLUMN poll_begun;
ALTER TABLE held_orders DROP COLUMN begun;
ALTER TABLE outbox_facts DROP COLUMN begun;
ALTER TABLE outbox_states DROP COLUMN begun;
