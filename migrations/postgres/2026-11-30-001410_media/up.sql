-- Files of the merchant. They are in the folder of media, named by their checksum; these rows say which ones count.
CREATE TABLE media (
    media_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    identifier TEXT NOT NULL,
    file_name TEXT NOT NULL,
    media_module_type_id INTEGER,
    media_category TEXT,
    language_code_iso TEXT,
    -- 1: PNG; 2: JPEG; 3: GIF; 4: WebP; 5: AVIF; 6: PDF; 7: MP4; 8: ZIP; 9: other.
    kind INTEGER NOT NULL,
    -- SHA-256 of the file, in hexadecimal.
    checksum TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    -- Pixels of a picture.
    width INTEGER,
    height INTEGER,
    -- SHA-256 and bytes of the small picture, a file as well.
    thumbnail TEXT,
    thumbnail_bytes BIGINT,
    -- What makes the address of the file; another one with other content.
    token TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_changed BIGINT NOT NULL,
    last_changed_by TEXT NOT NULL
);
CREATE UNIQUE INDEX media_by_identifier ON media (mandator_id, identifier);
CREATE UNIQUE INDEX media_by_token ON media (token);
CREATE INDEX media_by_change ON media (mandator_id, last_changed);
CREATE INDEX media_by_checksum ON media (checksum);
CREATE INDEX media_by_thumbnail ON media (thumbnail);
