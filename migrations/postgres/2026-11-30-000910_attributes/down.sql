DROP TABLE variant_attributes;
DROP TABLE attribute_sets;
DROP TABLE attributes;
