-- Bytes of files that are being stored or deleted: a deletion takes no bytes that a new file is about to have.
-- The same columns are in postgres/0040_file_claims.sql.
create table file_claims (
    id integer primary key autoincrement,
    sha256 text not null,
    -- whether the bytes are being deleted; otherwise they are being stored
    deletes boolean not null,
    created_at integer not null
);
create index file_claims_sha256 on file_claims (sha256);
create index file_claims_created on file_claims (created_at);
