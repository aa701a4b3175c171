-- Transactions that change by themselves (a deposit, the end of an accepted cancel, a refusal that becomes a payment), and
-- when the upstream is asked about them; of a claimed row `due_at` is the end of the claim.
CREATE TABLE follow_ups (
    transaction_no INTEGER PRIMARY KEY REFERENCES transactions (no),
    due_at         INTEGER NOT NULL,
    ask_count      INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX follow_ups_due ON follow_ups (due_at);

-- What waited before this table existed.
INSERT INTO follow_ups (transaction_no, due_at)
    SELECT no, status_changed_at FROM transactions
    WHERE status = 'VIRTUAL_ACCOUNT_ISSUED' OR doc LIKE '%"status":"REQUESTED"%';

-- What caused an announcement, where that was not the shop's own request.
ALTER TABLE events ADD COLUMN cause TEXT;
