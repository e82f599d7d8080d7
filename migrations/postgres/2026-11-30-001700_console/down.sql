DROP TABLE hourly;
DROP TABLE audit;
DROP TABLE sessions;
