-- The nodes of a message as the text that was written: jsonb orders the keys of each node anew.
-- On SQLite they are text already; see sqlite/0013_node_order.sql.

alter table messages alter column nodes type text using nodes::text;
