//! Tests that take minutes. `./check long` runs them, no other part does.

mod kills;
mod mail_server;
