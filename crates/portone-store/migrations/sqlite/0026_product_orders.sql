-- The product orders of Naver Pay that a wallet has told of, each with the transaction it is of: V1 reads one by its own number.
CREATE TABLE product_orders (
    store_no       INTEGER NOT NULL,
    id             TEXT NOT NULL,
    transaction_id TEXT NOT NULL,
    PRIMARY KEY (store_no, id)
) STRICT, WITHOUT ROWID;
