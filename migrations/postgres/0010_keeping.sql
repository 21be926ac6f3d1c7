-- What those who keep order can take back, and what nobody can take away from them.
-- The same columns stand in sqlite/0010_keeping.sql.

-- set: it is not said any more, and by whom that was decided
alter table notices add column taken_back_at timestamptz;
alter table notices add column taken_back_by bigint references users (id);

-- what the message said when it was reported, until that is answered
alter table reports add column said text not null default '';
update reports set said = (select raw from messages where id = reports.message_id) where answered_at is null;

-- whoever wrote it had deleted it: undone, it is their deletion again
alter table removed_messages add column own boolean not null default false;
