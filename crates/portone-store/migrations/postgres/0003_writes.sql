-- What each gateway has written last, a row a writing connection: a commit whose answer is lost is asked after here.
CREATE TABLE writes (
    writer BIGINT PRIMARY KEY,
    no BIGINT NOT NULL,
    written_on DATE NOT NULL
);
