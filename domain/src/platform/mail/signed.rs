//! Signed addresses for received emails: what an email to them means, and for whom.
//!
//! `reply+PAYLOAD.SIGNATURE@DOMAIN`. Both parts are in Base32, because servers may change the case of an address. The payload
//! has the ids and the day of the end. A local part has at most 64 characters (RFC 5321, 4.5.3.1.1).

use crate::platform::config::Config;
use crate::platform::secrets::{SHORT, SecretKey};
use model::time::Timestamp;
use model::{EmailId, GroupId, MessageId, TopicId, UserId};

const PURPOSE: &str = "mail-in";
const DIGITS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// The longest local part of an address.
const LONGEST: usize = 64;
const DAY: i64 = 24 * 3_600 * 1_000_000;
/// How long an address works that is in an email.
const OF_AN_EMAIL: i64 = 60;
/// An address that people keep works at least so many days, and changes as often.
const KEPT: i64 = 180;

/// What an email to an address means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTo {
    /// A person answers in a topic.
    Reply {
        /// Who answers.
        user: UserId,
        /// Where.
        topic: TopicId,
        /// The message that is answered; `None`: several were in the email.
        message: Option<MessageId>,
    },
    /// A person starts a topic in a group.
    NewTopic {
        /// Who starts it.
        user: UserId,
        /// Where.
        group: GroupId,
    },
    /// A mail server reports that an email was not delivered.
    Bounce {
        /// Whose email it was.
        user: UserId,
        /// The email.
        email: EmailId,
    },
}

/// An address that we made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed {
    /// What an email to it means.
    pub to: MailTo,
    /// Whether it no longer works.
    pub is_expired: bool,
}

impl MailTo {
    /// The person whose address it is.
    pub fn user(self) -> UserId {
        match self {
            Self::Reply { user, .. } | Self::NewTopic { user, .. } | Self::Bounce { user, .. } => user,
        }
    }

    /// Identifies what an email to the address is about. It stays the same when the address changes.
    pub fn about(self) -> String {
        let (word, ids) = self.parts();
        format!("{word}:{ids:?}")
    }

    fn parts(self) -> (&'static str, Vec<i64>) {
        match self {
            Self::Reply { user, topic, message } => ("reply", vec![user.0, topic.0, message.map_or(0, |id| id.0)]),
            Self::NewTopic { user, group } => ("new", vec![user.0, group.0]),
            Self::Bounce { user, email } => ("bounce", vec![user.0, email.0]),
        }
    }

    fn from_parts(word: &str, ids: &[i64]) -> Option<Self> {
        match (word, ids) {
            ("reply", &[user, topic, message]) => Some(Self::Reply {
                user: UserId(user),
                topic: TopicId(topic),
                message: (message > 0).then_some(MessageId(message)),
            }),
            ("new", &[user, group]) => Some(Self::NewTopic { user: UserId(user), group: GroupId(group) }),
            ("bounce", &[user, email]) => Some(Self::Bounce { user: UserId(user), email: EmailId(email) }),
            _ => None,
        }
    }

    fn last_day(self, now: Timestamp) -> i64 {
        let today = now.0.div_euclid(DAY);
        match self {
            Self::Reply { .. } | Self::Bounce { .. } => today + OF_AN_EMAIL,
            Self::NewTopic { .. } => (today.div_euclid(KEPT) + 2) * KEPT,
        }
    }
}

/// Makes an address. `None` if the forum receives no emails, or the ids are too long.
pub fn address(config: &Config, to: MailTo, now: Timestamp) -> Option<String> {
    let domain = &config.mail_in.as_ref()?.domain;
    let (word, ids) = to.parts();
    let mut payload = Vec::new();
    for id in ids {
        write_number(&mut payload, u64::try_from(id).ok()?);
    }
    payload.extend(u16::try_from(to.last_day(now)).ok()?.to_be_bytes());
    let signed = format!("{word}+{}", base32(&payload));
    let signature = base32(&config.secret.sign_short(PURPOSE, &signed));
    let local = format!("{signed}.{signature}");
    (local.len() <= LONGEST).then(|| format!("{local}@{domain}"))
}

/// Reads an address, in any case. `None` if we did not make it.
pub fn read(config: &Config, address: &str, now: Timestamp) -> Option<Signed> {
    let address = address.trim().to_ascii_lowercase();
    let (local, domain) = address.rsplit_once('@')?;
    if !config.mail_in.as_ref()?.domain.eq_ignore_ascii_case(domain) {
        return None;
    }
    read_local(&config.secret, local, now)
}

fn read_local(secret: &SecretKey, local: &str, now: Timestamp) -> Option<Signed> {
    let (signed, signature) = local.rsplit_once('.')?;
    let signature: [u8; SHORT] = from_base32(signature)?.try_into().ok()?;
    if !secret.verify_short(PURPOSE, signed, &signature) {
        return None;
    }
    let (word, payload) = signed.split_once('+')?;
    let payload = from_base32(payload)?;
    let (numbers, day) = payload.split_last_chunk::<2>()?;
    let to = MailTo::from_parts(word, &read_numbers(numbers)?)?;
    Some(Signed { to, is_expired: now.0.div_euclid(DAY) > i64::from(u16::from_be_bytes(*day)) })
}

/// Writes a number in groups of seven bits, the lowest first. All bytes but the last have the highest bit set.
fn write_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn read_numbers(bytes: &[u8]) -> Option<Vec<i64>> {
    let (mut numbers, mut number, mut shift) = (Vec::new(), 0_u64, 0);
    for byte in bytes {
        if shift > 56 {
            return None;
        }
        number |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            numbers.push(i64::try_from(number).ok()?);
            (number, shift) = (0, 0);
        }
    }
    (shift == 0).then_some(numbers)
}

fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            text.push(char::from(DIGITS[(bits >> count & 31) as usize]));
        }
        bits &= (1_u32 << count) - 1;
    }
    if count > 0 {
        text.push(char::from(DIGITS[(bits << (5 - count) & 31) as usize]));
    }
    text
}

fn from_base32(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut bits, mut count) = (0_u32, 0);
    for digit in text.bytes() {
        let value = DIGITS.iter().position(|known| *known == digit)?;
        bits = bits << 5 | u32::try_from(value).ok()?;
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
        bits &= (1_u32 << count) - 1;
    }
    // The last bits say nothing: one address has one spelling.
    (count < 5 && bits == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(letter: &str) -> SecretKey {
        SecretKey::new(&letter.repeat(32)).expect("a key")
    }

    fn local(secret: &SecretKey, to: MailTo, now: Timestamp) -> String {
        let config = Config {
            site_name: String::new(),
            base_url: String::new(),
            secret: secret.clone(),
            limits: crate::platform::config::Limits::default(),
            session: std::time::Duration::ZERO,
            idle: std::time::Duration::ZERO,
            mail_in: Some(crate::platform::config::MailIn { domain: "in.example".to_owned(), takes_bounces: false }),
        };
        let address = address(&config, to, now).expect("an address");
        assert_eq!(read(&config, &address.to_uppercase(), now), Some(Signed { to, is_expired: false }), "{address}");
        assert_eq!(read(&config, &address.replace("in.example", "example.org"), now), None);
        address.strip_suffix("@in.example").expect("the domain").to_owned()
    }

    const NOW: Timestamp = Timestamp(20_000 * DAY + 5);

    #[test]
    fn base32_matches_the_standard_test_vectors() {
        for (bytes, text) in [("", ""), ("f", "my"), ("fo", "mzxq"), ("foo", "mzxw6"), ("foobar", "mzxw6ytboi")] {
            assert_eq!(base32(bytes.as_bytes()), text);
            assert_eq!(from_base32(text).as_deref(), Some(bytes.as_bytes()));
        }
        for bad in ["m", "mz1", "mz=", "mr"] {
            assert_eq!(from_base32(bad), None, "{bad}");
        }
    }

    #[test]
    fn addresses_are_short_and_say_what_they_mean() {
        let most = (1 << 42) - 1;
        for ids in [[1, 1, 1], [300, 70_000, 9_000_000], [most, most, most]] {
            let [user, one, other] = ids;
            let user = UserId(user);
            for to in [
                MailTo::Reply { user, topic: TopicId(one), message: Some(MessageId(other)) },
                MailTo::Reply { user, topic: TopicId(one), message: None },
                MailTo::NewTopic { user, group: GroupId(one) },
                MailTo::Bounce { user, email: EmailId(one) },
            ] {
                let local = local(&key("k"), to, NOW);
                assert!(local.len() <= LONGEST, "{local}");
                assert_eq!(to.user(), user);
            }
        }
    }

    #[test]
    fn a_changed_address_means_nothing() {
        let to = MailTo::Reply { user: UserId(7), topic: TopicId(3), message: None };
        let local = local(&key("k"), to, NOW);
        assert_eq!(read_local(&key("l"), &local, NOW), None);
        for (at, c) in local.char_indices() {
            for other in ['a', 'b', '7', '.', '+', 'é'] {
                let mut changed = local.clone();
                changed.replace_range(at..=at, &other.to_string());
                assert_eq!(read_local(&key("k"), &changed, NOW).is_some(), c == other, "{changed}");
            }
        }
        for bad in ["", ".", "reply", "reply+", "reply+.", "reply+aa.aa", "new+aaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaa"] {
            assert_eq!(read_local(&key("k"), bad, NOW), None, "{bad}");
        }
    }

    #[test]
    fn an_address_expires_and_a_kept_one_stays_the_same_for_months() {
        let to = MailTo::Reply { user: UserId(7), topic: TopicId(3), message: None };
        let one = local(&key("k"), to, NOW);
        let expired =
            |days: i64| read_local(&key("k"), &one, Timestamp(NOW.0 + days * DAY)).map(|read| read.is_expired);
        assert_eq!([expired(60), expired(61)], [Some(false), Some(true)]);
        let to = MailTo::NewTopic { user: UserId(7), group: GroupId(3) };
        let kept = local(&key("k"), to, NOW);
        // 20,000 is 20 days after the address last changed.
        assert_eq!(kept, local(&key("k"), to, Timestamp(NOW.0 + 159 * DAY)));
        assert_ne!(kept, local(&key("k"), to, Timestamp(NOW.0 + 160 * DAY)));
        let expired =
            |days: i64| read_local(&key("k"), &kept, Timestamp(NOW.0 + days * DAY)).map(|read| read.is_expired);
        assert_eq!([expired(340), expired(341)], [Some(false), Some(true)]);
    }
}
