-- Sessions: when they were last used, and when their user last proved who they are. Letters: what an email is about.

alter table sessions add column seen_at timestamptz;
alter table sessions add column proved_at timestamptz;
alter table letters add column detail text;
