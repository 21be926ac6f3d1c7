-- What people are told of decisions about what they wrote or reported, and reports by people without an account.
-- The same columns are in sqlite/0018_notices.sql.

alter table notices drop constraint notices_kind_check;
-- null: nobody decided it
alter table notices alter column by_id drop not null;
-- what it is about; no references, since the notice stays
alter table notices add column topic_id bigint;
alter table notices add column message_id bigint;
-- JSON: who decided, on what grounds, the text of a declined message
alter table notices add column details text not null default '{}';

-- user_id null: a rule or a person without an account
alter table reports drop constraint reports_by_whom;
-- set: a person without an account; both are deleted when the report is answered
alter table reports add column reporter_email text;
alter table reports add column reporter_name text not null default '';
drop index reports_by_rule;
create unique index reports_by_rule on reports (message_id, words) where grounds = 'rule' and answered_at is null;
create unique index reports_by_email on reports (message_id, lower(reporter_email)) where reporter_email is not null and answered_at is null;
