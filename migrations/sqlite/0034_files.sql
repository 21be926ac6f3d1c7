-- Files that people uploaded, and the messages that show them. Their bytes are in the storage, named by their digest.
-- The same columns are in postgres/0034_files.sql.
create table files (
    id integer primary key autoincrement,
    owner_id integer not null references users (id) on delete cascade,
    sha256 text not null,
    size integer not null,
    -- as found in the content; of an image, as it is served
    kind text not null,
    name text not null,
    -- of images, as they are shown
    width integer,
    height integer,
    state text not null check (state in ('waiting', 'ready', 'bad')),
    created_at integer not null
);
create index files_owner on files (owner_id, created_at);
create index files_sha256 on files (sha256);
create index files_created on files (created_at);
create table message_files (
    file_id integer not null references files (id) on delete cascade,
    message_id integer not null references messages (id) on delete cascade,
    -- only an earlier text of the message shows it: nobody reads it for that, but it is kept
    is_former boolean not null default false,
    primary key (file_id, message_id)
);
create index message_files_message on message_files (message_id);
