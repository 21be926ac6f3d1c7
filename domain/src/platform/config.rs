//! The domain's configuration, read once in `main`; the domain never reads the environment.

use std::time::Duration;

use crate::platform::secrets::SecretKey;

/// The configuration of the forum.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Config {
    pub site_name: String,
    /// Scheme and host, without a trailing slash.
    pub base_url: String,
    /// Signs form tokens and links, and encrypts stored secrets.
    pub secret: SecretKey,
    pub limits: Limits,
    /// The longest life of a session.
    pub session: Duration,
    /// Unused for so long, a session ends earlier.
    pub idle: Duration,
    /// How the forum receives emails; `None`: it does not.
    pub mail_in: Option<MailIn>,
}

/// How the forum receives emails.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct MailIn {
    /// The domain whose emails arrive here.
    pub domain: String,
    /// Whether emails to people have a sender there, so that mail servers report here what they cannot deliver.
    pub takes_bounces: bool,
}

/// Rate limits; 0 turns a limit off. They count per account unless noted; `while_new` limits are for new accounts.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Limits {
    /// Messages and topics.
    pub posts_per_minute: u64,
    pub posts_per_minute_while_new: u64,
    pub topics_per_hour: u64,
    pub topics_per_hour_while_new: u64,
    /// In ten minutes, successful sign-ins included.
    pub sign_ins_per_account: u64,
    /// In ten minutes.
    pub sign_ins_per_address: u64,
    /// Sign-ins to one account in a day, from all networks together, in browsers where it was not used before. Beyond it,
    /// each network has few.
    pub unknown_sign_ins_per_day: u64,
    /// In an hour.
    pub sign_ups_per_address: u64,
    pub groups_per_day: u64,
    pub groups_per_day_while_new: u64,
    pub stars_per_minute: u64,
    /// Emails requested by an account or from a network address.
    pub mails_per_hour: u64,
    /// In an hour, requested by anyone.
    pub mails_per_mailbox: u64,
    /// Two-factor codes tried in ten minutes.
    pub codes_per_account: u64,
    pub renames_per_day: u64,
    /// Downloads of one's own data.
    pub downloads_per_hour: u64,
    /// By an account or from a network address.
    pub searches_per_minute: u64,
    pub suggestions_per_minute: u64,
    /// Requests to join groups.
    pub requests_per_day: u64,
    pub reports_per_day: u64,
    /// Edits of messages and titles.
    pub edits_per_minute: u64,
    /// All forms, except messages, which are counted apart, and read marks, which pages send by themselves.
    pub forms_per_minute: u64,
    /// Warnings; those by site admins are not counted.
    pub warnings_per_day: u64,
    /// Tries of rules on past messages.
    pub rule_tries_per_minute: u64,
    /// Invitations, by link or by name.
    pub invitations_per_day: u64,
    /// Conversations started, and people added to conversations.
    pub directs_per_day: u64,
    /// For accounts younger than three days.
    pub directs_per_day_while_new: u64,
    /// The most megabytes of an uploaded file.
    pub file_megabytes: u64,
    pub files_per_day: u64,
    pub files_per_day_while_new: u64,
    /// Uploaded by an account.
    pub file_megabytes_per_day: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            posts_per_minute: 60,
            posts_per_minute_while_new: 10,
            topics_per_hour: 60,
            topics_per_hour_while_new: 5,
            sign_ins_per_account: 20,
            sign_ins_per_address: 100,
            unknown_sign_ins_per_day: 100,
            sign_ups_per_address: 20,
            groups_per_day: 20,
            groups_per_day_while_new: 2,
            stars_per_minute: 60,
            mails_per_hour: 20,
            mails_per_mailbox: 5,
            codes_per_account: 10,
            renames_per_day: 3,
            downloads_per_hour: 5,
            searches_per_minute: 60,
            suggestions_per_minute: 240,
            requests_per_day: 20,
            reports_per_day: 30,
            edits_per_minute: 30,
            forms_per_minute: 120,
            warnings_per_day: 30,
            rule_tries_per_minute: 30,
            invitations_per_day: 100,
            directs_per_day: 100,
            directs_per_day_while_new: 5,
            file_megabytes: 20,
            files_per_day: 300,
            files_per_day_while_new: 20,
            file_megabytes_per_day: 500,
        }
    }
}
