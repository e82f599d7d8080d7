DROP TABLE feedback_summaries;
DROP TABLE contact_cursors;
DROP TABLE contacts;
