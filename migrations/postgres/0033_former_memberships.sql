-- The memberships of deleted groups, until the group is restored or its rows are deleted.
-- The same columns are in sqlite/0033_former_memberships.sql.
create table former_memberships (
    group_id bigint not null references groups (id) on delete cascade,
    user_id bigint not null references users (id) on delete cascade,
    role text not null,
    created_at timestamptz not null,
    read_before timestamptz not null,
    sees_from timestamptz,
    level text not null,
    primary key (group_id, user_id)
);
create index former_memberships_user on former_memberships (user_id);
