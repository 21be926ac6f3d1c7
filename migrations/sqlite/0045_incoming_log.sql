-- What became of received emails: their authors, what was posted, and why others were not.
-- The same columns are in postgres/0045_incoming_log.sql.
create table incoming_emails_new (
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
        check (outcome in ('waiting', 'posted', 'held', 'returned', 'unanswered', 'automatic', 'bounce', 'ignored', 'failed')),
    -- the address in its head
    author text not null default '',
    -- what was posted; no reference, since the row stays when the message goes
    message_id integer,
    -- why it was not posted
    reason text not null default '',
    received_at integer not null,
    handled_at integer
);
insert into incoming_emails_new (id, user_id, digest, sender, recipient, raw, outcome, received_at, handled_at)
    select id, user_id, digest, sender, recipient, raw, outcome, received_at, handled_at from incoming_emails;
drop table incoming_emails;
alter table incoming_emails_new rename to incoming_emails;
create index incoming_emails_user on incoming_emails (user_id, outcome);
create index incoming_emails_received on incoming_emails (received_at);
