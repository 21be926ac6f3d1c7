//! What the domain has to be told: read once in main, never from the environment here.

use std::time::Duration;

use crate::platform::secrets::SecretKey;

/// What the forum's rules depend on.
#[derive(Clone, Debug)]
pub struct Config {
    /// What the site is called.
    pub site_name: String,
    /// Where it is reached: scheme and host without a slash at the end.
    pub base_url: String,
    /// Signs form tokens and links, seals what must not be read in the database.
    pub secret: SecretKey,
    /// How often what may be done.
    pub limits: Limits,
    /// How long a sign-in lasts.
    pub session: Duration,
}

/// How often what may be done; 0 lifts a limit.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Messages and topics by an account in a minute.
    pub posts_per_minute: u64,
    /// The same by an account that is new.
    pub posts_per_minute_while_new: u64,
    /// Topics by an account in an hour.
    pub topics_per_hour: u64,
    /// The same by an account that is new.
    pub topics_per_hour_while_new: u64,
    /// Wrong or right sign-ins for an account in ten minutes.
    pub sign_ins_per_account: u64,
    /// The same from a network address.
    pub sign_ins_per_address: u64,
    /// New accounts from a network address in an hour.
    pub sign_ups_per_address: u64,
    /// Groups made by an account in a day.
    pub groups_per_day: u64,
    /// The same by an account that is new.
    pub groups_per_day_while_new: u64,
    /// Stars by an account in a minute.
    pub stars_per_minute: u64,
    /// Letters asked for by an account or from a network address in an hour.
    pub mails_per_hour: u64,
    /// Letters asked for to a mail address in an hour, by whomever.
    pub mails_per_mailbox: u64,
    /// Codes of the second step tried for an account in ten minutes.
    pub codes_per_account: u64,
    /// Changes of name by an account in a day.
    pub renames_per_day: u64,
    /// Downloads of all one's data by an account in an hour.
    pub downloads_per_hour: u64,
    /// Searches by an account or network address in a minute.
    pub searches_per_minute: u64,
    /// Requests to be let into groups by an account in a day.
    pub requests_per_day: u64,
    /// Reports of messages by one account.
    pub reports_per_day: u64,
    /// Edits of messages and titles by an account in a minute.
    pub edits_per_minute: u64,
    /// Forms of any kind by an account in a minute, but for messages, which are counted apart, and what marks as read, which pages
    /// send by themselves.
    pub forms_per_minute: u64,
    /// Warnings by an account in a day; those of the site's admins are not counted.
    pub warnings_per_day: u64,
    /// Rules tried on what was written, by an account in a minute.
    pub rule_tries_per_minute: u64,
    /// Invitations by an account in a day, links and names.
    pub invitations_per_day: u64,
    /// Conversations that an account begins in a day, and people that it adds to some.
    pub directs_per_day: u64,
    /// The same of an account that is younger than three days.
    pub directs_per_day_while_new: u64,
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
            requests_per_day: 20,
            reports_per_day: 30,
            edits_per_minute: 30,
            forms_per_minute: 120,
            warnings_per_day: 30,
            rule_tries_per_minute: 30,
            invitations_per_day: 100,
            directs_per_day: 100,
            directs_per_day_while_new: 5,
        }
    }
}
