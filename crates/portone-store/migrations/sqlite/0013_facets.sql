-- Facets of payments that a schedule made, and of escrows with a parcel, say so. Members stand in the order the code writes.
CREATE TEMP TABLE next_facets (transaction_no INTEGER PRIMARY KEY, doc TEXT NOT NULL);
INSERT INTO next_facets (transaction_no, doc)
SELECT t.no, json_patch(f.doc, json_object(
    'is_scheduled', json(iif(json_extract(t.doc, '$.schedule_id') IS NULL, 'null', 'true')),
    'escrow_status', iif(json_extract(t.doc, '$.escrow.delivery') IS NULL, NULL,
        json_extract(t.doc, '$.escrow.status'))))
FROM transactions AS t JOIN payment_facets AS f ON f.no = t.facet_no
WHERE json_extract(t.doc, '$.schedule_id') IS NOT NULL OR json_extract(t.doc, '$.escrow.delivery') IS NOT NULL;

INSERT OR IGNORE INTO payment_facets (doc) SELECT DISTINCT doc FROM next_facets;
UPDATE transactions SET facet_no = (SELECT f.no FROM payment_facets AS f, next_facets AS n
    WHERE n.transaction_no = transactions.no AND f.doc = n.doc)
WHERE no IN (SELECT transaction_no FROM next_facets);
DROP TABLE next_facets;
