-- Emails that people sent to their signed addresses, and the groups in which they start topics.
-- The same columns are in postgres/0039_mail_in.sql.
alter table groups add column takes_email boolean not null default false;
create table incoming_emails (
    id integer primary key autoincrement,
    -- whose address it was sent to
    user_id integer not null references users (id) on delete cascade,
    -- of the address's meaning and the Message-ID: the same email is taken once
    digest text not null unique,
    -- these three are emptied once the email is handled
    sender text not null,
    recipient text not null,
    -- each character is a byte, without NUL
    raw text not null,
    outcome text not null default 'waiting'
        check (outcome in ('waiting', 'posted', 'held', 'returned', 'unanswered', 'automatic', 'bounce', 'ignored')),
    received_at integer not null,
    handled_at integer
);
create index incoming_emails_user on incoming_emails (user_id, outcome);
create index incoming_emails_received on incoming_emails (received_at);
