//! Rate limits, counted over all processes.

use std::net::IpAddr;
use std::time::Duration;

use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::site::newcomers;
use model::UserId;

/// A limited action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum RateLimit {
    /// Writing a message or topic.
    Post,
    Topic,
    SignIn,
    SignUp,
    NewGroup,
    Star,
    Search,
    /// Requesting an email.
    Mail,
    /// Requesting a link to reset the password. Counted apart, so that other emails to the address cannot block it.
    Reset,
    /// Trying a two-factor code.
    Code,
    Rename,
    /// Downloading one's own data.
    Download,
    /// Requesting to join a group, or following an invitation link.
    Ask,
    Invite,
    /// Starting a conversation, or adding people to one.
    Direct,
    Report,
    /// Editing a message or title. Each edit leaves a version or a line.
    Edit,
    /// Sending any form: joining, marking, deciding.
    Form,
    Warn,
    /// Trying a rule on past messages.
    TryRule,
}

/// The key by which actions are counted.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub enum By<'a> {
    User(UserId),
    /// Sign-ins to this account from one network. Counted for all networks together, anyone could lock its owner out.
    Account(UserId, IpAddr),
    /// The same, for a name or email address that no account has: the answers must not tell the two apart.
    Name(&'a str, IpAddr),
    /// A network address. Loopback is not counted: such requests come through a proxy or from this host.
    Address(IpAddr),
    /// Emails to an address, requested from all networks together: nobody's mailbox may be flooded.
    Mailbox(&'a str),
}

/// Counts one action.
///
/// # Errors
/// [`Error::TooMany`] with the time to wait when the limit is exceeded.
pub async fn count(cx: &Context, action: RateLimit, by: By<'_>) -> Result<()> {
    let limits = &cx.config.limits;
    let minute = Duration::from_secs(60);
    let (word, most, window) = match (action, by) {
        (RateLimit::Post, _) => ("post", limits.posts_per_minute, minute),
        (RateLimit::Topic, _) => ("topic", limits.topics_per_hour, 60 * minute),
        (RateLimit::SignIn, By::Address(_)) => ("sign-in", limits.sign_ins_per_address, 10 * minute),
        (RateLimit::SignIn, _) => ("sign-in", limits.sign_ins_per_account, 10 * minute),
        (RateLimit::SignUp, _) => ("sign-up", limits.sign_ups_per_address, 60 * minute),
        (RateLimit::NewGroup, _) => ("group", limits.groups_per_day, 24 * 60 * minute),
        (RateLimit::Star, _) => ("star", limits.stars_per_minute, minute),
        (RateLimit::Mail, By::Mailbox(_)) => ("mail", limits.mails_per_mailbox, 60 * minute),
        (RateLimit::Reset, _) => ("reset", limits.mails_per_mailbox, 60 * minute),
        (RateLimit::Mail, _) => ("mail", limits.mails_per_hour, 60 * minute),
        (RateLimit::Code, _) => ("code", limits.codes_per_account, 10 * minute),
        (RateLimit::Rename, _) => ("rename", limits.renames_per_day, 24 * 60 * minute),
        (RateLimit::Download, _) => ("download", limits.downloads_per_hour, 60 * minute),
        (RateLimit::Search, _) => ("search", limits.searches_per_minute, minute),
        (RateLimit::Ask, _) => ("ask", limits.requests_per_day, 24 * 60 * minute),
        (RateLimit::Invite, _) => ("invite", limits.invitations_per_day, 24 * 60 * minute),
        (RateLimit::Direct, _) => ("direct", limits.directs_per_day, 24 * 60 * minute),
        (RateLimit::Report, _) => ("report", limits.reports_per_day, 24 * 60 * minute),
        (RateLimit::Edit, _) => ("edit", limits.edits_per_minute, minute),
        (RateLimit::Form, _) => ("form", limits.forms_per_minute, minute),
        (RateLimit::Warn, _) => ("warn", limits.warnings_per_day, 24 * 60 * minute),
        (RateLimit::TryRule, _) => ("try-rule", limits.rule_tries_per_minute, minute),
    };
    let who = match by {
        By::User(id) => format!("u{id}"),
        By::Account(id, address) => format!("u{id}:{}", network(address)),
        By::Name(name, address) => {
            format!("n{}:{}", crate::platform::secrets::digest(&name.to_lowercase()), network(address))
        }
        By::Mailbox(address) => format!("m{}", crate::platform::secrets::digest(&address.to_lowercase())),
        By::Address(address) if address.is_loopback() => return Ok(()),
        By::Address(address) => network(address),
    };
    if most == 0 {
        return Ok(());
    }
    tally(cx, word, &who, window, most).await.map(drop)
}

/// Until this age, an account may start only few conversations.
const NEW_TO_CONVERSATIONS: Duration = Duration::from_secs(3 * 24 * 3_600);

/// Counts one action with a lower limit for new accounts. The account's age is looked up only beyond that limit.
///
/// # Errors
/// [`Error::TooMany`] with the time to wait when a limit is exceeded.
pub(crate) async fn count_by_age(cx: &Context, action: RateLimit, user: UserId) -> Result<()> {
    let limits = &cx.config.limits;
    let (word, while_new, window) = match action {
        RateLimit::Topic => ("topic-new", limits.topics_per_hour_while_new, Duration::from_secs(3_600)),
        RateLimit::NewGroup => ("group-new", limits.groups_per_day_while_new, Duration::from_secs(24 * 3_600)),
        RateLimit::Direct => ("direct-new", limits.directs_per_day_while_new, Duration::from_secs(24 * 3_600)),
        RateLimit::Post => ("post-new", limits.posts_per_minute_while_new, Duration::from_secs(60)),
        other => return count(cx, other, By::User(user)).await,
    };
    count(cx, action, By::User(user)).await?;
    if while_new == 0 {
        return Ok(());
    }
    let Err(error) = tally(cx, word, &format!("u{user}"), window, while_new).await else { return Ok(()) };
    let since = store::moderation::rules::since(&cx.db, user).await?;
    let is_young = match action {
        RateLimit::Direct => since.plus(NEW_TO_CONVERSATIONS) > cx.now(),
        _ => newcomers::get(cx).await?.is_young(since, cx.now()),
    };
    if is_young { Err(error) } else { Ok(()) }
}

async fn tally(cx: &Context, word: &str, who: &str, window: Duration, most: u64) -> Result<()> {
    let span = window.as_micros() as i64;
    let slot = cx.now().0 / span;
    if cx.kv.count_within(&format!("limit:{word}:{who}:{slot}"), window).await <= most {
        return Ok(());
    }
    let left = span - cx.now().0 % span;
    Err(Error::TooMany(Duration::from_micros(left as u64).max(Duration::from_secs(1))))
}

/// The network of an address: an IPv4 address, or the /64 of an IPv6 address.
pub(crate) fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => format!("a{v4}"),
        IpAddr::V6(v6) => {
            let s = v6.segments();
            format!("a{:x}:{:x}:{:x}:{:x}", s[0], s[1], s[2], s[3])
        }
    }
}
