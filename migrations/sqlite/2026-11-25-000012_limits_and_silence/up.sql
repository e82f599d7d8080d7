-- Calls that wait because the channel may not be called more often, and until when.
CREATE TABLE limited_calls (
    account_id INTEGER NOT NULL,
    call TEXT NOT NULL,
    until_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, call)
);
-- no_order_since: the last new order, before the first one the first poll. silent: that is longer ago than the account's
-- alarm allows, and was told.
ALTER TABLE account_work ADD COLUMN no_order_since BIGINT;
ALTER TABLE account_work ADD COLUMN silent BOOLEAN NOT NULL DEFAULT FALSE;
