-- Topics that are split and merged, and topics that are followed by writing in them.
-- The same tables stand in postgres/0008_splits.sql.

-- when it came into its group from elsewhere: what lies before somebody's entry into the group counts as read only if it was there
-- by then. null: it was started there
alter table topics add column arrived_at integer;
-- how often its messages were given other numbers: what was shown by earlier ones marks nothing as read
alter table topics add column numbering bigint not null default 0;
create index topics_arrived on topics (group_id, arrived_at) where arrived_at is not null;

-- where messages went, or came from
alter table topic_events add column other_id integer references topics (id) on delete set null;
create index topic_events_other on topic_events (other_id) where other_id is not null;

create table levels_of_topics (
    user_id integer not null references users (id) on delete cascade,
    topic_id integer not null references topics (id) on delete cascade,
    -- normal: not followed, though they wrote in it
    level text not null check (level in ('normal', 'tracked', 'muted')),
    primary key (user_id, topic_id)
);
insert into levels_of_topics (user_id, topic_id, level) select user_id, topic_id, level from topic_levels;
drop table topic_levels;
alter table levels_of_topics rename to topic_levels;
create index topic_levels_topic on topic_levels (topic_id);
-- whether they follow the topics that they write in
alter table users add column follow_written boolean not null default 1;
