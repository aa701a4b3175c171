-- Where a store's announcements go, as its configuration says. Secrets are not kept here.
CREATE TABLE webhook_endpoints (
    store_no    INTEGER NOT NULL REFERENCES stores (no),
    environment TEXT NOT NULL,
    position    INTEGER NOT NULL,
    url         TEXT NOT NULL,
    format      TEXT NOT NULL,
    PRIMARY KEY (store_no, environment, position)
) STRICT, WITHOUT ROWID;

-- One announcement to one URL, and its last try. Numbers are never given twice: lists are read on from one.
CREATE TABLE webhook_deliveries (
    no               INTEGER PRIMARY KEY AUTOINCREMENT,
    id               TEXT NOT NULL UNIQUE,
    store_no         INTEGER NOT NULL REFERENCES stores (no),
    event_seq        INTEGER NOT NULL REFERENCES events (seq),
    transaction_no   INTEGER REFERENCES transactions (no),
    environment      TEXT NOT NULL,
    url              TEXT NOT NULL,
    format           TEXT NOT NULL,
    status           TEXT,
    is_manual        INTEGER NOT NULL DEFAULT 0,
    execution_count  INTEGER NOT NULL DEFAULT 0,
    resend_count     INTEGER NOT NULL DEFAULT 0,
    triggered_at     INTEGER NOT NULL,
    exchange         TEXT
) STRICT;

-- Each entry ends with the row's number, so lists come in order.
CREATE INDEX webhook_deliveries_of_store ON webhook_deliveries (store_no);
CREATE INDEX webhook_deliveries_of_transaction ON webhook_deliveries (transaction_no)
    WHERE transaction_no IS NOT NULL;

-- What is still to be sent; a row goes when it is delivered or given up. `due_at` is null while an earlier announcement
-- of the same subject to the same URL (the lane) is not through; of a claimed row it is the end of the claim.
CREATE TABLE webhook_queue (
    delivery_no INTEGER PRIMARY KEY REFERENCES webhook_deliveries (no),
    endpoint    TEXT NOT NULL,
    lane        TEXT NOT NULL,
    due_at      INTEGER,
    claimed     INTEGER NOT NULL DEFAULT 0,
    try_count   INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX webhook_queue_due ON webhook_queue (endpoint, claimed, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_queue_lanes ON webhook_queue (lane, delivery_no);
