-- What people are emailed about, how often, and what became of each email.
-- The same columns are in postgres/0035_email_out.sql.
create table email_settings (
    user_id integer primary key references users (id) on delete cascade,
    mentions text not null default 'now' check (mentions in ('now', 'daily', 'weekly', 'never')),
    directs text not null default 'now' check (directs in ('now', 'daily', 'weekly', 'never')),
    followed text not null default 'never' check (followed in ('now', 'daily', 'weekly', 'never')),
    activity text not null default 'never' check (activity in ('daily', 'weekly', 'never')),
    most_per_day integer not null default 20,
    -- hours of the day, in the time zone of the offset; both null: none
    quiet_from integer,
    quiet_to integer,
    -- minutes east of UTC
    utc_offset integer not null default 0,
    -- messages written up to then are not emailed (mentions: the rows say what was)
    mentions_since integer not null,
    directs_until integer not null,
    followed_until integer not null,
    activity_until integer not null,
    -- when the next daily or weekly email is due; null: there is none
    next_at integer,
    -- when an email is tried again that came in quiet hours, or after too many others
    retry_at integer,
    -- raised with each collection, so that of two at once only one counts
    turn integer not null default 0,
    -- emails in a row that were refused because of the address
    bounces integer not null default 0,
    bouncing_at integer
);
create index email_settings_next on email_settings (next_at) where next_at is not null;
create index email_settings_retry on email_settings (retry_at) where retry_at is not null;
create index email_settings_followed on email_settings (user_id) where followed = 'now';

-- when an email with the message was made for the person
alter table mentions add column mailed_at integer;

alter table letters add column state text not null default 'queued' check (state in ('queued', 'sent', 'refused', 'dropped'));
alter table letters add column reason text not null default '';
update letters set state = 'sent' where sent_at is not null;
