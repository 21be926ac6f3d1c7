-- Reducers: what they computed of the events of each group, and how far they have read. All of it can be dropped: it is
-- computed again. The same tables are in postgres/0027_reducers.sql; times are microseconds since 1970 UTC.

create table reducers (
    name text not null,
    group_id integer not null references groups (id) on delete cascade,
    -- of the code that computed the states
    version integer not null,
    -- grows by one with each step, so that of two processes only one takes it
    step integer not null,
    -- the place in the log of changes up to which it has read
    xid integer not null,
    log_id integer not null,
    -- the last topic that was read, while the topics of the group are read for the first time; null afterwards
    topic_id integer,
    updated_at integer not null,
    primary key (name, group_id)
);

-- The state of a reducer for a group, divided by topic. Topics without a row have the state before any event.
create table reducer_states (
    name text not null,
    group_id integer not null references groups (id) on delete cascade,
    topic_id integer not null,
    -- JSON
    state text not null,
    primary key (name, group_id, topic_id)
);

-- Who created an external auditor, or last switched it on: it is switched off when they are no longer a site admin. null: unknown
alter table external_auditors add column created_by integer references users (id) on delete set null;
