DROP TABLE call_payloads;
DROP TABLE calls;
