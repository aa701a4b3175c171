-- Lists have the keys that were issued, deleted or not: in these indexes are no others, so that a page and a count read
-- nothing else.
DROP INDEX billing_keys_by_request;
DROP INDEX billing_keys_by_issue;
DROP INDEX billing_keys_by_deletion;
DROP INDEX billing_keys_by_status;
CREATE INDEX billing_keys_by_request ON billing_keys (store_no, requested_at, key)
    WHERE status IN ('ISSUED', 'DELETED');
CREATE INDEX billing_keys_by_issue ON billing_keys (store_no, issued_at, key)
    WHERE status IN ('ISSUED', 'DELETED');
CREATE INDEX billing_keys_by_deletion ON billing_keys (store_no, deleted_at, key)
    WHERE status IN ('ISSUED', 'DELETED') AND deleted_at IS NOT NULL;
CREATE INDEX billing_keys_by_status ON billing_keys (store_no, coalesce(deleted_at, issued_at), key)
    WHERE status IN ('ISSUED', 'DELETED');

-- All that a count of schedules asks for.
CREATE INDEX payment_schedules_to_count ON payment_schedules (store_no, time_to_pay, status, is_test);
