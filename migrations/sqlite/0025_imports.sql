-- Imports: what a row was when it came, what is worth a word in the report, addresses of the old forum, and who may claim an
-- account. The same tables stand in postgres/0025_imports.sql; times are microseconds since 1970 UTC.

-- Tells whether a row changed in the source since. null: it came before there were digests.
alter table imported add column digest text;

-- What was noted while rows were written: a resumed import reports it too.
create table import_warnings (
    source text not null,
    warning text not null,
    count integer not null,
    example text not null,
    primary key (source, warning)
);

-- Paths of other forums lead on to what came from there.
create table old_addresses (
    path text primary key,
    topic_id integer not null references topics (id) on delete cascade,
    -- null: the path of the topic
    message_id integer references messages (id) on delete cascade
);
create index old_addresses_topic on old_addresses (topic_id);
create index old_addresses_message on old_addresses (message_id) where message_id is not null;

-- Mail addresses of people who came with an import. Whoever reads mail there may claim the account; nothing else is sent there.
create table claims (
    -- in lower case
    email text primary key,
    user_id integer not null references users (id) on delete cascade
);
create index claims_user on claims (user_id);
