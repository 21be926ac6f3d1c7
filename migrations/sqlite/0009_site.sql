-- The site as its admins run it: who may sign up, and figures over time.
-- The same tables stand in postgres/0009_site.sql; times are microseconds since 1970 UTC.

-- set: a new account that waits for an admin, and can do nothing meanwhile
alter table users add column waiting_since integer;
-- what they said when they signed up
alter table users add column asked text not null default '';
-- set: an admin said no; the account goes some days later
alter table users add column declined_at integer;
create index users_waiting on users (waiting_since) where waiting_since is not null;

-- Links of site admins with which one may sign up.
create table site_invitations (
    id integer primary key autoincrement,
    inviter_id integer not null references users (id) on delete cascade,
    -- SHA-256 of the link's token, hexadecimal
    token text not null unique,
    created_at integer not null,
    expires_at integer not null,
    uses_left integer not null,
    used integer not null default 0
);

-- What was written on a day (UTC, by its number since 1970) in a group, counted by a job: pages never count it again.
create table counted_groups (
    day integer not null,
    group_id integer not null references groups (id) on delete cascade,
    messages integer not null,
    primary key (day, group_id)
);
create index counted_groups_group on counted_groups (group_id);

-- Who wrote on a day, and who signed up.
create table counted_days (
    day integer primary key,
    messages integer not null,
    people integer not null,
    accounts integer not null
);

-- What a process said of itself; rows go as soon as they are part of a sample.
create table process_figures (
    process text not null,
    at integer not null,
    -- null: that is not its work
    polls integer,
    indexed integer,
    index_bytes integer,
    -- how long its polls were behind the save, as counts by time
    deliveries text not null,
    primary key (process, at)
);

-- How the site was, once a minute; those older than two days once an hour.
create table samples (
    at integer primary key,
    -- the hour, by its number since 1970
    hour integer not null,
    polls integer,
    jobs_waiting integer not null,
    jobs_failed integer not null,
    indexed integer,
    index_bytes integer,
    database_bytes integer not null,
    delivered integer not null,
    -- microseconds from the save to the poll that told of it: of half of them, and of 99 in 100
    median_us integer,
    p99_us integer
);
create index samples_hour on samples (hour, at);
