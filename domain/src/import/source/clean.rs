//! Takes out of records what rows must not hold.

use super::super::people;
use super::super::records::{Group, Message, Person, Record, Topic};
use super::super::report::{ImportWarning, ImportWarnings};
use super::super::targets;
use crate::people::display_names;
use crate::platform::validate;
use model::names::{slugify, username_key};
use model::time::Timestamp;
use store::import::NewUser;

/// The most characters of a location.
const MAX_LOCATION: usize = 100;
const MAX_BIO: usize = 2_000;
const MAX_WEB: usize = 300;

/// Removes NUL from the keys and addresses of a record: Postgres refuses it.
pub(super) fn without_nul(record: &mut Record) {
    match record {
        Record::Person(Person { key, username, .. }) => clean([key, username]),
        Record::Group(Group { key, slug, creator, .. }) => clean([key, slug].into_iter().chain(creator)),
        Record::Membership(one) => clean([&mut one.group, &mut one.person]),
        Record::Topic(topic) => {
            let Topic { key, group, slug, creator, .. } = topic.as_mut();
            clean([key, group, slug].into_iter().chain(creator));
        }
        Record::Message(message) => {
            let Message { key, topic, author, reply_to, stars, .. } = message.as_mut();
            clean([key, topic, author].into_iter().chain(reply_to).chain(stars.iter_mut().map(|(person, _)| person)));
        }
    }
}

fn clean<'a>(texts: impl IntoIterator<Item = &'a mut String>) {
    for text in texts {
        if text.contains('\0') {
            *text = text.replace('\0', "");
        }
    }
}

/// The account of a person, under the name that fits best. Its texts are as the forms would have them.
pub(super) fn account(person: &Person, now: Timestamp, warnings: &mut ImportWarnings) -> NewUser {
    let wanted = person.username.trim();
    let fit = people::fit(wanted);
    if !wanted.is_empty() && fit.as_deref() != Some(wanted) {
        warnings.note(ImportWarning::NameChanged, || wanted.to_owned());
    }
    let made = || people::fit(&slugify(&person.name).replace('-', "_"));
    let username = fit.or_else(made).unwrap_or_else(|| "user".to_owned());
    let mut short = |mut text: String, most: usize| {
        targets::shorten(&mut text, most, warnings);
        text
    };
    let web = validate::one_line(&person.web);
    let is_web = web.starts_with("http://") || web.starts_with("https://");
    NewUser {
        id: None,
        key: Some(username_key(&username)),
        username,
        name: short(display_names::clean(&person.name), display_names::MAX),
        bio: short(validate::text(&person.bio), MAX_BIO),
        location: short(validate::one_line(&person.location), MAX_LOCATION),
        web: if is_web && web.chars().count() <= MAX_WEB { web } else { String::new() },
        created_at: person.created_at.unwrap_or(now),
    }
}
