-- What looks at a message before it is there: rules, slow mode, and what waits for approval.
-- The same tables stand in postgres/0007_auditors.sql.

alter table groups add column slow_seconds integer not null default 0;
-- so many messages of somebody new wait for approval
alter table groups add column first_held integer not null default 0;

create table rules (
    id integer primary key autoincrement,
    -- null: for the whole site
    group_id integer references groups (id) on delete cascade,
    name text not null,
    kind text not null check (kind in ('words', 'pattern')),
    body text not null,
    in_text boolean not null,
    in_title boolean not null,
    in_links boolean not null,
    in_names boolean not null,
    -- whom it is for: accounts younger than this, or with fewer messages; nobody else unless both are 0
    new_days integer not null,
    new_messages integer not null,
    deed text not null check (deed in ('refuse', 'hold', 'report')),
    explanation text not null,
    -- grows with each change: what is switched on is what was tried
    version integer not null default 1,
    creator_id integer not null references users (id),
    created_at integer not null,
    -- null: it is off
    enabled_at integer
);
create index rules_group on rules (group_id);

-- Not in messages, so that nothing that shows, counts or finds messages can show it.
create table held (
    id integer primary key autoincrement,
    author_id integer not null references users (id) on delete cascade,
    group_id integer not null references groups (id) on delete cascade,
    -- null: it starts a topic
    topic_id integer references topics (id) on delete cascade,
    title text not null,
    raw text not null,
    idempotency_key text,
    why text not null,
    created_at integer not null,
    -- set: it was declined, by whom and why
    declined_at integer,
    declined_by integer references users (id),
    reason text not null default ''
);
create unique index held_key on held (author_id, idempotency_key) where idempotency_key is not null;
create index held_waiting on held (group_id, id) where declined_at is null;
create index held_author on held (author_id, group_id);
create index held_topic on held (topic_id) where topic_id is not null;

-- A report may be a rule's: then nobody reported it, and its words are the rule's name.
create table reports_new (
    id integer primary key autoincrement,
    message_id integer not null references messages (id) on delete cascade,
    user_id integer references users (id) on delete cascade,
    grounds text not null check (grounds in ('spam', 'insult', 'private', 'other', 'rule')),
    words text not null,
    created_at integer not null,
    -- set: it was answered, by whom and how
    answered_at integer,
    answered_by integer references users (id),
    verdict text check (verdict in ('nothing', 'deleted')),
    check ((user_id is null) = (grounds = 'rule'))
);
insert into reports_new (id, message_id, user_id, grounds, words, created_at, answered_at, answered_by, verdict)
    select id, message_id, user_id, grounds, words, created_at, answered_at, answered_by, verdict from reports;
drop table reports;
alter table reports_new rename to reports;
create unique index reports_open on reports (message_id, user_id) where answered_at is null;
create unique index reports_by_rule on reports (message_id, words) where user_id is null and answered_at is null;
create index reports_message on reports (message_id);
create index reports_user on reports (user_id);
