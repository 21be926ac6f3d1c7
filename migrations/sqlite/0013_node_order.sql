-- The nodes of a message are text here already, as they became in postgres/0013_node_order.sql.

select 1;
