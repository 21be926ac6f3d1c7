-- Names that begin like what somebody types into the search, and resolved topics.
-- The same indexes are in postgres/0019_search_names.sql.

-- users.username_lower has one
create index users_name_begin on users (lower(name)) where name <> '';
create index users_name_rest on users (lower(substr(name, instr(name, ' ') + 1))) where name <> '';
create index topics_resolved on topics (group_id, resolved_at) where resolved_at is not null and deleted_at is null;
