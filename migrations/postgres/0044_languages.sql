-- The language that a person chose; null: what the browser asks for.
-- The same columns are in sqlite/0044_languages.sql.
alter table users add column language text;
-- What the browser asked for when the person signed in; null: none that we have. Emails are written in it.
alter table sessions add column language text;
