-- The forum: people, groups, topics, messages, and what follows from them.
-- The same tables stand in postgres/0001_forum.sql; times are microseconds since 1970 UTC.

create table users (
    id integer primary key autoincrement,
    username text not null,
    username_lower text not null unique,
    -- confusable characters folded: one name per form; null where an import brought two of one form
    username_key text unique,
    email text,
    -- null: nobody has claimed this account (it came with an import)
    password_hash text,
    name text not null default '',
    bio text not null default '',
    location text not null default '',
    web text not null default '',
    theme text not null default 'auto',
    is_admin boolean not null default 0,
    created_at integer not null
);
create unique index users_email on users (lower(email)) where email is not null;

create table sessions (
    -- SHA-256 of the cookie's token, hexadecimal
    id text primary key,
    user_id integer not null references users (id) on delete cascade,
    created_at integer not null,
    expires_at integer not null,
    address text not null,
    agent text not null
);
create index sessions_user on sessions (user_id);

create table groups (
    id integer primary key autoincrement,
    slug text not null unique,
    name text not null,
    description text not null default '',
    kind text not null check (kind in ('public', 'private')),
    creator_id integer not null references users (id),
    created_at integer not null
);

create table memberships (
    group_id integer not null references groups (id) on delete cascade,
    user_id integer not null references users (id) on delete cascade,
    role text not null check (role in ('member', 'moderator', 'admin')),
    created_at integer not null,
    -- what was written up to this moment counts as read
    read_before integer not null,
    primary key (group_id, user_id)
);
create index memberships_user on memberships (user_id, group_id);

create table topics (
    id integer primary key autoincrement,
    group_id integer not null references groups (id) on delete cascade,
    slug text not null,
    name text not null,
    creator_id integer not null references users (id),
    created_at integer not null,
    -- the number of the newest message; the first is 1
    last_seq integer not null default 0,
    last_message_at integer not null,
    deleted_at integer,
    unique (group_id, slug)
);
create index topics_activity on topics (group_id, last_message_at desc, id desc) where deleted_at is null;

create table messages (
    id integer primary key autoincrement,
    topic_id integer not null references topics (id) on delete cascade,
    seq integer not null,
    author_id integer not null references users (id),
    created_at integer not null,
    raw text not null,
    nodes text not null,
    nodes_version integer not null,
    edited_at integer,
    deleted_at integer,
    deleted_by integer references users (id),
    reply_to integer,
    -- the form's key: the same form sent twice posts once
    idempotency_key text,
    unique (topic_id, seq)
);
create index messages_author on messages (author_id, topic_id, seq);
create index messages_author_time on messages (author_id, created_at);
create index messages_time on messages (created_at);
create unique index messages_key on messages (author_id, idempotency_key) where idempotency_key is not null;
create index messages_deleted on messages (topic_id) where deleted_at is not null;

create table stars (
    message_id integer not null references messages (id) on delete cascade,
    user_id integer not null references users (id) on delete cascade,
    created_at integer not null,
    primary key (message_id, user_id)
);
create index stars_user on stars (user_id, created_at desc);

create table mentions (
    message_id integer not null references messages (id) on delete cascade,
    user_id integer not null references users (id) on delete cascade,
    -- set by "mark mentions read"; a mention in a read message is read anyway
    read_at integer,
    primary key (user_id, message_id)
);
create index mentions_message on mentions (message_id);

create table reads (
    user_id integer not null references users (id) on delete cascade,
    topic_id integer not null references topics (id) on delete cascade,
    read_seq integer not null,
    updated_at integer not null,
    primary key (user_id, topic_id)
);

create table jobs (
    id integer primary key autoincrement,
    kind text not null,
    payload text not null,
    -- at most one job with a key at a time: the slot of periodic work
    unique_key text unique,
    state text not null default 'ready' check (state in ('ready', 'running', 'failed')),
    attempt integer not null default 0,
    -- when it may be claimed; of a running job, when its lease ends
    run_at integer not null,
    -- who claimed it: with attempt, the fence of its acknowledgement
    owner text,
    last_error text,
    created_at integer not null
);
create index jobs_due on jobs (run_at, id) where state <> 'failed';

-- What the search followers have to read again, in the order of the commits.
create table search_log (
    id integer primary key autoincrement,
    kind text not null check (kind in ('message', 'topic', 'group')),
    ref_id integer not null
);

-- Where an import's row went, and how far an import came.
create table imported (
    source text not null,
    kind text not null,
    foreign_id text not null,
    id integer not null,
    primary key (source, kind, foreign_id)
);

-- Settings of the site that admins change while it runs.
create table settings (
    name text primary key,
    value text not null
);
