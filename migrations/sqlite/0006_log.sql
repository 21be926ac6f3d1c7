-- What those did who keep order. The same tables stand in postgres/0006_log.sql.

-- It only grows: triggers refuse to change it or to take anything out of it. So its ids are plain ones and no references: a group that
-- is emptied, a topic that goes with it, leave what is said of them here. Nothing that people wrote stands in it, no title and no
-- message, for nobody could ever take it back; only the name that a group had. The names of people are read from their accounts, whose
-- rows always stay: of a deleted account the log shows what is left of its name. What is checked in the program is not checked again
-- here: `what` is the closed list domain::model::LogDeed.
create table audit_log (
    id integer primary key autoincrement,
    created_at integer not null,
    -- null: whoever runs the program
    actor_id integer,
    what text not null,
    group_id integer,
    group_name text not null default '',
    topic_id integer,
    message_id integer,
    -- to whom it was done
    user_id integer,
    -- as it was given, and as they were told
    reason text not null default '',
    -- which part, for how long: in words of the program's own
    detail text not null default ''
);
create index audit_log_group on audit_log (group_id, id);
create index audit_log_user on audit_log (user_id, id);
create index audit_log_actor on audit_log (actor_id, id);
create index audit_log_what on audit_log (what, id);

create trigger audit_log_stays before update on audit_log begin
    select raise(abort, 'audit_log only grows');
end;
create trigger audit_log_keeps before delete on audit_log begin
    select raise(abort, 'audit_log only grows');
end;
create trigger audit_log_is_not_replaced before insert on audit_log when exists (select 1 from audit_log where id = new.id) begin
    select raise(abort, 'audit_log only grows');
end;

-- Rows of the log on whose public page the person is not named.
create table log_redactions (
    entry_id integer primary key references audit_log (id),
    by_id integer not null references users (id),
    created_at integer not null
);

-- What somebody is told by those who keep order, until they say that they read it.
create table notices (
    id integer primary key autoincrement,
    user_id integer not null references users (id) on delete cascade,
    -- null: for the whole site; the notice stays when the group goes
    group_id integer,
    group_name text not null default '',
    kind text not null check (kind in ('warning', 'ban', 'removal', 'restored')),
    reason text not null,
    by_id integer not null references users (id),
    created_at integer not null,
    read_at integer
);
create index notices_user on notices (user_id, id);
create index notices_unread on notices (user_id) where read_at is null;

-- Everything by one person, taken away at once.
create table removals (
    id integer primary key autoincrement,
    user_id integer not null references users (id) on delete cascade,
    -- null: in the whole site
    group_id integer,
    by_id integer not null references users (id),
    reason text not null,
    created_at integer not null,
    -- only what was written since then, and until it was begun
    since integer,
    -- topics come first: those that they started, and in which nobody else wrote
    topics_done boolean not null default 0,
    -- how far it has come, in topics and then in messages: the next one is above these
    done_topic integer not null default 0,
    done_seq integer not null default 0,
    -- how much is away
    messages integer not null default 0,
    topics integer not null default 0,
    finished_at integer,
    undone_at integer,
    undone_by integer references users (id),
    -- set: everything is back that could be
    restored_at integer
);
create index removals_user on removals (user_id, id);
create index removals_group on removals (group_id, id);

-- What a removal took away, as it left it: what has been brought back since, or deleted again, is not its own any more. Undoing it
-- takes the rows out.
create table removed_messages (
    removal_id integer not null references removals (id) on delete cascade,
    message_id integer not null references messages (id) on delete cascade,
    deleted_at integer not null,
    primary key (removal_id, message_id)
);
create index removed_messages_message on removed_messages (message_id);

create table removed_topics (
    removal_id integer not null references removals (id) on delete cascade,
    topic_id integer not null references topics (id) on delete cascade,
    deleted_at integer not null,
    primary key (removal_id, topic_id)
);
create index removed_topics_topic on removed_topics (topic_id);
create index topics_creator on topics (creator_id, id);
