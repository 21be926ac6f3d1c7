-- Each change of what a page shows of a message, or of a topic, gives it the next number: told in another order than they happened,
-- changes still end as the last one left it.
alter table messages add column version bigint not null default 1;
alter table topics add column version bigint not null default 1;
