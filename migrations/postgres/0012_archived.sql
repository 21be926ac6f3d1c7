-- Topics that are archived, groups that came to be read by more people, and what it takes to forget deleted topics quickly.
-- The same tables stand in sqlite/0012_archived.sql.

-- since when everything in it stays as it is
alter table topics add column archived_at timestamptz;
create index topics_deleted on topics (deleted_at, id) where deleted_at is not null;
create index reads_topic on reads (topic_id);
-- since when as many read it as do now: what its log said before is not for those who came by that
alter table groups add column opened_at timestamptz;
