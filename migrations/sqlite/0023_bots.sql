-- Bots: accounts of programs. Incoming webhooks: URLs by which programs post as a bot.
-- The same tables are in postgres/0023_bots.sql; times are microseconds since 1970 UTC.

alter table users add column is_bot boolean not null default 0;

create table bots (
    user_id integer primary key references users (id) on delete cascade,
    -- who answers for it: a person, or the admins of a group
    owner_id integer references users (id) on delete cascade,
    group_id integer references groups (id) on delete cascade,
    created_at integer not null,
    check ((owner_id is null) <> (group_id is null))
);
create index bots_owner on bots (owner_id);
create index bots_group on bots (group_id);

create table incoming_hooks (
    id integer primary key autoincrement,
    bot_id integer not null references users (id) on delete cascade,
    group_id integer not null references groups (id) on delete cascade,
    topic_id integer not null references topics (id) on delete cascade,
    name text not null,
    -- the secret part of the URL is shown once and not kept
    digest text not null unique,
    -- encrypted; null: requests need no signature
    signing_secret text,
    created_by integer references users (id) on delete set null,
    created_at integer not null,
    -- about to the quarter of an hour; null: never used
    used_at integer
);
create index incoming_hooks_group on incoming_hooks (group_id, id);
create index incoming_hooks_bot on incoming_hooks (bot_id);
create index incoming_hooks_topic on incoming_hooks (topic_id);
