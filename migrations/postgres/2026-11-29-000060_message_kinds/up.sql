-- Messages are worded when they are read: the kind in the table of messages, and its arguments as JSON. Rows of version
-- 0.1 have neither and keep their text.
ALTER TABLE upload_messages ADD COLUMN kind TEXT;
ALTER TABLE upload_messages ADD COLUMN arguments TEXT;
