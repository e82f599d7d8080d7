-- Reconciliation with the channel. wanted, served: stamps of the last request and of the last one that was served. repair,
-- import: what the open request asks for. reconciled_at, report: the end of the last one, and its counts as JSON.
ALTER TABLE account_work ADD COLUMN reconcile_wanted BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account_work ADD COLUMN reconcile_served BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account_work ADD COLUMN reconcile_repair BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE account_work ADD COLUMN reconcile_import BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE account_work ADD COLUMN reconciled_at BIGINT;
ALTER TABLE account_work ADD COLUMN reconcile_report TEXT;
