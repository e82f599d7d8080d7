-- Version 0.1 kept customers without a key beside the one that orders found them by. Those whose e-mail address is the only one
-- in their account are found by it from now on, as new ones are.
UPDATE customers SET channel_key = LOWER(TRIM(email_address))
WHERE channel_key IS NULL
    AND TRIM(COALESCE(email_address, '')) <> ''
    AND LENGTH(TRIM(email_address)) <= 255
    AND NOT EXISTS (
        SELECT 1 FROM customers AS other
        WHERE other.customer_id <> customers.customer_id
            AND other.mandator_id = customers.mandator_id
            AND COALESCE(other.account_id, -1) = COALESCE(customers.account_id, -1)
            AND (LOWER(TRIM(other.email_address)) = LOWER(TRIM(customers.email_address))
                OR other.channel_key = LOWER(TRIM(customers.email_address))));
