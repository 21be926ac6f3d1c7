-- The one transaction of a posted message: the topic's next number, the message, its job, the note for search.
-- As separate statements, the way a transaction is mostly written; post-one.sql is what Klatch sends. Each client writes in a topic
-- of its own, as the posting connections do. Variables: author, first_topic (the topics of the clients follow it).
\set topic :first_topic + :client_id
\set key random(1, 9000000000000000000)
begin;
update topics set last_seq = last_seq + 1, last_message_at = case when last_message_at > now() then last_message_at else now() end
  where id = :topic and deleted_at is null returning last_seq, last_message_at \gset
insert into messages (topic_id, seq, author_id, created_at, raw, nodes, nodes_version, idempotency_key)
  values (:topic, :last_seq, :author, :last_message_at, 'I have been running this in production since last week and it holds up well so far. What surprised me is how little memory it takes: about a third of what we had before. Has anybody tried it behind nginx?', '[{"type": "text", "markup": "I have been running this in production since last week and it holds up well so far. What surprised me is how little memory it takes: about a third of what we had before. Has anybody tried it behind nginx?"}]', 1, :key)
  on conflict do nothing returning id \gset
insert into jobs (kind, payload, run_at, created_at) values ('message_posted', :id, now(), now()) returning id as job \gset
insert into search_log (kind, ref_id) values ('message', :id);
commit;
