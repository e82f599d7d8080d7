CREATE TABLE attributes (
    attribute_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    identifier TEXT NOT NULL,
    external_id TEXT,
    origin INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    last_changed BIGINT NOT NULL,
    data TEXT NOT NULL
);
CREATE UNIQUE INDEX attributes_by_identifier ON attributes (mandator_id, identifier);
CREATE UNIQUE INDEX attributes_by_external_id ON attributes (mandator_id, external_id);

CREATE TABLE attribute_sets (
    attribute_set_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    identifier TEXT NOT NULL,
    external_id TEXT,
    origin INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    last_changed BIGINT NOT NULL,
    data TEXT NOT NULL
);
CREATE UNIQUE INDEX attribute_sets_by_identifier ON attribute_sets (mandator_id, identifier);
CREATE UNIQUE INDEX attribute_sets_by_external_id ON attribute_sets (mandator_id, external_id);

CREATE TABLE variant_attributes (
    variant_attribute_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    identifier TEXT NOT NULL,
    external_id TEXT,
    origin INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    last_changed BIGINT NOT NULL,
    data TEXT NOT NULL
);
CREATE UNIQUE INDEX variant_attributes_by_identifier ON variant_attributes (mandator_id, identifier);
CREATE UNIQUE INDEX variant_attributes_by_external_id ON variant_attributes (mandator_id, external_id);
