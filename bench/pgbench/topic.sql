-- What a signed-in reader's page of a topic asks of the database: the topic with its group, and its newest fifty messages. Word
-- for word the statements of domain/store/src/topics/mod.rs and messages/pages.rs, as the test of the statements prints them; everything
-- else on the page comes from memory or Redis. Variables: reader, group_slug, topic_slug, topic_id, after.
select t.id, t.group_id, t.slug, t.name, t.creator_id, c.username as creator_name, t.created_at, t.last_seq, t.last_message_at, t.version, t.numbering, coalesce(t.arrived_at, t.created_at) as arrived_at, t.locked_at is not null as locked, t.pinned_at is not null as pinned, t.resolved_at is not null as resolved, t.archived_at is not null as archived, (select count(*) from topic_events te where te.topic_id = t.id) as events, g.id as in_id, g.slug as in_slug, g.name as in_name, g.description as in_description, g.kind as in_kind, g.category as in_category, g.archived_at as in_archived_at, g.creator_id as in_creator_id, g.created_at as in_created_at, g.slow_seconds as in_slow_seconds, g.first_held as in_first_held, (t.deleted_at is not null or g.deleted_at is not null) as deleted, m.role, m.sees_from, r.read_seq, m.read_before, case when m.read_before >= coalesce(t.arrived_at, t.created_at) and m.read_before < t.last_message_at and not exists (select 1
    from messages mn
    where mn.topic_id = t.id and mn.seq = coalesce(r.read_seq, 0) + 1 and mn.created_at > m.read_before) then (select mb.seq
    from messages mb
    where mb.topic_id = t.id and mb.created_at <= m.read_before
    order by mb.seq desc
    limit 1) end as joined_seq, case when l.level in ('tracked', 'muted') then l.level when l.level is null and m.role is not null and (exists (select 1 from users fu where fu.id = :reader and fu.follow_written) and exists (select 1
    from messages fm
    where fm.author_id = :reader and fm.topic_id = t.id and fm.deleted_at is null)) then 'tracked' end as level, exists (select 1 from group_bans b where b.group_id = g.id and b.user_id = :reader) as banned, g.kind = 'direct' and exists (select 1
  from memberships o
  where o.group_id = g.id and o.sees_from > t.created_at) as unseen, (select count(*)
  from messages d
  where d.topic_id = t.id and d.deleted_at is not null) as deleted_messages, exists (select 1 from held h where h.author_id = :reader and h.topic_id = t.id) as own_held
from topics t
join groups g on g.id = t.group_id
join users c on c.id = t.creator_id
left join memberships m on m.group_id = t.group_id and m.user_id = :reader
left join reads r on r.topic_id = t.id and r.user_id = :reader
left join topic_levels l on l.topic_id = t.id and l.user_id = :reader
where g.slug = :group_slug and t.slug = :topic_slug;

select m.id, m.topic_id, m.seq, m.author_id, u.username, u.is_bot as by_bot, m.created_at, m.nodes, m.attachment, m.edited_at, m.version, m.deleted_at is not null as deleted, m.raw <> '' as has_words, coalesce(m.deleted_by = m.author_id, false) as by_author, o.id as original_id, o.author_id as original_author, ou.username as original_name, case when o.deleted_at is null then substr(o.raw, 1, 1000) end as original_raw, (select count(*)
  from messages a
  where a.reply_to = m.id and +a.topic_id = m.topic_id and a.deleted_at is null) as replies, case when exists (select 1 from stars z where z.message_id = m.id) then (select json_agg(json_build_array(s.user_id, su.username) order by s.created_at, s.user_id)
    from stars s
    join users su on su.id = s.user_id
    where s.message_id = m.id)::text else '[]' end as stars
from messages m
join users u on u.id = m.author_id
left join lateral (select q.id, q.author_id, q.raw, q.deleted_at
  from messages q
  where q.id = m.reply_to and q.topic_id = m.topic_id
  limit 1) o on true
left join users ou on ou.id = o.author_id
where m.topic_id = :topic_id and m.seq > :after
order by m.seq
limit 50;
