CREATE TABLE manufacturers (
    manufacturer_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    identifier TEXT NOT NULL,
    external_id TEXT,
    origin INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    last_changed BIGINT NOT NULL,
    data TEXT NOT NULL
);
CREATE UNIQUE INDEX manufacturers_by_identifier ON manufacturers (mandator_id, identifier);
CREATE UNIQUE INDEX manufacturers_by_external_id ON manufacturers (mandator_id, external_id);

CREATE TABLE branches (
    branch_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    identifier TEXT NOT NULL,
    external_id TEXT,
    origin INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    last_changed BIGINT NOT NULL,
    data TEXT NOT NULL
);
CREATE UNIQUE INDEX branches_by_identifier ON branches (mandator_id, identifier);
CREATE UNIQUE INDEX branches_by_external_id ON branches (mandator_id, external_id);

-- What articles name beside themselves. Rows of before are filled when the database is opened, because the names are in
-- the documents.
CREATE TABLE item_references (
    item_id INTEGER NOT NULL REFERENCES items (item_id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    record_id INTEGER,
    name TEXT,
    PRIMARY KEY (item_id, position)
);
CREATE INDEX item_references_by_record ON item_references (kind, record_id) WHERE record_id IS NOT NULL;
CREATE INDEX item_references_by_name ON item_references (kind, name) WHERE record_id IS NULL;
