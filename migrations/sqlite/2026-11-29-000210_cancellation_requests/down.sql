DROP TABLE cancellation_requests;
