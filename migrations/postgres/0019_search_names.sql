-- Names that begin like what somebody types into the search, and resolved topics.
-- The same indexes are in sqlite/0019_search_names.sql.

create index users_username_begin on users (username_lower collate "C");
create index users_name_begin on users ((lower(name)) collate "C") where name <> '';
create index users_name_rest on users ((lower(substr(name, strpos(name, ' ') + 1))) collate "C") where name <> '';
create index topics_resolved on topics (group_id, resolved_at) where resolved_at is not null and deleted_at is null;
