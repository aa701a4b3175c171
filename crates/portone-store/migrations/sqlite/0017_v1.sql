-- The V1 name of each transaction, as a number: the time it began, in milliseconds since 2020, or the next free one. New
-- ones are always the greatest, so that the index only grows at its end.
ALTER TABLE transactions ADD COLUMN imp_uid INTEGER NOT NULL DEFAULT 0;
UPDATE transactions SET imp_uid = no;
CREATE UNIQUE INDEX transactions_by_imp_uid ON transactions (imp_uid);

-- Attempts before a payment's latest, which V1 lists by themselves. Few payments have any.
CREATE INDEX earlier_by_creation ON transactions (store_no, requested_at) WHERE latest = 0;
CREATE INDEX earlier_by_change ON transactions (store_no, status_changed_at) WHERE latest = 0;

-- The token of each V1 key: its number and its end, and nothing that could be sent.
CREATE TABLE v1_tokens (
    credential BLOB PRIMARY KEY,
    number     BLOB NOT NULL,
    made_until INTEGER NOT NULL,
    until      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How many digits of `total` are behind the point, where no currency was fixed that says so.
ALTER TABLE pre_registrations ADD COLUMN decimals INTEGER;
