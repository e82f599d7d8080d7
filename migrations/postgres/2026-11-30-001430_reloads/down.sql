DROP TABLE reload_answers;
DROP TABLE reload_requests;
