-- Wikis, and what the settings of groups were before.
-- The same columns are in postgres/0037_versions.sql.

-- since when all members may edit the message; null: only its author may
alter table messages add column wiki_at integer;

-- The settings of a group before each change: 1 is the first version.
create table former_settings (
    group_id integer not null references groups (id) on delete cascade,
    number integer not null,
    name text not null,
    description text not null,
    kind text not null,
    category text not null,
    slow_seconds integer not null,
    first_held integer not null,
    -- when the next version took its place, and by whom
    replaced_at integer not null,
    replaced_by integer not null references users (id),
    primary key (group_id, number)
);
