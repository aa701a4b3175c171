-- What lists filter by, besides times: a ledger has few combinations, so each has a number. A payment that waits for its PG
-- has none: it gets one with its result, and until then it is one of few.
CREATE TABLE payment_facets (
    no  INTEGER PRIMARY KEY,
    doc TEXT NOT NULL UNIQUE
) STRICT;

ALTER TABLE transactions ADD COLUMN facet_no INTEGER REFERENCES payment_facets (no);

INSERT OR IGNORE INTO payment_facets (doc)
SELECT DISTINCT json_object('status', t.status, 'provider', json_extract(c.doc, '$.provider'),
    'environment', json_extract(c.doc, '$.environment'), 'method', json_extract(t.doc, '$.method'),
    'currency', json_extract(t.doc, '$.order.amount.currency'),
    'is_escrow', json(iif(json_extract(t.doc, '$.order.is_escrow'), 'true', 'false')),
    'card_brand', json_extract(t.doc, '$.card.brand'), 'card_type', json_extract(t.doc, '$.card.card_type'),
    'card_owner_type', json_extract(t.doc, '$.card.owner_type'))
FROM transactions AS t JOIN channel_snapshots AS c ON c.no = t.channel_no WHERE t.status <> 'PAY_PENDING';

UPDATE transactions SET facet_no = (SELECT f.no FROM payment_facets AS f, channel_snapshots AS c
    WHERE c.no = transactions.channel_no AND f.doc =
    json_object('status', transactions.status, 'provider', json_extract(c.doc, '$.provider'),
    'environment', json_extract(c.doc, '$.environment'), 'method', json_extract(transactions.doc, '$.method'),
    'currency', json_extract(transactions.doc, '$.order.amount.currency'),
    'is_escrow', json(iif(json_extract(transactions.doc, '$.order.is_escrow'), 'true', 'false')),
    'card_brand', json_extract(transactions.doc, '$.card.brand'),
    'card_type', json_extract(transactions.doc, '$.card.card_type'),
    'card_owner_type', json_extract(transactions.doc, '$.card.owner_type')))
WHERE status <> 'PAY_PENDING';

-- Each holds both times, so that one can select what the other sorts.
CREATE INDEX payments_by_facet_and_change ON transactions (store_no, facet_no, status_changed_at, requested_at)
    WHERE latest = 1 AND facet_no IS NOT NULL;
CREATE INDEX payments_by_facet_and_creation ON transactions (store_no, facet_no, requested_at, status_changed_at)
    WHERE latest = 1 AND facet_no IS NOT NULL;
CREATE INDEX payments_without_facet ON transactions (store_no, status_changed_at)
    WHERE latest = 1 AND facet_no IS NULL;
-- The state is in the facets now.
DROP INDEX payments_by_change;
CREATE INDEX payments_by_change ON transactions (store_no, status_changed_at) WHERE latest = 1;

-- What moved money, announced or not. Of one store a later row is never earlier in time, so that nobody who reads on
-- misses one. Without a cancel it is the payment.
CREATE TABLE payment_events (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    store_no        INTEGER NOT NULL REFERENCES stores (no),
    created_at      INTEGER NOT NULL,
    transaction_no  INTEGER NOT NULL REFERENCES transactions (no),
    kind            TEXT NOT NULL,
    amount          INTEGER NOT NULL,
    cancellation_id TEXT
) STRICT;

CREATE INDEX payment_events_by_time ON payment_events (store_no, created_at);
CREATE UNIQUE INDEX payment_events_of_cancel ON payment_events (cancellation_id) WHERE cancellation_id IS NOT NULL;

INSERT INTO payment_events (store_no, created_at, transaction_no, kind, amount, cancellation_id)
SELECT store_no, created_at, no, kind, amount, cancellation_id FROM (
    SELECT store_no, json_extract(doc, '$.paid_at') AS created_at, no, 'PAID' AS kind,
        json_extract(doc, '$.order.amount.total') AS amount, NULL AS cancellation_id
    FROM transactions
    WHERE status IN ('PAID', 'PARTIAL_CANCELLED', 'CANCELLED') AND json_extract(doc, '$.paid_at') IS NOT NULL
    UNION ALL
    SELECT t.store_no, CAST(round(unixepoch(json_extract(c.value, '$.cancelled_at'), 'subsec') * 1000) AS INTEGER),
        t.no,
        iif(t.status = 'CANCELLED' AND c.key = json_array_length(t.doc, '$.cancellations') - 1,
            'CANCELLED', 'PARTIAL_CANCELLED'),
        json_extract(c.value, '$.total'), json_extract(c.value, '$.id')
    FROM transactions AS t, json_each(t.doc, '$.cancellations') AS c
    WHERE json_extract(c.value, '$.status') = 'SUCCEEDED'
) WHERE created_at IS NOT NULL ORDER BY created_at;
