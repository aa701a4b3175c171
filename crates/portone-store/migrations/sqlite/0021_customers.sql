-- What V1 calls billing keys. The last key issued under a name is the one it means; the others stay, out of its reach.
ALTER TABLE billing_keys ADD COLUMN customer_uid TEXT;
CREATE INDEX billing_keys_of_customer ON billing_keys (store_no, customer_uid, issued_at, requested_at, key)
    WHERE customer_uid IS NOT NULL;

-- The V1 name of the key that each attempt was made with: the key itself where it has none of its own.
ALTER TABLE transactions ADD COLUMN customer_uid TEXT;
UPDATE transactions SET customer_uid = json_extract(doc, '$.billing_key');
CREATE INDEX transactions_of_customer ON transactions (store_no, customer_uid, requested_at)
    WHERE customer_uid IS NOT NULL;

-- The V1 name that a schedule's maker gave: with its next key the schedule goes over to that one.
ALTER TABLE payment_schedules ADD COLUMN customer_uid TEXT;
CREATE INDEX payment_schedules_of_customer ON payment_schedules (store_no, customer_uid)
    WHERE customer_uid IS NOT NULL;
CREATE INDEX payment_schedules_by_payment ON payment_schedules (store_no, payment_id);
