-- Messages that somebody reported to those who keep order.
-- The same table stands in postgres/0005_reports.sql.

create table reports (
    id integer primary key autoincrement,
    message_id integer not null references messages (id) on delete cascade,
    user_id integer not null references users (id) on delete cascade,
    grounds text not null check (grounds in ('spam', 'insult', 'private', 'other')),
    words text not null,
    created_at integer not null,
    -- set: it was answered, by whom and how
    answered_at integer,
    answered_by integer references users (id),
    verdict text check (verdict in ('nothing', 'deleted'))
);
create unique index reports_open on reports (message_id, user_id) where answered_at is null;
create index reports_message on reports (message_id);
create index reports_user on reports (user_id);
