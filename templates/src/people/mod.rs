//! Accounts: sign-up, sign-in, profiles, settings.

pub mod account;
pub mod bots;
pub mod emails;
pub mod notices;
pub mod profiles;
pub mod push;
pub mod settings;
pub mod sign_ups;
