-- What people are told of decisions about what they wrote or reported, and reports by people without an account.
-- The same columns are in postgres/0018_notices.sql.

create table notices_new (
    id integer primary key autoincrement,
    user_id integer not null references users (id) on delete cascade,
    -- null: for the whole site; the notice stays when the group is deleted
    group_id integer,
    group_name text not null default '',
    kind text not null,
    reason text not null,
    -- null: nobody decided it
    by_id integer references users (id),
    created_at integer not null,
    read_at integer,
    taken_back_at integer,
    taken_back_by integer references users (id),
    -- what it is about; no references, since the notice stays
    topic_id integer,
    message_id integer,
    -- JSON: who decided, on what grounds, the text of a declined message
    details text not null default '{}'
);
insert into notices_new (id, user_id, group_id, group_name, kind, reason, by_id, created_at, read_at, taken_back_at, taken_back_by)
    select id, user_id, group_id, group_name, kind, reason, by_id, created_at, read_at, taken_back_at, taken_back_by from notices;
drop table notices;
alter table notices_new rename to notices;
create index notices_user on notices (user_id, id);
create index notices_unread on notices (user_id) where read_at is null;

create table reports_new (
    id integer primary key autoincrement,
    message_id integer not null references messages (id) on delete cascade,
    -- null: a rule or a person without an account
    user_id integer references users (id) on delete cascade,
    grounds text not null check (grounds in ('spam', 'insult', 'private', 'other', 'rule')),
    words text not null,
    created_at integer not null,
    -- set: it was answered, by whom and how
    answered_at integer,
    answered_by integer references users (id),
    verdict text check (verdict in ('nothing', 'deleted')),
    said text not null default '',
    -- set: a person without an account; both are deleted when the report is answered
    reporter_email text,
    reporter_name text not null default ''
);
insert into reports_new (id, message_id, user_id, grounds, words, created_at, answered_at, answered_by, verdict, said)
    select id, message_id, user_id, grounds, words, created_at, answered_at, answered_by, verdict, said from reports;
drop table reports;
alter table reports_new rename to reports;
create unique index reports_open on reports (message_id, user_id) where answered_at is null;
create unique index reports_by_rule on reports (message_id, words) where grounds = 'rule' and answered_at is null;
create unique index reports_by_email on reports (message_id, lower(reporter_email)) where reporter_email is not null and answered_at is null;
create index reports_message on reports (message_id);
create index reports_user on reports (user_id);
