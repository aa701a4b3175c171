-- One delivery of a transaction is told at a time, while its payment is free for other calls.
CREATE INDEX open_attempts_of_delivery ON open_attempts (json_extract(subject, '$.transaction_id'))
    WHERE command = 'CONFIRM_DELIVERY';
