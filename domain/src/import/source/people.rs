//! Accounts of the people of a source, and their memberships.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::super::people;
use super::super::records::{Membership, Person};
use super::super::report::{ImportWarning, ImportWarnings};
use super::Source;
use super::clean::account;
use crate::people::{addresses, claims};
use crate::platform::context::Context;
use crate::platform::error::Result;
use model::time::Timestamp;
use model::{GroupId, GroupKind, Role, UserId};
use store::Tx;
use store::import::{self as rows, NewUser, sources};

impl Source {
    /// Notes a person for the accounts of this batch.
    pub(super) fn describe_person(&mut self, person: Person, coming: &mut Vec<Person>) {
        if !self.is_first('p', &person.key) {
            self.report.people.dropped(1);
            self.report.warnings.note(ImportWarning::Twice, || format!("person {}", person.key));
        } else if self.people.contains_key(&person.key) {
            self.report.people.found(1);
            self.name(&person);
        } else {
            coming.push(person);
        }
    }

    /// Lets texts mention a person who has an account by all names that they have in the source.
    fn name(&mut self, person: &Person) {
        let Some(id) = self.people.get(&person.key).copied() else { return };
        let Some((people, mentionable)) = &mut self.names else { return };
        let known = mentionable.username(&person.key).map(str::to_owned);
        let username =
            known.or_else(|| people.values().find(|known| known.id == id.0).map(|known| known.username.clone()));
        if let Some(username) = username {
            for name in [&person.username, &person.name] {
                mentionable.add_weakly(name, &username);
            }
        }
    }

    /// Creates accounts for people who are not known yet.
    pub(super) async fn meet(&mut self, cx: &Context, tx: &mut Tx, people: Vec<Person>) -> Result<()> {
        if people.is_empty() {
            return Ok(());
        }
        let emails: Vec<Option<String>> = people.iter().map(email_of).collect();
        let asked: Vec<&str> = emails.iter().flatten().map(String::as_str).collect();
        let here: HashMap<String, UserId> = match asked.is_empty() {
            true => HashMap::new(),
            false => {
                let found = sources::by_email(tx, &asked).await?;
                found.into_iter().map(|(email, user)| (claims::key(&email), user)).collect()
            }
        };
        let now = cx.now();
        let mut accounts = Vec::with_capacity(people.len());
        let mut ids: Vec<Option<UserId>> = Vec::with_capacity(people.len());
        for (person, email) in people.iter().zip(&emails) {
            let same = email.as_ref().and_then(|email| here.get(email)).copied();
            if same.is_some() {
                self.noted.note(ImportWarning::SameAddress, || person.key.clone());
            } else {
                accounts.push(account(person, now, &mut self.noted));
            }
            ids.push(same);
        }
        let mut made = self.accounts(tx, &accounts).await?.into_iter();
        let ids: Vec<UserId> = ids.into_iter().filter_map(|same| same.or_else(|| made.next())).collect();
        let noted: Vec<(String, i64)> =
            people.iter().zip(&ids).map(|(person, id)| (person.key.clone(), id.0)).collect();
        let mut usernames: HashMap<UserId, String> = HashMap::new();
        if self.dry.is_none() {
            rows::note(tx, &self.key, "user", &noted).await?;
            usernames = rows::usernames_of(tx, &ids).await?.into_iter().collect();
            self.claims(tx, &emails, &ids, &here).await?;
        }
        self.report.people.added(people.len() as u64);
        for (person, id) in people.iter().zip(&ids) {
            self.people.insert(person.key.clone(), *id);
            let fallback = || account(person, now, &mut ImportWarnings::default()).username;
            let username = usernames.get(id).cloned().unwrap_or_else(fallback);
            if let Some((known, mentionable)) = &mut self.names {
                mentionable.add(&person.key, &username);
                known.insert(username.to_lowercase(), markup::Person { id: id.0, username });
            }
            self.name(person);
        }
        Ok(())
    }

    async fn accounts(&mut self, tx: &mut Tx, accounts: &[NewUser]) -> Result<Vec<UserId>> {
        let Some(dry) = &mut self.dry else { return people::write(tx, accounts, &mut self.noted).await };
        let mut ids = Vec::with_capacity(accounts.len());
        for account in accounts {
            if !dry.usernames.insert(account.username.to_lowercase()) {
                self.noted.note(ImportWarning::NameChanged, || account.username.clone());
            }
            ids.push(UserId(dry.id()));
        }
        Ok(ids)
    }

    /// Notes who may claim an account by mail. Addresses of accounts that are here need no claim.
    async fn claims(
        &mut self,
        tx: &mut Tx,
        emails: &[Option<String>],
        ids: &[UserId],
        here: &HashMap<String, UserId>,
    ) -> Result<()> {
        let claims: BTreeMap<&String, UserId> = emails
            .iter()
            .zip(ids)
            .filter_map(|(email, id)| Some((email.as_ref()?, *id)))
            .filter(|(email, _)| !here.contains_key(*email))
            .rev()
            .collect();
        let wanted = emails.iter().flatten().filter(|email| !here.contains_key(*email)).count() as u64;
        let claims: Vec<(String, UserId)> = claims.into_iter().map(|(email, id)| (email.clone(), id)).collect();
        let free = sources::claims(tx, &claims).await?;
        if free < wanted {
            self.noted.note_many(ImportWarning::EmailTaken, wanted - free, || "one of this batch".to_owned());
        }
        Ok(())
    }

    /// Creates accounts for keys that nothing described.
    pub(super) async fn meet_unknown(
        &mut self,
        cx: &Context,
        tx: &mut Tx,
        seen: &BTreeMap<String, Timestamp>,
    ) -> Result<()> {
        let unknown: Vec<Person> = seen
            .iter()
            .filter(|(key, _)| !self.people.contains_key(*key))
            .map(|(key, at)| Person { key: key.clone(), name: key.clone(), created_at: Some(*at), ..Person::default() })
            .collect();
        for key in seen.keys() {
            // Someone of an earlier run whom nothing describes in this one either.
            let is_described = self.described.contains(&('p', key.clone()));
            if !is_described && self.is_first('u', key) && self.people.contains_key(key) {
                self.report.people.found(1);
            }
        }
        for person in &unknown {
            self.noted.note(ImportWarning::UnknownPerson, || person.key.clone());
        }
        self.meet(cx, tx, unknown).await
    }

    /// Writes the memberships that wait, and with `leaves` those that end. Those of groups that do not exist yet continue
    /// waiting.
    pub(super) async fn join(&mut self, cx: &Context, tx: &mut Tx, leaves: bool) -> Result<()> {
        let (memberships, waiting): (Vec<Membership>, Vec<Membership>) =
            std::mem::take(&mut self.coming_members).into_iter().partition(|one| leaves || !one.left);
        self.coming_members = waiting;
        let (mut joined, mut since) = (Vec::new(), Vec::new());
        let unknown = memberships.iter().map(|one| (one.person.clone(), one.at.unwrap_or_else(|| cx.now()))).collect();
        self.meet_unknown(cx, tx, &unknown).await?;
        for membership in memberships {
            let (Some(group), Some(user)) =
                (self.groups.get(&membership.group).copied(), self.people.get(&membership.person).copied())
            else {
                self.coming_members.push(membership);
                continue;
            };
            let pair = (group, user);
            if membership.left {
                // In a group that was there, others are members by themselves, and several groups may become one. Who
                // left a private one must not read it again, though.
                if self.into.is_some_and(|(_, kind)| kind != GroupKind::Private) {
                    self.report.memberships.dropped(1);
                    self.report.warnings.note(ImportWarning::Departure, || format!("person {}", membership.person));
                    continue;
                }
                if !self.left.insert(pair) {
                    self.report.memberships.found(1);
                    continue;
                }
                self.report.memberships.added(1);
                if self.dry.is_none() {
                    self.apply(cx, tx, &mut joined, &mut since).await?;
                    sources::leave(tx, &self.key, group, user).await?;
                    rows::note(tx, &self.key, "left", &[(format!("{group}/{user}"), user.0)]).await?;
                }
                continue;
            }
            match self.members.get(&pair) {
                Some(true) => self.report.memberships.found(1),
                // Known as an author only: the record says since when.
                Some(false) => {
                    self.report.memberships.added(1);
                    if let Some(at) = membership.at {
                        since.push((group, user, at));
                    }
                    if membership.role != Role::Member && self.into.is_none() && self.dry.is_none() {
                        let given = sources::role(tx, group, user, membership.role).await?;
                        if given > 0 {
                            let noted = (format!("{group}/{user}"), user.0, membership.role.as_str().to_owned());
                            sources::note(tx, &self.key, "member", &[noted]).await?;
                        }
                    }
                }
                None => {
                    self.report.memberships.added(1);
                    self.members.insert(pair, false);
                    let role = if self.into.is_some() { Role::Member } else { membership.role };
                    joined.push((group, user, role, membership.at.unwrap_or_else(|| cx.now())));
                }
            }
        }
        self.apply(cx, tx, &mut joined, &mut since).await
    }

    async fn apply(
        &mut self,
        cx: &Context,
        tx: &mut Tx,
        joined: &mut Vec<(GroupId, UserId, Role, Timestamp)>,
        since: &mut Vec<(GroupId, UserId, Timestamp)>,
    ) -> Result<()> {
        let (joined, mut since) = (std::mem::take(joined), std::mem::take(since));
        if self.dry.is_some() {
            return Ok(());
        }
        let new: HashSet<(GroupId, UserId)> = sources::join(tx, &joined, cx.now()).await?.into_iter().collect();
        // The role is recorded of those only whom the import made members: `sources::leave` ends no other membership.
        let noted: Vec<sources::Noted> = joined
            .iter()
            .map(|(group, user, role, _)| {
                let given = if new.contains(&(*group, *user)) { role.as_str() } else { "" };
                (format!("{group}/{user}"), user.0, given.to_owned())
            })
            .collect();
        sources::note(tx, &self.key, "member", &noted).await?;
        // A statement changes each row once.
        since.sort();
        since.dedup_by_key(|(group, user, _)| (*group, *user));
        sources::members_since(tx, &since).await?;
        Ok(())
    }

    /// Makes authors members since their first message, and their accounts as old. Who left a group stays outside, and so
    /// do authors in a private group whom the source does not call members.
    pub(super) async fn authors(
        &mut self,
        cx: &Context,
        tx: &mut Tx,
        wrote: BTreeMap<(GroupId, UserId), Timestamp>,
        seen: BTreeMap<UserId, Timestamp>,
    ) -> Result<()> {
        let (mut joined, mut since) = (Vec::new(), Vec::new());
        for ((group, user), at) in wrote {
            match self.members.entry((group, user)) {
                Entry::Occupied(_) => since.push((group, user, at)),
                Entry::Vacant(_) if self.left.contains(&(group, user)) || self.private.contains(&group) => {}
                Entry::Vacant(entry) => {
                    entry.insert(false);
                    joined.push((group, user, Role::Member, at));
                }
            }
        }
        self.apply(cx, tx, &mut joined, &mut since).await?;
        if self.dry.is_none() {
            let seen: Vec<(UserId, Timestamp)> = seen.into_iter().collect();
            sources::since(tx, &seen).await?;
        }
        Ok(())
    }
}

fn email_of(person: &Person) -> Option<String> {
    let email = person.email.as_deref()?;
    addresses::check(email).ok().flatten().map(|email| claims::key(&email))
}
