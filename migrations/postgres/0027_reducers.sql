-- Reducers: what they computed of the events of each group, and how far they have read. All of it can be dropped: it is
-- computed again. The same tables are in sqlite/0027_reducers.sql.

create table reducers (
    name text not null,
    group_id bigint not null references groups (id) on delete cascade,
    -- of the code that computed the states
    version bigint not null,
    -- grows by one with each step, so that of two processes only one takes it
    step bigint not null,
    -- the place in the log of changes up to which it has read
    xid bigint not null,
    log_id bigint not null,
    -- the last topic that was read, while the topics of the group are read for the first time; null afterwards
    topic_id bigint,
    updated_at timestamptz not null,
    primary key (name, group_id)
);

-- The state of a reducer for a group, divided by topic. Topics without a row have the state before any event.
create table reducer_states (
    name text not null,
    group_id bigint not null references groups (id) on delete cascade,
    topic_id bigint not null,
    -- JSON
    state text not null,
    primary key (name, group_id, topic_id)
);

-- Who created an external auditor, or last switched it on: it is switched off when they are no longer a site admin. null: unknown
alter table external_auditors add column created_by bigint references users (id) on delete set null;
