-- Addresses that groups had before. They lead on to the group for those who may know of it, until another group takes them.
create table former_slugs (
    slug text primary key,
    group_id bigint not null references groups (id) on delete cascade,
    created_at timestamptz not null
);
create index former_slugs_group on former_slugs (group_id);

-- Addresses of private groups end in random characters: nobody can guess them, or come across them by choosing the same one.
insert into former_slugs (slug, group_id, created_at)
    select slug, id, created_at from groups where kind = 'private' and deleted_at is null;
update groups set slug = substr(slug, 1, 60) || '-' || substr(replace(cast(gen_random_uuid() as text), '-', ''), 1, 8) where kind = 'private' and deleted_at is null;
