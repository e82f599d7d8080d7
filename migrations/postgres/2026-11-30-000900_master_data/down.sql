DROP TABLE item_references;
DROP TABLE branches;
DROP TABLE manufacturers;
