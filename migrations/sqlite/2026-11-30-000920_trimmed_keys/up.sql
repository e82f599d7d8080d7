-- Blanks around a key are no part of it any more. Where several records differ only in blanks, they stay as they are: nobody can
-- say which one is meant.
UPDATE items SET internal_item_number = trim(internal_item_number, char(32, 9, 10, 13))
WHERE internal_item_number <> trim(internal_item_number, char(32, 9, 10, 13)) AND trim(internal_item_number, char(32, 9, 10, 13)) <> '' AND item_id IN (
    SELECT min(item_id) FROM items GROUP BY mandator_id, trim(internal_item_number, char(32, 9, 10, 13)) HAVING count(*) = 1
);
UPDATE items SET ean_code = nullif(trim(ean_code, char(32, 9, 10, 13)), '') WHERE ean_code <> trim(ean_code, char(32, 9, 10, 13));
UPDATE order_items SET internal_item_number = trim(internal_item_number, char(32, 9, 10, 13))
WHERE item_id IS NULL AND internal_item_number <> trim(internal_item_number, char(32, 9, 10, 13));
UPDATE categories SET external_id = trim(external_id, char(32, 9, 10, 13))
WHERE external_id <> trim(external_id, char(32, 9, 10, 13)) AND trim(external_id, char(32, 9, 10, 13)) <> '' AND category_id IN (
    SELECT min(category_id) FROM categories GROUP BY mandator_id, trim(external_id, char(32, 9, 10, 13)) HAVING count(*) = 1
);
