-- What is decided or looked up often beside the document. Rows of before are filled when the database is opened, because
-- the settings of accounts are XML in the document.
ALTER TABLE items ADD COLUMN delivery_time_id INTEGER;
ALTER TABLE items ADD COLUMN delivery_time_identifier TEXT;
ALTER TABLE items ADD COLUMN delivery_charge_category_id INTEGER;
ALTER TABLE items ADD COLUMN external_delivery_charge_category_id TEXT;

CREATE INDEX items_by_delivery_time ON items (mandator_id, delivery_time_id) WHERE delivery_time_id IS NOT NULL;
CREATE INDEX items_by_delivery_time_name ON items (mandator_id, delivery_time_identifier) WHERE delivery_time_identifier IS NOT NULL;
CREATE INDEX items_by_delivery_charge ON items (mandator_id, delivery_charge_category_id) WHERE delivery_charge_category_id IS NOT NULL;
CREATE INDEX items_by_external_delivery_charge ON items (mandator_id, external_delivery_charge_category_id)
    WHERE external_delivery_charge_category_id IS NOT NULL;

-- What an article's platform blocks say about one account.
CREATE TABLE item_listings (
    item_id INTEGER NOT NULL REFERENCES items (item_id) ON DELETE CASCADE,
    account_id INTEGER NOT NULL,
    is_primary BOOLEAN NOT NULL,
    placing_count INTEGER,
    refill_count INTEGER,
    template_id INTEGER,
    template_identifier TEXT,
    PRIMARY KEY (item_id, account_id)
);
CREATE INDEX item_listings_by_template ON item_listings (template_id) WHERE template_id IS NOT NULL;
CREATE INDEX item_listings_by_template_name ON item_listings (template_identifier) WHERE template_identifier IS NOT NULL;
