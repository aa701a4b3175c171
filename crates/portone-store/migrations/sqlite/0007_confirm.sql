-- What a payment was fixed to be before anybody pays.
CREATE TABLE pre_registrations (
    store_no      INTEGER NOT NULL REFERENCES stores (no),
    payment_id    TEXT NOT NULL,
    total         INTEGER,
    tax_free      INTEGER,
    currency      TEXT,
    registered_at INTEGER NOT NULL,
    PRIMARY KEY (store_no, payment_id)
) STRICT, WITHOUT ROWID;

-- Payments offered on a page of their own for some time.
CREATE TABLE payment_sessions (
    id         TEXT PRIMARY KEY,
    store_no   INTEGER NOT NULL REFERENCES stores (no),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    closed_at  INTEGER,
    doc        TEXT NOT NULL
) STRICT, WITHOUT ROWID;
