//! Rate limits, counted over all processes.

use std::net::IpAddr;
use std::time::Duration;

use crate::platform::context::Context;
use crate::platform::error::{Error, Exceeded, Result};
use crate::platform::secrets::digest;
use crate::site::newcomers;
use model::{Network, UserId};

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
    /// Asking for suggestions while typing a search.
    Suggest,
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
    /// Uploading a file.
    Upload,
}

/// The key by which actions are counted.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub enum By<'a> {
    User(UserId),
    /// Sign-ins to this account from one network.
    Account(UserId, IpAddr),
    /// Sign-ins to this account from a browser in which it was used before.
    Browser(UserId, &'a str),
    /// The same, for a name or email address that no account has: the answers must not tell the two apart.
    Name(&'a str, IpAddr),
    /// A network address. Loopback is not counted: such requests come from this host.
    Address(IpAddr),
    /// A proxy on this host that is not trusted: its clients count together.
    Proxy,
    /// Emails to an address, requested from all networks together: no one's mailbox may be flooded.
    Mailbox(&'a str),
    /// A signed link, from all networks together: mail providers open the links of all their users from a few addresses.
    Link(&'a str),
}

/// Counts one action. A network address counts in networks of several sizes, of which the wider ones allow more.
///
/// # Errors
/// [`Error::TooMany`] with the time to wait when the limit is exceeded.
pub async fn count(cx: &Context, action: RateLimit, by: By<'_>) -> Result<()> {
    let limits = &cx.config.limits;
    let minute = Duration::from_secs(60);
    let (word, most, window) = match (action, by) {
        (RateLimit::Post, _) => ("post", limits.posts_per_minute, minute),
        (RateLimit::Topic, _) => ("topic", limits.topics_per_hour, 60 * minute),
        (RateLimit::SignIn, By::Address(_) | By::Proxy) => ("sign-in", limits.sign_ins_per_address, 10 * minute),
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
        (RateLimit::Suggest, _) => ("suggest", limits.suggestions_per_minute, minute),
        (RateLimit::Ask, _) => ("ask", limits.requests_per_day, 24 * 60 * minute),
        (RateLimit::Invite, _) => ("invite", limits.invitations_per_day, 24 * 60 * minute),
        (RateLimit::Direct, _) => ("direct", limits.directs_per_day, 24 * 60 * minute),
        (RateLimit::Report, _) => ("report", limits.reports_per_day, 24 * 60 * minute),
        (RateLimit::Edit, _) => ("edit", limits.edits_per_minute, minute),
        (RateLimit::Form, _) => ("form", limits.forms_per_minute, minute),
        (RateLimit::Warn, _) => ("warn", limits.warnings_per_day, 24 * 60 * minute),
        (RateLimit::TryRule, _) => ("try-rule", limits.rule_tries_per_minute, minute),
        (RateLimit::Upload, _) => ("upload", limits.files_per_day, 24 * 60 * minute),
    };
    if most == 0 {
        return Ok(());
    }
    let (who, address) = match by {
        By::Address(address) if address.is_loopback() => return Ok(()),
        By::Address(address) => ("a".to_owned(), Some(address)),
        By::Account(_, address) | By::Name(_, address) => (account(by), Some(address)),
        By::User(id) => (format!("u{id}"), None),
        By::Browser(id, browser) => (format!("u{id}:b{browser}"), None),
        By::Mailbox(address) => (format!("m{}", digest(&address.to_lowercase())), None),
        By::Link(token) => (format!("l{}", digest(token)), None),
        By::Proxy => ("proxy".to_owned(), None),
    };
    match address {
        None => tally(cx, word, &who, window, most).await,
        Some(address) => {
            for (network, times) in networks(address) {
                tally(cx, word, &format!("{who}:{network}"), window, most * times).await?;
            }
            Ok(())
        }
    }
}

/// The account or name of a sign-in, without its network.
fn account(by: By<'_>) -> String {
    match by {
        By::Account(id, _) => format!("u{id}"),
        By::Name(name, _) => format!("n{}", digest(&name.to_lowercase())),
        By::User(_) | By::Browser(..) | By::Address(_) | By::Proxy | By::Mailbox(_) | By::Link(_) => String::new(),
    }
}

/// Attempts per day and network once an account has had too many from all networks together.
const GUESSES_PER_NETWORK: u64 = 5;

/// Counts a sign-in to an account from an unknown browser over all networks. Beyond a limit, each network has only few
/// attempts a day: many networks together then guess slowly, and no one elsewhere is locked out. Returns
/// whether this attempt is the day's first beyond the limit. `by` is an account or name.
///
/// # Errors
/// [`Error::TooMany`] when this network has used up its attempts.
pub(crate) async fn count_guess(cx: &Context, by: By<'_>) -> Result<bool> {
    let most = cx.config.limits.unknown_sign_ins_per_day;
    let (By::Account(_, address) | By::Name(_, address)) = by else { return Ok(false) };
    let (who, day) = (account(by), Duration::from_secs(24 * 3_600));
    let done = if most == 0 { 0 } else { add(cx, "guess", &who, day).await };
    if done <= most {
        return Ok(false);
    }
    tally(cx, "guess", &format!("{who}:{}", lane(address)), day, GUESSES_PER_NETWORK).await?;
    Ok(done == most + 1)
}

/// How much of a rate limit is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Its name.
    pub limit: &'static str,
    /// The most actions within `window`.
    pub most: u64,
    /// The time after which counting begins again.
    pub window: Duration,
    /// How many actions are left.
    pub left: u64,
    /// The time until counting begins again.
    pub resets_in: Duration,
}

/// Counts a change by a program, like one by a form. Returns how much of the limit is used; without a limit, that
/// nothing is.
///
/// # Errors
/// [`Error::TooMany`] with the time to wait when the limit is exceeded.
pub(crate) async fn count_change(cx: &Context, user: UserId) -> Result<Usage> {
    let (limit, window, most) = ("form", Duration::from_secs(60), cx.config.limits.forms_per_minute);
    let wait = rest(cx, window);
    if most == 0 {
        return Ok(Usage { limit, most: u64::MAX, window, left: u64::MAX, resets_in: wait });
    }
    let done = add(cx, limit, &format!("u{user}"), window).await;
    if done > most {
        return Err(Error::TooMany(Exceeded { limit, most, window, wait }));
    }
    Ok(Usage { limit, most, window, left: most - done, resets_in: wait })
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
        RateLimit::Upload => ("upload-new", limits.files_per_day_while_new, Duration::from_secs(24 * 3_600)),
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

async fn tally(cx: &Context, limit: &'static str, who: &str, window: Duration, most: u64) -> Result<()> {
    if add(cx, limit, who, window).await <= most {
        return Ok(());
    }
    Err(Error::TooMany(Exceeded { limit, most, window, wait: rest(cx, window) }))
}

/// The time until counting begins again.
fn rest(cx: &Context, window: Duration) -> Duration {
    let span = window.as_micros() as i64;
    let left = span - cx.now().0 % span;
    Duration::from_micros(left as u64).max(Duration::from_secs(1))
}

/// Adds one, and returns the count within the window.
async fn add(cx: &Context, word: &str, who: &str, window: Duration) -> u64 {
    let slot = cx.now().0 / window.as_micros() as i64;
    cx.kv.count_within(&format!("limit:{word}:{who}:{slot}"), window).await
}

/// The networks of an address, each with the number of smaller ones that may exhaust it: an IPv4 address and its /24, the
/// /64, /56 and /48 of an IPv6 address.
fn networks(address: IpAddr) -> Vec<(String, u64)> {
    let sizes: &[(u8, u64)] =
        if address.to_canonical().is_ipv4() { &[(32, 1), (24, 4)] } else { &[(64, 1), (56, 2), (48, 4)] };
    sizes.iter().map(|&(bits, times)| (Network::of(address, bits).to_string(), times)).collect()
}

/// The lane of an address in the queue for hashing: its widest network.
pub(crate) fn lane(address: IpAddr) -> String {
    networks(address).pop().map(|(network, _)| network).unwrap_or_default()
}

/// The network of an address, for logs: an IPv4 address, or the /64 of an IPv6 address.
pub(crate) fn network(address: IpAddr) -> String {
    Network::of(address, if address.to_canonical().is_ipv4() { 32 } else { 64 }).to_string()
}
