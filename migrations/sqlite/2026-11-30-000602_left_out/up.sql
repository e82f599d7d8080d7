-- What the channel does not take of the offer, as the merchant was told; empty: nothing.
ALTER TABLE offers ADD COLUMN left_out TEXT;
