ALTER TABLE upload_messages DROP COLUMN arguments;
ALTER TABLE upload_messages DROP COLUMN kind;
