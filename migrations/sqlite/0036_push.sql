-- Devices that get push messages, and which ones their owners want.
-- The same tables are in postgres/0036_push.sql; times are microseconds since 1970 UTC.

create table push_devices (
    id integer primary key autoincrement,
    user_id integer not null references users (id) on delete cascade,
    -- a device gets messages as long as its browser is signed in
    session_id text not null unique references sessions (id) on delete cascade,
    -- the address at its push service
    endpoint text not null unique,
    -- what messages are encrypted for, in Base64url
    public_key text not null,
    auth_secret text not null,
    created_at integer not null,
    -- when its push service last took a message
    sent_at integer,
    -- tries that failed since then
    failures integer not null default 0,
    -- no message is sent before
    paused_until integer
);
create index push_devices_user on push_devices (user_id);

-- a user without a row has the defaults
create table push_preferences (
    user_id integer primary key references users (id) on delete cascade,
    mentions boolean not null,
    replies boolean not null,
    directs boolean not null,
    followed boolean not null
);
