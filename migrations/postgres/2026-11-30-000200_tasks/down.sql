ALTER TABLE outbox_facts DROP COLUMN channel_task;
ALTER TABLE outbox_facts DROP COLUMN unclear;
ALTER TABLE offers DROP COLUMN accepted_at;
DROP INDEX outbox_states_by_task;
ALTER TABLE outbox_states DROP COLUMN task_version;
ALTER TABLE outbox_states DROP COLUMN task_id;
DROP TABLE task_rows;
DROP TABLE channel_tasks;
