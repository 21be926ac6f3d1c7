-- The transaction of a posted message as the one statement that Klatch sends: word for word that of domain/src/store/messages.rs, the
-- parameters filled in. Variables as in post.sql.
\set topic :first_topic + :client_id
\set key random(1, 9000000000000000000)
with topic as (
    update topics set last_seq = last_seq + 1, last_message_at = case when last_message_at > now() then last_message_at else now() end
    where id = :topic and deleted_at is null returning last_seq, last_message_at),
message as (
    insert into messages (topic_id, seq, author_id, created_at, raw, nodes, nodes_version, idempotency_key)
    select :topic, last_seq, :author, last_message_at, 'I have been running this in production since last week and it holds up well so far. What surprised me is how little memory it takes: about a third of what we had before. Has anybody tried it behind nginx?', '[{"type": "text", "markup": "I have been running this in production since last week and it holds up well so far. What surprised me is how little memory it takes: about a third of what we had before. Has anybody tried it behind nginx?"}]', 1, :key from topic returning id, seq, created_at),
job as (
    insert into jobs (kind, payload, run_at, created_at)
    select 'message_posted', '{"message":' || id || '}', created_at, created_at from message),
note as (insert into search_log (kind, ref_id) select 'message', id from message)
select id, seq from message;
