ALTER TABLE account_work DROP COLUMN reconcile_report;
ALTER TABLE account_work DROP COLUMN reconciled_at;
ALTER TABLE account_work DROP COLUMN reconcile_import;
ALTER TABLE account_work DROP COLUMN reconcile_repair;
ALTER TABLE account_work DROP COLUMN reconcile_served;
ALTER TABLE account_work DROP COLUMN reconcile_wanted;
