-- Who is in what, and by which right: closed groups and direct conversations, asking and inviting, bans, ignoring and muting.
-- The same tables stand in postgres/0002_groups.sql.

-- A check goes only with its column.
alter table groups add column kind_now text not null default 'public' check (kind_now in ('public', 'closed', 'private', 'direct'));
update groups set kind_now = kind;
alter table groups drop column kind;
alter table groups rename column kind_now to kind;
alter table groups add column category text not null default 'other';
-- set: nothing in it can be changed
alter table groups add column archived_at integer;
-- set: it is gone for everyone, and its rows go later
alter table groups add column deleted_at integer;

-- null: they see all of it; else the topics that were started from then on (people added to a conversation)
alter table memberships add column sees_from integer;
alter table memberships add column level text not null default 'normal' check (level in ('normal', 'tracked', 'muted'));

alter table users add column suspended_until integer;
alter table users add column banned_at integer;
-- why they are suspended or banned, as they are told
alter table users add column barred_reason text not null default '';
alter table users add column direct_from text not null default 'anyone' check (direct_from in ('anyone', 'shared', 'nobody'));

create table group_bans (
    group_id integer not null references groups (id) on delete cascade,
    user_id integer not null references users (id) on delete cascade,
    by_id integer not null references users (id),
    reason text not null,
    created_at integer not null,
    primary key (group_id, user_id)
);
create index group_bans_user on group_bans (user_id);

-- Who asks to come in.
create table join_requests (
    group_id integer not null references groups (id) on delete cascade,
    user_id integer not null references users (id) on delete cascade,
    message text not null,
    created_at integer not null,
    -- set: somebody said no
    declined_at integer,
    primary key (group_id, user_id)
);
create index join_requests_user on join_requests (user_id);

-- Links that lead into a group.
create table invitations (
    id integer primary key autoincrement,
    group_id integer not null references groups (id) on delete cascade,
    inviter_id integer not null references users (id) on delete cascade,
    -- SHA-256 of the link's token, hexadecimal
    token text not null unique,
    -- as what it lets in; null: it lets one ask
    role text check (role in ('member', 'moderator', 'admin')),
    created_at integer not null,
    expires_at integer not null,
    uses_left integer not null,
    used integer not null default 0
);
create index invitations_group on invitations (group_id);

-- Who was invited by name.
create table invited (
    group_id integer not null references groups (id) on delete cascade,
    user_id integer not null references users (id) on delete cascade,
    inviter_id integer not null references users (id) on delete cascade,
    created_at integer not null,
    primary key (group_id, user_id)
);
create index invited_user on invited (user_id);

create table ignores (
    user_id integer not null references users (id) on delete cascade,
    ignored_id integer not null references users (id) on delete cascade,
    created_at integer not null,
    primary key (user_id, ignored_id)
);
create index ignores_ignored on ignores (ignored_id);

-- Topics that somebody hears otherwise than their group.
create table topic_levels (
    user_id integer not null references users (id) on delete cascade,
    topic_id integer not null references topics (id) on delete cascade,
    level text not null check (level in ('tracked', 'muted')),
    primary key (user_id, topic_id)
);
create index topic_levels_topic on topic_levels (topic_id);
