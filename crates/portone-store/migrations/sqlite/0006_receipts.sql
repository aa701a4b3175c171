-- Cash receipts. `open_attempt` is the call to the PG whose result is not in the ledger yet. A receipt that is pending was
-- told to nobody, and no list has it.
CREATE TABLE cash_receipts (
    no           INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    store_no     INTEGER NOT NULL REFERENCES stores (no),
    payment_id   TEXT NOT NULL,
    status       TEXT NOT NULL,
    issue_at     INTEGER NOT NULL,
    cancelled_at INTEGER,
    status_at    INTEGER NOT NULL,
    open_attempt TEXT,
    doc          TEXT NOT NULL
) STRICT;

-- The lock: a payment has at most one receipt that is pending or issued.
CREATE UNIQUE INDEX cash_receipts_live ON cash_receipts (store_no, payment_id) WHERE status IN ('PENDING', 'ISSUED');
CREATE INDEX cash_receipts_of_payment ON cash_receipts (store_no, payment_id, no);
CREATE INDEX cash_receipts_by_issue ON cash_receipts (store_no, issue_at) WHERE status <> 'PENDING';
CREATE INDEX cash_receipts_by_cancel ON cash_receipts (store_no, cancelled_at) WHERE cancelled_at IS NOT NULL;
CREATE INDEX cash_receipts_by_status ON cash_receipts (store_no, status_at) WHERE status <> 'PENDING';
