-- Topics that are split and merged, and topics that are followed by writing in them.
-- The same tables stand in sqlite/0008_splits.sql.

-- when it came into its group from elsewhere: what lies before somebody's entry into the group counts as read only if it was there
-- by then. null: it was started there
alter table topics add column arrived_at timestamptz;
-- how often its messages were given other numbers: what was shown by earlier ones marks nothing as read
alter table topics add column numbering bigint not null default 0;
create index topics_arrived on topics (group_id, arrived_at) where arrived_at is not null;

-- where messages went, or came from
alter table topic_events add column other_id bigint references topics (id) on delete set null;
create index topic_events_other on topic_events (other_id) where other_id is not null;

-- normal: not followed, though they wrote in it
alter table topic_levels drop constraint topic_levels_level_check;
alter table topic_levels add constraint topic_levels_level_check check (level in ('normal', 'tracked', 'muted'));
-- whether they follow the topics that they write in
alter table users add column follow_written boolean not null default true;
