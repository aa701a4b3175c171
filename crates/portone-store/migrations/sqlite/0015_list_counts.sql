-- How many payments a list has in each hour since 1970, by combination of facts and by each of a payment's two times
-- (`by_change`: 0 when it was asked for, 1 when its state changed last). A payment that waits for its PG has no
-- combination, and is counted by itself.
CREATE TABLE payment_counts (
    store_no  INTEGER NOT NULL,
    by_change INTEGER NOT NULL,
    facet_no  INTEGER NOT NULL,
    hour      INTEGER NOT NULL,
    count     INTEGER NOT NULL,
    PRIMARY KEY (store_no, by_change, facet_no, hour)
) STRICT, WITHOUT ROWID;

-- A column that refers to another table and changes makes SQLite keep a copy of each page the change touches, for the case
-- that the reference is broken: a third of what a result's write costs. A column cannot lose its reference, so another
-- takes its place.
DROP INDEX payments_by_facet_and_change;
DROP INDEX payments_by_facet_and_creation;
DROP INDEX payments_without_facet;
ALTER TABLE transactions RENAME COLUMN facet_no TO former_facet_no;
ALTER TABLE transactions ADD COLUMN facet_no INTEGER;
UPDATE transactions SET facet_no = former_facet_no, former_facet_no = NULL WHERE former_facet_no IS NOT NULL;
CREATE INDEX payments_by_facet_and_change ON transactions (store_no, facet_no, status_changed_at, requested_at)
    WHERE latest = 1 AND facet_no IS NOT NULL;
CREATE INDEX payments_by_facet_and_creation ON transactions (store_no, facet_no, requested_at, status_changed_at)
    WHERE latest = 1 AND facet_no IS NOT NULL;
CREATE INDEX payments_without_facet ON transactions (store_no, status_changed_at)
    WHERE latest = 1 AND facet_no IS NULL;

INSERT INTO payment_counts (store_no, by_change, facet_no, hour, count)
SELECT store_no, 0, facet_no, requested_at / 3600000, count(*) FROM transactions
WHERE latest = 1 AND facet_no IS NOT NULL GROUP BY store_no, facet_no, requested_at / 3600000
UNION ALL
SELECT store_no, 1, facet_no, status_changed_at / 3600000, count(*) FROM transactions
WHERE latest = 1 AND facet_no IS NOT NULL GROUP BY store_no, facet_no, status_changed_at / 3600000;
