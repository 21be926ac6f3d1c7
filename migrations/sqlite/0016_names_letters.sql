-- Names that look alike: `rn` is like `m`, and `vv` like `w`, as in domain::names::username_key. Accounts that look alike
-- already keep their names: of those, the keys stay as they are.
update users set username_key = replace(replace(username_key, 'rn', 'm'), 'vv', 'w')
where (username_key like '%rn%' or username_key like '%vv%')
  and not exists (select 1 from users other where other.username_key = replace(replace(users.username_key, 'rn', 'm'), 'vv', 'w'))
  and id in (select min(id) from users where username_key like '%rn%' or username_key like '%vv%'
             group by replace(replace(username_key, 'rn', 'm'), 'vv', 'w'));
update former_names set username_key = replace(replace(username_key, 'rn', 'm'), 'vv', 'w')
where username_key like '%rn%' or username_key like '%vv%';

-- Letters about a group: an invitation into it, or that it has another admin.
alter table letters add column group_id integer references groups (id) on delete cascade;
create index letters_group on letters (group_id) where group_id is not null;
