-- The memberships of deleted groups, until the group is restored or its rows are deleted.
-- The same columns are in postgres/0033_former_memberships.sql.
create table former_memberships (
    group_id integer not null references groups (id) on delete cascade,
    user_id integer not null references users (id) on delete cascade,
    role text not null,
    created_at integer not null,
    read_before integer not null,
    sees_from integer,
    level text not null,
    primary key (group_id, user_id)
);
create index former_memberships_user on former_memberships (user_id);
