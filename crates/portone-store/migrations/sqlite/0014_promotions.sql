-- What is spent or reserved of each promotion's budget; made by the first payment that takes of it.
CREATE TABLE promotion_budgets (
    store_no     INTEGER NOT NULL REFERENCES stores (no),
    promotion_id TEXT NOT NULL,
    spent        INTEGER NOT NULL,
    PRIMARY KEY (store_no, promotion_id)
) STRICT, WITHOUT ROWID;

-- What each transaction with a promotion takes of that.
CREATE TABLE promotion_uses (
    transaction_no INTEGER PRIMARY KEY REFERENCES transactions (no),
    taken          INTEGER NOT NULL
) STRICT;
