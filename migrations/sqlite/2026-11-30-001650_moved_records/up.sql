-- What `kontor import` took over from another installation, and under which number it is here.
CREATE TABLE moved_records (
    -- Where it comes from: address and mandator of the source.
    source TEXT NOT NULL,
    mandator_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    source_key TEXT NOT NULL,
    -- Its number here; missing for what has none.
    record_id INTEGER,
    -- By which a record that has not changed is recognised, and the fields that it had.
    digest TEXT NOT NULL,
    fields TEXT NOT NULL,
    moved_at BIGINT NOT NULL,
    PRIMARY KEY (source, mandator_id, kind, source_key)
);
CREATE INDEX moved_records_by_number ON moved_records (kind, record_id);
