-- What a signed-in reader's page of a topic asks of the database: the topic with its group, and its newest fifty messages.
-- Word for word the statements of domain/src/store/{topics,messages}.rs; everything else on the page comes from
-- memory or Redis. Variables: reader, group_slug, topic_slug, topic_id, after.
select t.id, t.group_id, t.slug, t.name, t.creator_id, c.username as creator_name, t.created_at, t.last_seq, t.last_message_at,
       g.id as in_id, g.slug as in_slug, g.name as in_name, g.description as in_description, g.kind as in_kind,
       g.creator_id as in_creator_id, g.created_at as in_created_at, t.deleted_at is not null as deleted, m.role, r.read_seq, m.read_before,
       (select count(*) from messages d where d.topic_id = t.id and d.deleted_at is not null) as deleted_messages
  from topics t
  join groups g on g.id = t.group_id
  join users c on c.id = t.creator_id
  left join memberships m on m.group_id = t.group_id and m.user_id = :reader
  left join reads r on r.topic_id = t.id and r.user_id = :reader
  where g.slug = :group_slug and t.slug = :topic_slug;

select m.id, m.topic_id, m.seq, m.author_id, u.username, m.created_at, m.nodes, m.edited_at,
       m.deleted_at is not null as deleted, b.author_id as before_author, b.created_at as before_at,
       coalesce((select json_agg(json_build_array(s.user_id, su.username) order by s.created_at, s.user_id)
                 from stars s join users su on su.id = s.user_id where s.message_id = m.id)::text, '[]') as stars
  from messages m join users u on u.id = m.author_id
  left join lateral (select p.author_id, p.created_at from messages p
                     where p.topic_id = m.topic_id and p.seq = m.seq - 1 limit 1) b on true
  where m.topic_id = :topic_id and m.seq > :after order by m.seq limit 50;
