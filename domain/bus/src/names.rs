//! The names of all keys and channels in Redis.

use std::sync::Arc;

use super::Stream;
use model::{GroupId, UserId};

/// The number of shards that streams are spread over. The streams of one shard are on one node of a Cluster, so that
/// one command can append to many of them and one channel announces their entries.
pub(super) const SHARDS: u8 = 64;

/// Names under a prefix, so that several sites, or tests, can share one Redis. Channels carry the prefix too, since
/// Redis delivers a message published in one numbered database to subscribers in all of them.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    prefix: Arc<str>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Name<'a> {
    Entries(Stream),
    /// The text of an event, which entries refer to.
    Payload(&'a str),
    /// The channel that announces new entries of a shard's streams.
    News(u8),
    /// The online users, each with the time until which they are online.
    Here,
    /// The online users, while they are compared with those of the last call.
    HereNow,
    /// The online users at the last call of `comings_and_goings`.
    Told,
    /// The groups whose members changed since that call.
    ChangedGroups,
    /// The non-members who read a public group, each with the time last seen.
    Watchers(GroupId),
    /// The channel between processes.
    Control,
    /// The id of the site that owns the prefix.
    Site,
    /// A marker that exists as long as a shard lost nothing.
    Mark(u8),
    /// A value of the key-value store.
    Value(&'a str),
}

pub(super) fn shard(stream: Stream) -> u8 {
    let id = match stream {
        Stream::User(id) => id.0,
        Stream::Group(id) => id.0,
    };
    id.rem_euclid(i64::from(SHARDS)) as u8
}

/// Returns the hash tag that decides which node of a Cluster runs a command: the tag of its first argument that has one
/// behind a prefix. Scripts, which come before their keys, do not count.
pub(super) fn tag_of(command: &redis::Cmd) -> &[u8] {
    let words = command.args_iter().filter_map(|word| match word {
        redis::Arg::Simple(word) => Some(word),
        _ => None,
    });
    words.filter(|word| !word.contains(&b'\n') && !word.contains(&b' ')).find_map(tag).unwrap_or_default()
}

/// Returns the text between the first opening brace and the next closing one.
fn tag(key: &[u8]) -> Option<&[u8]> {
    let from = key.iter().position(|byte| *byte == b'{')? + 1;
    let length = key[from..].iter().position(|byte| *byte == b'}')?;
    Some(&key[from..from + length])
}

impl Names {
    pub(crate) fn new(prefix: &str) -> Self {
        Self { prefix: prefix.into() }
    }

    /// Returns the name of a key or channel. All names are made here. Names of one shard have the same hash tag, so
    /// that a Cluster keeps them on one node and spreads the shards.
    pub(crate) fn of(&self, name: Name<'_>) -> String {
        let prefix = &self.prefix;
        match name {
            Name::Entries(stream @ Stream::User(id)) => format!("{prefix}:{{{}}}:u:{id}", shard(stream)),
            Name::Entries(stream @ Stream::Group(id)) => format!("{prefix}:{{{}}}:g:{id}", shard(stream)),
            Name::Payload(reference) => format!("{prefix}:{{e:{reference}}}"),
            Name::News(shard) => format!("{prefix}:{{{shard}}}:news"),
            Name::Here => format!("{prefix}:{{here}}:until"),
            Name::HereNow => format!("{prefix}:{{here}}:now"),
            Name::Told => format!("{prefix}:{{here}}:told"),
            Name::ChangedGroups => format!("{prefix}:{{here}}:changed"),
            Name::Watchers(id) => format!("{prefix}:{{g:{id}}}:watchers"),
            Name::Control => format!("{prefix}:control"),
            Name::Site => format!("{prefix}:site"),
            Name::Mark(shard) => format!("{prefix}:{{{shard}}}:mark"),
            // A key with its own tag keeps it. Every other key is its own tag.
            Name::Value(key) if key.contains('{') => format!("{prefix}:kv:{key}"),
            Name::Value(key) => format!("{prefix}:kv:{{{key}}}"),
        }
    }

    /// Returns the stream whose entries have this name; `None` for every other name.
    pub(super) fn stream_of(&self, key: &str) -> Option<Stream> {
        let rest = key.strip_prefix(&*self.prefix)?.strip_prefix(":{")?;
        let (_, rest) = rest.split_once("}:")?;
        match rest.split_once(':')? {
            ("u", id) => id.parse().ok().map(|id| Stream::User(UserId(id))),
            ("g", id) => id.parse().ok().map(|id| Stream::Group(GroupId(id))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_parsed_back_to_its_stream_and_other_names_are_refused() {
        let names = Names::new("klatch");
        assert_eq!(names.of(Name::Entries(Stream::User(UserId(76)))), "klatch:{12}:u:76");
        for stream in [Stream::User(UserId(76)), Stream::Group(GroupId(76)), Stream::User(UserId(-1))] {
            assert_eq!(names.stream_of(&names.of(Name::Entries(stream))), Some(stream));
        }
        for name in
            [Name::Control, Name::Site, Name::News(12), Name::Payload("u:1"), Name::Watchers(GroupId(1)), Name::Here]
        {
            assert_eq!(names.stream_of(&names.of(name)), None, "{name:?}");
        }
        assert_eq!(names.stream_of("other:{12}:u:76"), None);
    }
}
