-- API tokens: what a program signs in with in place of its owner's password.
-- The same table is in postgres/0021_api_tokens.sql; times are microseconds since 1970 UTC.

create table api_tokens (
    id integer primary key autoincrement,
    user_id integer not null references users (id) on delete cascade,
    name text not null,
    -- the token itself is shown once and not kept
    digest text not null unique,
    -- words separated by commas: read, write, moderate, admin
    scopes text not null,
    -- JSON: a list of group ids; null: all groups and conversations
    group_ids text,
    created_at integer not null,
    -- null: it does not expire
    expires_at integer,
    -- about to the quarter of an hour; null: never used
    used_at integer
);
create index api_tokens_user on api_tokens (user_id, id);

-- The API finds topics by their slug alone.
create index topics_slug on topics (slug);
