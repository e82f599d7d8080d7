-- Blanks around a key are no part of it any more. Where several records differ only in blanks, they stay as they are: nobody can
-- say which one is meant.
UPDATE items SET internal_item_number = btrim(internal_item_number, E' \t\n\r')
WHERE internal_item_number <> btrim(internal_item_number, E' \t\n\r') AND btrim(internal_item_number, E' \t\n\r') <> '' AND item_id IN (
    SELECT min(item_id) FROM items GROUP BY mandator_id, btrim(internal_item_number, E' \t\n\r') HAVING count(*) = 1
);
UPDATE items SET ean_code = nullif(btrim(ean_code, E' \t\n\r'), '') WHERE ean_code <> btrim(ean_code, E' \t\n\r');
UPDATE order_items SET internal_item_number = btrim(internal_item_number, E' \t\n\r')
WHERE item_id IS NULL AND internal_item_number <> btrim(internal_item_number, E' \t\n\r');
UPDATE categories SET external_id = btrim(external_id, E' \t\n\r')
WHERE external_id <> btrim(external_id, E' \t\n\r') AND btrim(external_id, E' \t\n\r') <> '' AND category_id IN (
    SELECT min(category_id) FROM categories GROUP BY mandator_id, btrim(external_id, E' \t\n\r') HAVING count(*) = 1
);
