-- Requests that named themselves with an idempotency key. `digest` stands for the key, `fingerprint` for what was asked
-- for. Without a status the request runs until `lease_until`, or was interrupted.
CREATE TABLE idempotency_keys (
    no           INTEGER PRIMARY KEY,
    digest       BLOB NOT NULL UNIQUE,
    fingerprint  BLOB NOT NULL,
    operation_id TEXT NOT NULL,
    lease_until  INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    status       INTEGER,
    body         TEXT
) STRICT;

CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);
