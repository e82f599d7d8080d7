DROP TABLE category_attributes;
DROP TABLE channel_categories;
DROP TABLE channel_catalogues;
