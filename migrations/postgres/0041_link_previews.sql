-- Previews of links, and images of other hosts through this one.
-- The same columns are in sqlite/0041_link_previews.sql; times are timestamptz.

-- JSON, a list; null: none yet; an empty list: they were removed, and do not come back.
alter table messages add column previews text;

-- What linked pages say about themselves, for all messages with such a link.
create table link_previews (
    -- of the address
    sha256 text primary key,
    -- JSON; null: the page says nothing, or could not be read
    preview text,
    expires_at timestamptz not null
);
create index link_previews_expires on link_previews (expires_at);

-- Images no longer load on a click: readers get them from this host.
update settings set value = replace(value, '"images":"click"', '"images":"load"') where name = 'site';
