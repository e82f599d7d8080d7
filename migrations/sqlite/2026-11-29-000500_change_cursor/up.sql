-- Keys of deleted records, for readers of changes.
CREATE TABLE deletions (
    mandator_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    stamp BIGINT NOT NULL,
    record_id INTEGER NOT NULL,
    internal_item_number TEXT NOT NULL,
    account_id INTEGER,
    PRIMARY KEY (mandator_id, kind, stamp, record_id)
) WITHOUT ROWID;

-- Deletions up to this stamp are forgotten; a reader that stands before it starts again.
ALTER TABLE change_clock ADD COLUMN forgotten BIGINT NOT NULL DEFAULT 0;

CREATE INDEX offers_by_change ON offers (mandator_id, last_changed);
