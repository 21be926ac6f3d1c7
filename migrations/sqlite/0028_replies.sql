-- Replies keep the message that they answer, also while they wait for approval.
create index messages_replies on messages (reply_to) where reply_to is not null;
alter table held add column reply_to integer;
