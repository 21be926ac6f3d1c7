-- The pages of the site that admins write, each with its versions, and which versions people accepted.
-- The same tables are in postgres/0031_site_pages.sql; times are microseconds since 1970 UTC.

create table site_pages (
    -- about, rules, privacy, terms, imprint, contact
    slug text not null,
    -- counts from 1; the text that comes with the program is 0 and has no row
    version integer not null,
    -- as typed; empty: the page is gone
    raw text not null,
    author_id integer references users (id) on delete set null,
    created_at integer not null,
    -- whether people who accepted an earlier version are asked again
    asks_again boolean not null,
    primary key (slug, version)
);

create table acceptances (
    user_id integer not null references users (id) on delete cascade,
    slug text not null,
    version integer not null,
    accepted_at integer not null,
    primary key (user_id, slug, version)
);
