-- Numbers of billing keys, in the order they were asked for: blocks of lists are by numbers.
CREATE TABLE billing_key_numbers (
    no  INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE
) STRICT;

INSERT INTO billing_key_numbers (key) SELECT key FROM billing_keys ORDER BY requested_at, key;
