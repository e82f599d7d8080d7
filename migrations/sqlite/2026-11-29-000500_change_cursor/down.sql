DROP INDEX offers_by_change;
ALTER TABLE change_clock DROP COLUMN forgotten;
DROP TABLE starts;
DROP TABLE deletions;
