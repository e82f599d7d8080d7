ALTER TABLE transfers DROP COLUMN sent;
