-- Accounts, whole: letters, the second step, former names, deletion. Messages: what they said before. Topics: what they are and
-- what happened to them. The same tables stand in postgres/0003_accounts.sql; times are microseconds since 1970 UTC.

-- users.email is an address that was confirmed; those from before count as that. new_email waits for it.
alter table users add column new_email text;
alter table users add column deleted_at integer;

create table letters (
    id integer primary key autoincrement,
    kind text not null,
    -- null until it is sent where only an address was given: whose it is nobody has to know before
    user_id integer references users (id) on delete cascade,
    address text not null,
    -- the token in its link is made of this with the site's key; kept is only its SHA-256
    seed text,
    token_hash text unique,
    created_at integer not null,
    expires_at integer not null,
    sent_at integer
);
create index letters_user on letters (user_id, kind);
create index letters_expiry on letters (expires_at);

create table second_steps (
    user_id integer primary key references users (id) on delete cascade,
    -- sealed with the site's key
    secret text not null,
    created_at integer not null,
    -- null: begun, but no code was shown yet
    confirmed_at integer,
    -- the half-minute, since 1970, whose code was taken last: no code is taken twice
    used_step integer not null default 0
);

create table recovery_codes (
    user_id integer not null references users (id) on delete cascade,
    -- signed with the site's key; the row goes when the code is used
    digest text not null,
    primary key (user_id, digest)
);

-- Names that somebody had: nobody else gets them meanwhile.
create table former_names (
    username_lower text primary key,
    username_key text,
    -- to whom links with the name lead; null: the account is deleted
    user_id integer references users (id) on delete cascade,
    -- null: for good
    kept_until integer
);
create index former_names_key on former_names (username_key);
create index former_names_user on former_names (user_id);

-- What a message said before it was edited: 1 is the first version.
create table former_texts (
    message_id integer not null references messages (id) on delete cascade,
    number integer not null,
    raw text not null,
    written_at integer not null,
    written_by integer not null references users (id),
    primary key (message_id, number)
);

alter table messages add column edited_by integer references users (id);
create index messages_purge on messages (deleted_at) where deleted_at is not null and raw <> '';

alter table topics add column locked_at integer;
alter table topics add column pinned_at integer;
alter table topics add column resolved_at integer;
create index topics_pinned on topics (group_id) where pinned_at is not null and deleted_at is null;

-- What was done to a topic, as lines between its messages.
create table topic_events (
    id integer primary key autoincrement,
    topic_id integer not null references topics (id) on delete cascade,
    -- the topic's newest number when it was done
    after_seq integer not null,
    actor_id integer not null references users (id),
    what text not null,
    -- an old title
    detail text not null default '',
    created_at integer not null
);
create index topic_events_topic on topic_events (topic_id, after_seq, id);

-- Addresses that topics had.
create table former_topics (
    group_id integer not null references groups (id) on delete cascade,
    slug text not null,
    topic_id integer not null references topics (id) on delete cascade,
    primary key (group_id, slug)
);
create index former_topics_topic on former_topics (topic_id);
