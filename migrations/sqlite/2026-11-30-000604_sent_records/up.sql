-- What the channel has of the record, as it was sent last, where later changes need it: JSON.
ALTER TABLE transfers ADD COLUMN sent TEXT;
