CREATE TABLE epa_assemblies (
    epa_assembly_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    identifier TEXT NOT NULL,
    external_id TEXT,
    origin INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    last_changed BIGINT NOT NULL,
    data TEXT NOT NULL
);
CREATE UNIQUE INDEX epa_assemblies_by_identifier ON epa_assemblies (mandator_id, identifier);
CREATE UNIQUE INDEX epa_assemblies_by_external_id ON epa_assemblies (mandator_id, external_id);

CREATE TABLE epa_boms (
    epa_bom_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    identifier TEXT NOT NULL,
    external_id TEXT,
    origin INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    last_changed BIGINT NOT NULL,
    data TEXT NOT NULL
);
CREATE UNIQUE INDEX epa_boms_by_identifier ON epa_boms (mandator_id, identifier);
CREATE UNIQUE INDEX epa_boms_by_external_id ON epa_boms (mandator_id, external_id);

-- Articles that are composed of others. Sets are not inside sets.
CREATE TABLE set_components (
    set_item_id INTEGER NOT NULL REFERENCES items (item_id) ON DELETE CASCADE,
    item_id INTEGER NOT NULL REFERENCES items (item_id) ON DELETE CASCADE,
    quantity INTEGER NOT NULL,
    epa_bom_id INTEGER NOT NULL,
    PRIMARY KEY (set_item_id, item_id)
);
CREATE INDEX set_components_by_item ON set_components (item_id);

-- What one piece of a position was composed of when it was sold: a set may be composed of something else later.
CREATE TABLE order_item_components (
    order_item_id INTEGER NOT NULL REFERENCES order_items (order_item_id) ON DELETE CASCADE,
    item_id INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    PRIMARY KEY (order_item_id, item_id)
);
CREATE INDEX order_item_components_by_item ON order_item_components (item_id);

-- A position can reserve pieces of several articles in one warehouse now.
CREATE TABLE reserved_pieces (
    order_item_id INTEGER NOT NULL REFERENCES order_items (order_item_id) ON DELETE CASCADE,
    warehouse_id INTEGER NOT NULL,
    item_id INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    PRIMARY KEY (order_item_id, warehouse_id, item_id)
) WITHOUT ROWID;
INSERT INTO reserved_pieces (order_item_id, warehouse_id, item_id, quantity)
    SELECT order_item_id, warehouse_id, item_id, quantity FROM reservations;
DROP TABLE reservations;
ALTER TABLE reserved_pieces RENAME TO reservations;
CREATE INDEX reservations_by_item ON reservations (item_id);
