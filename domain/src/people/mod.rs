//! Accounts: sign-up, sign-in, settings, email, export and deletion.

pub mod account_deletion;
pub mod accounts;
pub mod addresses;
pub mod admins;
pub mod api_tokens;
pub mod assistance;
pub mod avatars;
pub mod basic_auth;
pub mod bots;
pub mod browsers;
pub mod claims;
pub mod consent;
pub mod display_names;
pub mod export;
pub mod export_archive;
pub mod first_admin;
pub mod ignores;
pub mod notices;
pub mod outbound_email;
pub mod passwords;
pub mod proofs;
pub mod push;
pub mod sessions;
pub mod sign_ups;
pub mod two_factor;
