-- Display names are shown beside messages: they are shorter now, and none is the username of another account.
-- The same statements are in sqlite/0038_display_names.sql.

update users set name = trim(substr(name, 1, 60)) where length(name) > 60;
update users set name = '' where name <> ''
    and exists (select 1 from users other where other.id <> users.id and other.username_lower = lower(trim(users.name)));
