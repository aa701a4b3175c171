-- A payment is listed once, as its latest transaction.
ALTER TABLE transactions ADD COLUMN latest INTEGER NOT NULL DEFAULT 1;
UPDATE transactions SET latest = 0 WHERE EXISTS (
    SELECT 1 FROM transactions AS later WHERE later.store_no = transactions.store_no
        AND later.payment_id = transactions.payment_id AND later.seq > transactions.seq);

-- Entries end with the row's number. The first never changes, so that a result leaves it alone.
CREATE INDEX payments_by_creation ON transactions (store_no, requested_at) WHERE latest = 1;
CREATE INDEX payments_by_change ON transactions (store_no, status_changed_at, no, status) WHERE latest = 1;

CREATE INDEX billing_keys_by_request ON billing_keys (store_no, requested_at);
CREATE INDEX billing_keys_by_issue ON billing_keys (store_no, issued_at);
CREATE INDEX billing_keys_by_deletion ON billing_keys (store_no, deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX billing_keys_by_status ON billing_keys (store_no, coalesce(deleted_at, issued_at));
