-- Which shop the numbers of the account's offers and orders are from, as the channel says; NULL: nobody has asked yet.
ALTER TABLE account_work ADD COLUMN shop TEXT;
