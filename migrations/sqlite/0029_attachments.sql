-- Typed attachments of messages, the kinds that programs registered, and the votes of polls.
-- The same tables are in postgres/0029_attachments.sql; times are microseconds since 1970 UTC.

-- JSON; null: the message has none. The text of the message ends with the attachment's fallback text.
alter table messages add column attachment text;
alter table former_texts add column attachment text;
alter table held add column attachment text;

create table kinds (
    id integer primary key autoincrement,
    owner_id integer not null references users (id) on delete cascade,
    -- without the owner's name
    name text not null,
    version integer not null,
    -- card, table, list, poll
    layout text not null,
    -- a template for the heading; may be empty
    title text not null,
    -- JSON: the names of the shown fields, in order
    fields text not null,
    -- JSON Schema
    schema text not null,
    created_at integer not null,
    -- set by its owner: no new message may use it
    retired_at integer,
    -- set by a site admin: no new message may use it
    disabled_at integer,
    unique (owner_id, name, version)
);

create table poll_votes (
    message_id integer not null references messages (id) on delete cascade,
    user_id integer not null references users (id) on delete cascade,
    -- the number of the option, from 0; "option" is a word of SQL
    choice integer not null,
    -- whether the poll keeps secret who voted
    anonymous boolean not null,
    created_at integer not null,
    primary key (message_id, user_id, choice)
);
create index poll_votes_user on poll_votes (user_id, message_id);
