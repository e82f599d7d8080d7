ALTER TABLE replays DROP COLUMN handed_over;
