DROP TABLE moved_records;
