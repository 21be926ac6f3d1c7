-- Messages that a user marked for later. Nobody else sees them.
create table bookmarks (
    user_id bigint not null references users (id) on delete cascade,
    message_id bigint not null references messages (id) on delete cascade,
    created_at timestamptz not null,
    primary key (user_id, message_id)
);
create index bookmarks_message on bookmarks (message_id);
create index bookmarks_user on bookmarks (user_id, created_at desc, message_id desc);
