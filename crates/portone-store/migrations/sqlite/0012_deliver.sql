-- One delivery of a transaction is told at a time, while its payment is free for other calls.
CREATE INDEX open_attempts_of_delivery ON open_attempts (json_extract(subject, '$.transaction_id'))
    WHERE command = 'CONFIRM_DELIVERY';

-- What people decided about open attempts, and why.
CREATE TABLE hand_settlements (
    seq        INTEGER PRIMARY KEY,
    store_no   INTEGER NOT NULL REFERENCES stores (no),
    payment_id TEXT,
    doc        TEXT NOT NULL
) STRICT;

CREATE INDEX hand_settlements_of_payment ON hand_settlements (store_no, payment_id) WHERE payment_id IS NOT NULL;
