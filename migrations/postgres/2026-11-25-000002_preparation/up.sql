-- The category tree of an account. external_id: the channel's own id.
CREATE TABLE account_categories (
    account_category_id INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL,
    identifier TEXT NOT NULL,
    external_id TEXT NOT NULL,
    parent_id INTEGER REFERENCES account_categories (account_category_id),
    active BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    last_changed BIGINT NOT NULL
);
CREATE UNIQUE INDEX account_categories_by_external_id ON account_categories (account_id, external_id);

-- An item's own categories in an account; position 0 is the main one.
CREATE TABLE item_account_categories (
    item_id INTEGER NOT NULL REFERENCES items (item_id) ON DELETE CASCADE,
    account_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    account_category_id INTEGER NOT NULL REFERENCES account_categories (account_category_id) ON DELETE CASCADE,
    PRIMARY KEY (item_id, account_id, position)
);

-- The account's category of an item group. By the group's external id, because the configuration names groups that the
-- ERP may hand over later. origin: 0 a call, 1 the configuration.
CREATE TABLE group_account_categories (
    account_id INTEGER NOT NULL,
    external_category_id TEXT NOT NULL,
    account_category_id INTEGER NOT NULL REFERENCES account_categories (account_category_id) ON DELETE CASCADE,
    origin INTEGER NOT NULL,
    PRIMARY KEY (account_id, external_category_id)
);

-- The look-up lists have one form, so that one code keeps them all. data: JSON in the words of the wire.
-- origin: 0 a call, 1 the configuration.
-- Delivery times that items name by number or name.
CREATE TABLE delivery_times (
    delivery_time_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    identifier TEXT NOT NULL,
    external_id TEXT,
    origin INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    last_changed BIGINT NOT NULL,
    data TEXT NOT NULL
);
CREATE UNIQUE INDEX delivery_times_by_identifier ON delivery_times (mandator_id, identifier);
CREATE UNIQUE INDEX delivery_times_by_external_id ON delivery_times (mandator_id, external_id);

-- Shipping cost categories that items name by number or by the ERP's own number.
CREATE TABLE delivery_charge_categories (
    delivery_charge_category_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    identifier TEXT NOT NULL,
    external_id TEXT,
    origin INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    last_changed BIGINT NOT NULL,
    data TEXT NOT NULL
);
CREATE UNIQUE INDEX delivery_charge_categories_by_identifier ON delivery_charge_categories (mandator_id, identifier);
CREATE UNIQUE INDEX delivery_charge_categories_by_external_id ON delivery_charge_categories (mandator_id, external_id);

-- Kinds of texts: name, longest text, whether HTML is allowed.
CREATE TABLE text_module_types (
    text_module_type_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    identifier TEXT NOT NULL,
    external_id TEXT,
    origin INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    last_changed BIGINT NOT NULL,
    data TEXT NOT NULL
);
CREATE UNIQUE INDEX text_module_types_by_identifier ON text_module_types (mandator_id, identifier);
CREATE UNIQUE INDEX text_module_types_by_external_id ON text_module_types (mandator_id, external_id);

-- Slots of pictures.
CREATE TABLE image_module_types (
    image_module_type_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    identifier TEXT NOT NULL,
    external_id TEXT,
    origin INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    last_changed BIGINT NOT NULL,
    data TEXT NOT NULL
);
CREATE UNIQUE INDEX image_module_types_by_identifier ON image_module_types (mandator_id, identifier);
CREATE UNIQUE INDEX image_module_types_by_external_id ON image_module_types (mandator_id, external_id);

-- Templates of descriptions.
CREATE TABLE templates (
    template_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    identifier TEXT NOT NULL,
    external_id TEXT,
    origin INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    last_changed BIGINT NOT NULL,
    data TEXT NOT NULL
);
CREATE UNIQUE INDEX templates_by_identifier ON templates (mandator_id, identifier);
CREATE UNIQUE INDEX templates_by_external_id ON templates (mandator_id, external_id);

-- Shipping groups that an account's channel knows; the configuration names them.
CREATE TABLE shipping_groups (
    shipping_group_id INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL,
    identifier TEXT NOT NULL,
    active BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX shipping_groups_by_identifier ON shipping_groups (account_id, identifier);
