-- Outgoing webhooks with their deliveries, and external auditors.
-- The same tables are in postgres/0024_webhooks.sql; times are microseconds since 1970 UTC.

create table webhooks (
    id integer primary key autoincrement,
    -- null: of the site
    group_id integer references groups (id) on delete cascade,
    name text not null,
    url text not null,
    -- encrypted
    secret text not null,
    -- words separated by commas
    events text not null,
    created_by integer references users (id) on delete set null,
    created_at integer not null,
    -- null: it is on
    off_at integer,
    -- why it is off; empty if an admin switched it off
    off_reason text not null default '',
    -- since when every try failed; null after a success
    failing_since integer,
    -- tries that failed since the last success
    failures integer not null default 0,
    -- no delivery is tried before
    paused_until integer
);
create index webhooks_group on webhooks (group_id, id);

create table webhook_deliveries (
    id integer primary key autoincrement,
    webhook_id integer not null references webhooks (id) on delete cascade,
    event text not null,
    -- names what happened, so that it is sent once
    event_key text not null,
    -- what it is about; the content is read when it is sent
    group_id integer,
    topic_id integer,
    message_id integer,
    user_id integer,
    -- the place in the order of its topic
    position integer not null,
    -- waiting, sent, failed
    state text not null,
    attempt integer not null default 0,
    -- when it is due; while it is being sent, when another process may try it
    run_at integer not null,
    created_at integer not null,
    tried_at integer,
    -- the HTTP status of the last answer; null: there was none
    status integer,
    duration_ms integer,
    -- the first bytes of the last answer, or what went wrong
    answer text not null default '',
    unique (webhook_id, event_key)
);
create index webhook_deliveries_due on webhook_deliveries (webhook_id, run_at) where state = 'waiting';
create index webhook_deliveries_order on webhook_deliveries (webhook_id, topic_id, position) where state = 'waiting';
create index webhook_deliveries_log on webhook_deliveries (webhook_id, id);
create index webhook_deliveries_old on webhook_deliveries (created_at);

create table external_auditors (
    id integer primary key autoincrement,
    name text not null,
    url text not null,
    -- encrypted
    secret text not null,
    timeout_ms integer not null,
    -- whether messages are refused while it does not answer
    fails_closed boolean not null,
    created_at integer not null,
    -- null: it is on
    off_at integer
);
