-- What this installation signs tokens and fingerprints with: one row, drawn at the first start.
CREATE TABLE installation (
    no  INTEGER PRIMARY KEY CHECK (no = 1),
    key BLOB NOT NULL
) STRICT;

-- The digest of the only refresh token a credential has.
CREATE TABLE refresh_tokens (
    credential BLOB PRIMARY KEY,
    digest     BLOB NOT NULL
) STRICT, WITHOUT ROWID;
