-- Lists have the keys that were issued, deleted or not: in these indexes are no others, and the state stands at their end, so
-- that a page and a count read nothing else.
DROP INDEX billing_keys_by_request;
DROP INDEX billing_keys_by_issue;
DROP INDEX billing_keys_by_deletion;
DROP INDEX billing_keys_by_status;
CREATE INDEX billing_keys_by_request ON billing_keys (store_no, requested_at, key, status)
    WHERE status IN ('ISSUED', 'DELETED');
CREATE INDEX billing_keys_by_issue ON billing_keys (store_no, issued_at, key, status)
    WHERE status IN ('ISSUED', 'DELETED');
CREATE INDEX billing_keys_by_deletion ON billing_keys (store_no, deleted_at, key, status)
    WHERE status IN ('ISSUED', 'DELETED') AND deleted_at IS NOT NULL;
CREATE INDEX billing_keys_by_status ON billing_keys (store_no, coalesce(deleted_at, issued_at), key, status)
    WHERE status IN ('ISSUED', 'DELETED');

-- Each has, behind its order, all that lists of schedules ask for: a schedule is read only for the page it is on.
DROP INDEX payment_schedules_by_time;
DROP INDEX payment_schedules_by_creation;
DROP INDEX payment_schedules_by_completion;
DROP INDEX payment_schedules_by_state;
CREATE INDEX payment_schedules_by_time ON payment_schedules (store_no, time_to_pay, no, status, is_test);
CREATE INDEX payment_schedules_by_creation
    ON payment_schedules (store_no, created_at, no, time_to_pay, status, is_test);
CREATE INDEX payment_schedules_by_completion
    ON payment_schedules (store_no, completed_at, no, time_to_pay, status, is_test);
CREATE INDEX payment_schedules_by_state
    ON payment_schedules (store_no, status_at, no, time_to_pay, status, is_test);
