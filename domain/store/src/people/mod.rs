//! Accounts.

pub mod account_deletion;
pub mod api_tokens;
pub mod bots;
pub mod claims;
pub mod emails;
pub mod export;
pub mod former_names;
pub mod ignores;
pub mod notices;
pub mod push;
pub mod sessions;
pub mod sidebar;
pub mod sign_ups;
pub mod two_factor;
pub mod users;
