-- The SKUs by which channels know offers, and by which they knew them: orders may still come under an old one.
CREATE TABLE offer_skus (
    offer_id INTEGER NOT NULL REFERENCES offers (offer_id) ON DELETE CASCADE,
    sku TEXT NOT NULL,
    account_id INTEGER NOT NULL,
    -- The channel's number of the offer while it had this SKU, once that is another one.
    external_number TEXT,
    -- 1: the channel may know the offer by it now.
    live INTEGER NOT NULL,
    stamp BIGINT NOT NULL,
    PRIMARY KEY (offer_id, sku)
);
CREATE INDEX offer_skus_by_sku ON offer_skus (account_id, sku);
CREATE INDEX offer_skus_by_number ON offer_skus (account_id, external_number);
INSERT INTO offer_skus (offer_id, sku, account_id, external_number, live, stamp)
    SELECT offers.offer_id, items.internal_item_number, offers.account_id, NULL, 1, offers.last_changed
    FROM offers JOIN items ON items.item_id = offers.item_id
    WHERE offers.state <> 0 OR offers.wanted <> 0 OR offers.external_offer_number IS NOT NULL OR offers.open_at_most IS NOT NULL;

-- An offer that changes its SKU by being listed anew waits for a poll that was asked for by then.
ALTER TABLE offers ADD COLUMN list_after BIGINT;
