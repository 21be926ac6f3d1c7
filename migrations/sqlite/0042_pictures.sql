-- Pictures: the avatars of accounts and the images of groups, by the digest of their bytes; empty without one.
-- The same columns are in postgres/0042_pictures.sql.

alter table users add column avatar text not null default '';
alter table groups add column picture text not null default '';
create index users_avatar on users (avatar) where avatar <> '';
create index groups_picture on groups (picture) where picture <> '';
