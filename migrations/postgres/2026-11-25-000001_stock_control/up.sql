-- Stock control. refill_from: below or at this count an offer is filled up again, frozen at preparation (AM).
-- open_quantity: pieces still on offer in the channel as we know it (OB). open_at_most: the most that the channel may be
-- showing, also where its answers were lost. ended_by: 0 nobody, 1 a call, 2 stock, 3 the channel, 4 the article was
-- switched off. release_at: the offer is listed by itself then. specific_offer_data: the platform's element as it came.
ALTER TABLE offers ADD COLUMN refill_from INTEGER;
ALTER TABLE offers ADD COLUMN open_quantity INTEGER;
ALTER TABLE offers ADD COLUMN open_at_most INTEGER;
ALTER TABLE offers ADD COLUMN ended_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE offers ADD COLUMN release_at BIGINT;
ALTER TABLE offers ADD COLUMN specific_offer_data TEXT;
CREATE INDEX offers_by_release ON offers (release_at);
UPDATE offers SET ended_by = 1 WHERE wanted = 0 AND state = 2;

-- At these counts of available stock the offers of all but the primary account end, and those of the primary account.
ALTER TABLE items ADD COLUMN safety_stock INTEGER;
ALTER TABLE items ADD COLUMN minimum_stock INTEGER;
