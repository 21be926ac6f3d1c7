-- Sessions: when they were last used, and when their user last proved who they are. Letters: what an email is about.
-- The same columns are in postgres/0014_sessions.sql; times are microseconds since 1970 UTC.

alter table sessions add column seen_at integer;
alter table sessions add column proved_at integer;
alter table letters add column detail text;
