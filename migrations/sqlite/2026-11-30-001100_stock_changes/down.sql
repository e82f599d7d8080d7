DROP TABLE stock_changes;
CREATE INDEX stock_by_change ON stock (last_changed);
