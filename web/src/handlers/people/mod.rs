//! Accounts: sign-up, sign-in, profiles, settings.

pub mod account;
pub mod addresses;
pub mod api_tokens;
pub mod bots;
pub mod ignores;
pub mod notices;
pub mod own_account;
pub mod passwords;
pub mod profiles;
pub mod push;
pub mod settings;
pub mod sign_ups;
pub mod two_factor;
