-- Times are milliseconds since 1970-01-01 UTC. A `doc` is JSON as the code of its time wrote it.

CREATE TABLE stores (
    no   INTEGER PRIMARY KEY,
    id   TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
) STRICT;

-- Channels as they were when something went to them: many records share one.
CREATE TABLE channel_snapshots (
    no  INTEGER PRIMARY KEY,
    doc TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE transactions (
    no                INTEGER PRIMARY KEY,
    id                TEXT NOT NULL UNIQUE,
    store_no          INTEGER NOT NULL REFERENCES stores (no),
    payment_id        TEXT NOT NULL,
    seq               INTEGER NOT NULL,
    status            TEXT NOT NULL,
    revision          INTEGER NOT NULL,
    channel_no        INTEGER NOT NULL REFERENCES channel_snapshots (no),
    requested_at      INTEGER NOT NULL,
    status_changed_at INTEGER NOT NULL,
    verify_at         INTEGER,
    decision          TEXT NOT NULL,
    doc               TEXT NOT NULL,
    UNIQUE (store_no, payment_id, seq)
) STRICT;

CREATE INDEX transactions_to_verify ON transactions (verify_at) WHERE verify_at IS NOT NULL;

-- Calls to a PG whose result is not in the ledger yet; a row goes when its result is written.
CREATE TABLE open_attempts (
    id              TEXT PRIMARY KEY,
    command         TEXT NOT NULL,
    store_no        INTEGER NOT NULL REFERENCES stores (no),
    channel_key     TEXT NOT NULL,
    payment_id      TEXT,
    billing_key     TEXT,
    opened_at       INTEGER NOT NULL,
    lease_until     INTEGER NOT NULL,
    next_inquiry_at INTEGER NOT NULL,
    inquiry_count   INTEGER NOT NULL,
    subject         TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The lock: at most one attempt is open per payment.
CREATE UNIQUE INDEX open_attempts_of_payment ON open_attempts (store_no, payment_id) WHERE payment_id IS NOT NULL;
CREATE UNIQUE INDEX open_attempts_of_key ON open_attempts (billing_key, channel_key, command)
    WHERE billing_key IS NOT NULL;
CREATE INDEX open_attempts_due ON open_attempts (next_inquiry_at);
CREATE INDEX open_attempts_by_age ON open_attempts (opened_at);

CREATE TABLE billing_keys (
    key          TEXT PRIMARY KEY,
    store_no     INTEGER NOT NULL REFERENCES stores (no),
    status       TEXT NOT NULL,
    group_id     TEXT,
    customer_id  TEXT,
    requested_at INTEGER NOT NULL,
    issued_at    INTEGER,
    deleted_at   INTEGER,
    decision     TEXT NOT NULL,
    doc          TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX billing_keys_of_group ON billing_keys (group_id) WHERE status = 'ISSUED';

-- A billing key's part at each channel, in the group's order. `pg_billing_key` can charge a card.
CREATE TABLE billing_key_channels (
    billing_key    TEXT NOT NULL REFERENCES billing_keys (key),
    position       INTEGER NOT NULL,
    channel_key    TEXT NOT NULL,
    state          TEXT NOT NULL,
    pg_billing_key TEXT,
    failure        TEXT,
    channel_no     INTEGER NOT NULL REFERENCES channel_snapshots (no),
    PRIMARY KEY (billing_key, position)
) STRICT, WITHOUT ROWID;

-- The outbox: announcements, written with the change they announce. A number is never given twice.
CREATE TABLE events (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    store_no        INTEGER NOT NULL REFERENCES stores (no),
    kind            TEXT NOT NULL,
    at              INTEGER NOT NULL,
    transaction_no  INTEGER REFERENCES transactions (no),
    cancellation_id TEXT,
    billing_key     TEXT,
    notice_urls     TEXT,
    CHECK ((transaction_no IS NULL) <> (billing_key IS NULL))
) STRICT;

-- Each entry ends with the row's seq, so one store's events come in order.
CREATE INDEX events_of_store ON events (store_no);

-- A deleted channel stays: its payments can still be cancelled, and its declaration does not bring it back.
CREATE TABLE channels (
    key             TEXT PRIMARY KEY,
    store_no        INTEGER NOT NULL REFERENCES stores (no),
    deleted         INTEGER NOT NULL,
    declared_digest TEXT,
    doc             TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE channel_groups (
    id              TEXT PRIMARY KEY,
    store_no        INTEGER NOT NULL REFERENCES stores (no),
    declared_digest TEXT,
    deleted_at      INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE channel_group_versions (
    group_id     TEXT NOT NULL REFERENCES channel_groups (id),
    version      INTEGER NOT NULL,
    effective_at INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    doc          TEXT NOT NULL,
    PRIMARY KEY (group_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE discrepancies (
    seq INTEGER PRIMARY KEY,
    doc TEXT NOT NULL
) STRICT;

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO meta (key, value) VALUES ('directory_revision', 0);
