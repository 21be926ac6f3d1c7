//! The whole program from outside: requests to the program as operators run it, alone on SQLite and as services on
//! Postgres and Redis.

mod accounts;
mod addresses;
mod api;
mod api_events;
mod backups;
mod chat;
mod command_line;
mod conversations;
mod crowds;
mod edges;
mod emails;
mod faults;
mod getting_around;
mod groups;
mod help;
mod history;
mod images;
mod live;
mod long;
mod mail_in;
mod mail_server;
mod moderation;
mod operation;
mod privacy;
mod push;
mod safety;
mod screening;
mod searching;
mod site;
mod site_pages;
mod splits;
#[path = "../support/mod.rs"]
mod support;
mod webhooks;
