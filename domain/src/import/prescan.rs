//! The first pass over a Convore archive: finds everything that has to exist before the first message.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::blocking;
use super::files::{ByRecord, GroupRecord, Messages, TopicRecord, UserRecord, clean, keepable, moment, read_list};
use super::report::{ImportWarning, ImportWarnings, Kind, Progress, Report};
use crate::platform::error::{Error, Result};
use model::GroupKind;
use model::time::Timestamp;

/// The contents of an archive, without the texts of messages.
#[derive(Debug, Default)]
pub(super) struct Prescan {
    pub groups: Vec<GroupFound>,
    pub topics: Vec<TopicFound>,
    /// By id: everyone who wrote, created or starred anything, or is in the list of users.
    pub people: BTreeMap<i64, PersonFound>,
    /// The highest message id that can be kept.
    pub highest_message: i64,
    pub warnings: ImportWarnings,
}

#[derive(Debug)]
pub(super) struct GroupFound {
    /// The folder's name, which identifies the group in the archive.
    pub slug: String,
    pub id: Option<i64>,
    pub name: String,
    pub description: String,
    pub kind: GroupKind,
    pub creator: i64,
    pub created_at: Timestamp,
    pub members: Vec<(i64, Timestamp)>,
}

#[derive(Debug)]
pub(super) struct TopicFound {
    pub id: i64,
    /// The group's folder.
    pub group: String,
    pub slug: String,
    pub name: String,
    pub creator: i64,
    pub created_at: Timestamp,
    pub path: PathBuf,
    pub messages: u64,
    pub stars: u64,
}

/// A user, with the earliest known time of theirs.
#[derive(Debug)]
pub(super) struct PersonFound {
    pub record: UserRecord,
    pub since: Timestamp,
}

/// Reads an archive. Blocks on the disk.
///
/// # Errors
/// If the folder is no archive.
pub(super) fn prescan(dir: &Path) -> Result<Prescan> {
    let folders = folders(dir)?;
    let mut found = Prescan::default();
    let users = read_list::<UserRecord>(&dir.join("users.json"), &mut found.warnings).unwrap_or_default();
    let mut listed: HashMap<String, GroupRecord> =
        read_list::<GroupRecord>(&dir.join("groups.json"), &mut found.warnings)
            .unwrap_or_default()
            .into_iter()
            .map(|group| (group.slug.clone(), group))
            .collect();
    let mut topic_ids = HashSet::new();
    for folder in &folders {
        let record = listed.remove(folder);
        found.group(dir, folder, record, &mut topic_ids);
    }
    let rest: BTreeMap<String, GroupRecord> = listed.into_iter().collect();
    for (slug, record) in rest {
        found.group(dir, &slug, Some(record), &mut topic_ids);
    }
    for record in users {
        let since = moment(record.date_joined);
        let person = found
            .people
            .entry(record.id)
            .or_insert_with(|| PersonFound { record: UserRecord::default(), since: Timestamp(i64::MAX) });
        person.since = since.unwrap_or(person.since);
        person.record = record;
    }
    found.replace_unknown_times();
    // Ids roughly follow the order of writing, which keeps rows of the same time close together on the disk.
    found.topics.sort_by_key(|topic| topic.id);
    Ok(found)
}

/// Reads and checks a Convore archive, and writes nothing. The report counts everything as new.
///
/// # Errors
/// If the folder is no archive.
pub async fn convore_dry_run(dir: &Path, mut on_progress: impl FnMut(Progress)) -> Result<Report> {
    on_progress(Progress { done: 0, total: 0, what: "files" });
    let dir = dir.to_owned();
    let found = blocking(move || prescan(&dir)).await??;
    let mut report = Report { dry_run: true, ..Report::default() };
    let count = |items: usize| (items as u64, items as u64);
    let sum = |of: fn(&TopicFound) -> u64| found.topics.iter().map(of).sum::<u64>();
    for (kind, (total, new)) in [
        (Kind::People, count(found.people.len())),
        (Kind::Groups, count(found.groups.len())),
        (Kind::Topics, count(found.topics.len())),
        (Kind::Messages, (sum(|topic| topic.messages), sum(|topic| topic.messages))),
        (Kind::Stars, (sum(|topic| topic.stars), sum(|topic| topic.stars))),
    ] {
        report.count(kind).add(total, new);
    }
    report.warnings = found.warnings;
    Ok(report)
}

/// Returns the names of the groups' folders, sorted.
fn folders(dir: &Path) -> Result<BTreeSet<String>> {
    let groups = dir.join("groups");
    let failed = |error: std::io::Error| Error::Internal(format!("{}: {error}", groups.display()));
    let mut folders = BTreeSet::new();
    for entry in std::fs::read_dir(&groups).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.path().is_dir() {
            folders.insert(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(folders)
}

impl Prescan {
    fn group(&mut self, dir: &Path, folder: &str, record: Option<GroupRecord>, topic_ids: &mut HashSet<i64>) {
        let path = dir.join("groups").join(folder);
        let path_of = |slug: &str| is_plain(slug).then(|| path.join(slug).join("messages.json"));
        let mut topics = read_list::<TopicRecord>(&path.join("topics.json"), &mut self.warnings).unwrap_or_default();
        topics.retain(|topic| {
            let first = topic_ids.insert(topic.id);
            if !first {
                self.warnings.note(ImportWarning::Twice, || format!("topic {} in {folder}", topic.id));
            }
            first
        });
        let first = topics
            .iter()
            .filter(|topic| topic.creator_id.is_some())
            .min_by_key(|topic| (moment(topic.date_created), topic.id));
        let named = record.as_ref().and_then(|group| group.creator_id);
        let Some(creator) = named.or(first.and_then(|topic| topic.creator_id)) else {
            self.warnings.note(ImportWarning::NobodysGroup, || folder.to_owned());
            return;
        };
        let id = record.as_ref().and_then(|group| group.id).or(topics.iter().find_map(|topic| topic.group_id));
        let earliest = topics.iter().filter_map(|topic| moment(topic.date_created)).min();
        let mut created_at =
            record.as_ref().and_then(|group| moment(group.date_created)).or(earliest).unwrap_or(Timestamp(i64::MAX));
        for topic in topics {
            let at = moment(topic.date_created).unwrap_or_else(|| {
                self.warnings.note(ImportWarning::ImpossibleTime, || format!("of topic {}", topic.id));
                earliest.unwrap_or(UNKNOWN)
            });
            let begun = self.topic(folder, topic, creator, at, path_of);
            created_at = created_at.min(begun);
        }
        if created_at.0 == i64::MAX {
            created_at = UNKNOWN;
        }
        self.met(creator, created_at);
        let record_members = record.as_ref().and_then(|group| group.members.as_deref()).unwrap_or_default();
        let members: Vec<(i64, Timestamp)> =
            record_members.iter().map(|by| (by.user_id, moment(by.date_created).unwrap_or(created_at))).collect();
        for (user, at) in &members {
            self.met(*user, *at);
        }
        let private =
            record.as_ref().is_some_and(|group| group.kind.as_deref() != Some("public") && group.kind.is_some());
        let (name, description) = record.map_or((None, None), |group| (group.name, group.description));
        let name = Some(clean(name)).filter(|name| !name.trim().is_empty()).unwrap_or_else(|| readable(folder));
        self.groups.push(GroupFound {
            slug: folder.to_owned(),
            id,
            name,
            description: clean(description),
            // Any kind other than "public" becomes private; a group without a kind is public.
            kind: if private { GroupKind::Private } else { GroupKind::Public },
            creator,
            created_at,
            members,
        });
    }

    /// Adds a topic and returns the earliest time in it.
    fn topic(
        &mut self,
        folder: &str,
        topic: TopicRecord,
        otherwise: i64,
        created_at: Timestamp,
        path_of: impl Fn(&str) -> Option<PathBuf>,
    ) -> Timestamp {
        let creator = topic.creator_id.unwrap_or(otherwise);
        self.met(creator, created_at);
        let (name, slug) = (clean(topic.name), clean(topic.slug));
        if name.trim().is_empty() {
            self.warnings.note(ImportWarning::EmptyName, || format!("topic {}", topic.id));
        }
        let mut begun = created_at;
        let (mut messages, mut stars) = (0, 0);
        let path = path_of(&slug).unwrap_or_default();
        let read = Messages::read(&path, created_at, &mut self.warnings).0;
        for (at, message) in &read {
            begun = begun.min(*at);
            self.met(message.user_id, *at);
            if keepable(message.id) {
                self.highest_message = self.highest_message.max(message.id);
            }
            let given = message.stars.as_deref().unwrap_or_default();
            for ByRecord { user_id, date_created } in given {
                self.met(*user_id, moment(*date_created).unwrap_or(*at));
            }
            messages += 1;
            stars += given.len() as u64;
        }
        self.topics.push(TopicFound {
            id: topic.id,
            group: folder.to_owned(),
            slug,
            name,
            creator,
            created_at,
            path,
            messages,
            stars,
        });
        begun
    }

    fn met(&mut self, user: i64, at: Timestamp) {
        let person = self
            .people
            .entry(user)
            .or_insert_with(|| PersonFound { record: UserRecord { id: user, ..UserRecord::default() }, since: at });
        person.since = person.since.min(at);
    }

    /// Sets the join date of users without any known time to the beginning of the archive.
    fn replace_unknown_times(&mut self) {
        let known = self.people.values().map(|person| person.since).filter(|at| at.0 != i64::MAX);
        let earliest = known.min().unwrap_or(UNKNOWN);
        for person in self.people.values_mut().filter(|person| person.since.0 == i64::MAX) {
            person.since = earliest;
        }
    }
}

/// The time used if nothing is known: the day on which Convore opened.
const UNKNOWN: Timestamp = Timestamp(1_296_000_000_000_000);

/// Returns whether a slug is a plain folder name, which cannot lead out of its group's folder.
fn is_plain(slug: &str) -> bool {
    !slug.contains(['/', '\\']) && slug != "." && slug != ".."
}

/// Turns a slug into a name: `bird-watch` becomes "Bird watch".
fn readable(slug: &str) -> String {
    let words: Vec<&str> = slug.split(['-', '_']).filter(|word| !word.is_empty()).collect();
    let mut words = words.join(" ");
    if words.is_empty() {
        return slug.to_owned();
    }
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_without_a_name_is_named_after_its_slug() {
        assert_eq!(readable("bird-watch_club"), "Bird watch club");
        assert_eq!(readable("--"), "--");
        assert_eq!(readable("über"), "über");
    }

    #[test]
    fn a_slug_that_leads_out_of_its_folder_is_refused() {
        assert!(!is_plain("..") && !is_plain("a/../../b") && is_plain("a..b") && is_plain(""));
    }
}
