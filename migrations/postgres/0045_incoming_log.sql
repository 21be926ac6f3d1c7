-- What became of received emails: their authors, what was posted, and why others were not.
-- The same columns are in sqlite/0045_incoming_log.sql.
-- the address in its head
alter table incoming_emails add column author text not null default '';
-- what was posted; no reference, since the row stays when the message goes
alter table incoming_emails add column message_id bigint;
-- why it was not posted
alter table incoming_emails add column reason text not null default '';
alter table incoming_emails drop constraint incoming_emails_outcome_check;
alter table incoming_emails add constraint incoming_emails_outcome_check
    check (outcome in ('waiting', 'posted', 'held', 'returned', 'unanswered', 'automatic', 'bounce', 'ignored', 'failed'));
