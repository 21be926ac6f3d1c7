//! What everything is called in Redis.

use std::sync::Arc;

use super::Stream;
use crate::model::{GroupId, UserId};

/// Names under a prefix, so that several forums, or tests, can share one Redis.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    prefix: Arc<str>,
}

/// Something that has a name.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Name<'a> {
    /// A stream's entries.
    Entries(Stream),
    /// The channel that says that a stream has something new.
    Bell(Stream),
    /// Who is here: user by time last seen.
    Present,
    /// Who reads a public group without being in it: user by time last seen.
    Watchers(GroupId),
    /// The channel between processes.
    Control,
    /// A value of the key-value store.
    Value(&'a str),
}

impl Names {
    pub(crate) fn new(prefix: &str) -> Self {
        Self { prefix: prefix.into() }
    }

    /// The one place where keys and channels get their names. What belongs to one stream has the same hash tag, so that a
    /// Cluster keeps it on one node and spreads the streams.
    pub(crate) fn of(&self, name: Name<'_>) -> String {
        let prefix = &self.prefix;
        match name {
            Name::Entries(Stream::User(id)) => format!("{prefix}:{{u:{id}}}:stream"),
            Name::Entries(Stream::Group(id)) => format!("{prefix}:{{g:{id}}}:stream"),
            Name::Bell(Stream::User(id)) => format!("{prefix}:{{u:{id}}}:bell"),
            Name::Bell(Stream::Group(id)) => format!("{prefix}:{{g:{id}}}:bell"),
            Name::Present => format!("{prefix}:present"),
            Name::Watchers(id) => format!("{prefix}:{{g:{id}}}:watchers"),
            Name::Control => format!("{prefix}:control"),
            Name::Value(key) => format!("{prefix}:kv:{key}"),
        }
    }

    /// The stream whose bell has this name; `None` for every other name.
    pub(crate) fn stream_of_bell(&self, channel: &str) -> Option<Stream> {
        let tag = channel.strip_prefix(&*self.prefix)?.strip_prefix(":{")?.strip_suffix("}:bell")?;
        match tag.split_once(':')? {
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
    fn a_bell_leads_back_to_its_stream_and_no_other_name_does() {
        let names = Names::new("klatch");
        assert_eq!(names.of(Name::Entries(Stream::User(UserId(12)))), "klatch:{u:12}:stream");
        for stream in [Stream::User(UserId(12)), Stream::Group(GroupId(12))] {
            assert_eq!(names.stream_of_bell(&names.of(Name::Bell(stream))), Some(stream));
            assert_eq!(names.stream_of_bell(&names.of(Name::Entries(stream))), None);
        }
        assert_eq!(names.stream_of_bell(&names.of(Name::Control)), None);
        assert_eq!(names.stream_of_bell("other:{u:12}:bell"), None);
    }
}
