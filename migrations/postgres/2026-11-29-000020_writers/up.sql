-- The last commit of each writing process, by which it finds out what became of a commit that was not answered.
CREATE TABLE writers (
    writer TEXT NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
);
