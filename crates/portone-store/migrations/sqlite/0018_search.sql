-- What lists read instead of records, of records that have come to rest: blocks of 128 numbers each, by kind of record (0
-- payments). `heads` has what selects and sorts them, `texts` field by field what is searched, both packed; the times are
-- those of a block's earliest and latest record. A record that has changed since its block was written, or could not be
-- put into it, is in `search_touched` and is looked at itself.
CREATE TABLE search_blocks (
    no           INTEGER PRIMARY KEY,
    kind         INTEGER NOT NULL,
    first_time_0 INTEGER NOT NULL,
    last_time_0  INTEGER NOT NULL,
    first_time_1 INTEGER NOT NULL,
    last_time_1  INTEGER NOT NULL,
    first_time_2 INTEGER NOT NULL,
    last_time_2  INTEGER NOT NULL,
    first_time_3 INTEGER NOT NULL,
    last_time_3  INTEGER NOT NULL,
    heads        BLOB NOT NULL
) STRICT;

CREATE INDEX search_blocks_by_time ON search_blocks (kind, first_time_0, last_time_0, first_time_1, last_time_1,
    first_time_2, last_time_2, first_time_3, last_time_3);

-- A block's column of each field: 64 numbers a block.
CREATE TABLE search_texts (
    no    INTEGER PRIMARY KEY,
    texts BLOB NOT NULL
) STRICT;

-- Which of 64 blocks can have a text in them: a bit each, at the places its parts hash to. Written when there are 64.
CREATE TABLE search_sieves (
    no    INTEGER PRIMARY KEY,
    slots BLOB NOT NULL
) STRICT;

CREATE TABLE search_touched (
    kind INTEGER NOT NULL,
    no   INTEGER NOT NULL,
    PRIMARY KEY (kind, no)
) STRICT, WITHOUT ROWID;

-- How many blocks there are.
CREATE TABLE search_counts (
    kind        INTEGER PRIMARY KEY,
    block_count INTEGER NOT NULL
) STRICT;
