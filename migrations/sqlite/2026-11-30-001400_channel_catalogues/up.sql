-- What was read of the channels' categories.
CREATE TABLE channel_catalogues (
    account_id INTEGER NOT NULL PRIMARY KEY,
    pass BIGINT NOT NULL,
    cursor TEXT,
    read_at BIGINT
);
CREATE TABLE channel_categories (
    account_id INTEGER NOT NULL,
    category_id TEXT NOT NULL,
    parent_id TEXT,
    name TEXT NOT NULL,
    takes_offers BOOLEAN NOT NULL,
    pass BIGINT NOT NULL,
    PRIMARY KEY (account_id, category_id)
);
CREATE TABLE category_attributes (
    account_id INTEGER NOT NULL,
    category_id TEXT NOT NULL,
    data TEXT NOT NULL,
    read_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, category_id)
);
