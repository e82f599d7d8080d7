-- Articles that named a file of the merchant as a picture, so that whoever takes the file away learns of them. An article may have
-- left it since.
CREATE TABLE media_uses (
    token TEXT NOT NULL,
    item_id INTEGER NOT NULL,
    PRIMARY KEY (token, item_id)
);
