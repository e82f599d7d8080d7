ALTER TABLE offers DROP COLUMN left_out;
