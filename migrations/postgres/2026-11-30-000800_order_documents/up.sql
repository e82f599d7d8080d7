-- Documents of orders. Their files are in the folder of documents, named by their checksum; these rows say which ones count.
CREATE TABLE order_documents (
    document_id INTEGER NOT NULL PRIMARY KEY,
    mandator_id INTEGER NOT NULL,
    order_id INTEGER NOT NULL REFERENCES orders (order_id) ON DELETE CASCADE,
    -- 1: invoice; 2: delivery note; 3: credit note; 4: shipping label; 5: return label; 6: customs document; 9: other.
    document_type INTEGER NOT NULL,
    -- 1: PDF; 2: XML; 3: PNG; 4: JPEG; 5: TIFF; 6: ZPL.
    file_kind INTEGER NOT NULL,
    -- The number of who made it.
    external_document_number TEXT,
    document_name TEXT NOT NULL,
    packet_id INTEGER,
    -- SHA-256 of the file, in hexadecimal.
    checksum TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    -- 1: the ERP; 2: Kontor; 3: a carrier.
    origin INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    last_changed BIGINT NOT NULL,
    last_changed_by TEXT NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX order_documents_by_order ON order_documents (order_id);
CREATE INDEX order_documents_by_change ON order_documents (mandator_id, last_changed);
CREATE INDEX order_documents_by_number ON order_documents (mandator_id, external_document_number);
CREATE INDEX order_documents_by_checksum ON order_documents (checksum);
