-- Payments to be made later. `due_at` is when a gateway may take the row up (again); without it nobody does. The time to
-- sort by is `status_at`: when it was called off, taken up, or is to be taken up.
CREATE TABLE payment_schedules (
    no             INTEGER PRIMARY KEY,
    id             TEXT NOT NULL UNIQUE,
    store_no       INTEGER NOT NULL REFERENCES stores (no),
    payment_id     TEXT NOT NULL,
    billing_key    TEXT NOT NULL REFERENCES billing_keys (key),
    group_id       TEXT,
    is_test        INTEGER NOT NULL,
    status         TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    time_to_pay    INTEGER NOT NULL,
    status_at      INTEGER NOT NULL,
    started_at     INTEGER,
    completed_at   INTEGER,
    revoked_at     INTEGER,
    due_at         INTEGER,
    run_count      INTEGER NOT NULL,
    transaction_id TEXT,
    doc            TEXT NOT NULL
) STRICT;

CREATE INDEX payment_schedules_due ON payment_schedules (due_at) WHERE due_at IS NOT NULL;
-- The lock: at most one schedule of a payment is not over.
CREATE UNIQUE INDEX payment_schedules_of_payment ON payment_schedules (store_no, payment_id)
    WHERE status IN ('SCHEDULED', 'STARTED', 'PENDING');
CREATE INDEX payment_schedules_of_group ON payment_schedules (group_id)
    WHERE status IN ('SCHEDULED', 'STARTED', 'PENDING');
CREATE INDEX payment_schedules_of_key ON payment_schedules (billing_key, time_to_pay);
CREATE INDEX payment_schedules_by_time ON payment_schedules (store_no, time_to_pay);
CREATE INDEX payment_schedules_by_creation ON payment_schedules (store_no, created_at);
CREATE INDEX payment_schedules_by_completion ON payment_schedules (store_no, completed_at);
CREATE INDEX payment_schedules_by_state ON payment_schedules (store_no, status_at);
