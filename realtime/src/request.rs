//! What a poll asks for.

use domain::bus::Cursor;
use domain::model::{GroupId, TopicId};

/// How many groups, and how many topics, one poll names at most; more are not looked at.
const MOST: usize = 8;

/// `after=CURSOR[&seen=TOPIC:SEQ]...[&group=ID]...`, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What follows this is wanted.
    pub after: Cursor,
    /// The open, visible topics of the browser's tabs, and up to which number each was shown.
    pub seen: Vec<(TopicId, i64)>,
    /// Public groups that the browser's pages show. For a reader who is not signed in, the first is the one they hear.
    pub groups: Vec<GroupId>,
}

/// A part of the request is not as it has to be; the text says which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadRequest(pub &'static str);

impl Request {
    /// Reads the parts of a query. Parts of other names are left alone.
    ///
    /// # Errors
    /// [`BadRequest`] when one is garbage, or `after` is missing.
    pub fn read<'a>(parts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, BadRequest> {
        let (mut after, mut seen, mut groups) = (None, Vec::new(), Vec::new());
        for (name, value) in parts {
            match name {
                "after" => after = Some(value.parse().map_err(|_| BadRequest("after is no cursor"))?),
                "seen" if seen.len() < MOST => {
                    seen.push(read_seen(value).ok_or(BadRequest("seen is not TOPIC:SEQ"))?);
                }
                "group" if groups.len() < MOST => {
                    groups.push(positive(value).map(GroupId).ok_or(BadRequest("group is no id"))?);
                }
                _ => {}
            }
        }
        Ok(Self { after: after.ok_or(BadRequest("after is missing"))?, seen, groups })
    }
}

fn read_seen(text: &str) -> Option<(TopicId, i64)> {
    let (topic, seq) = text.split_once(':')?;
    Some((TopicId(positive(topic)?), positive(seq)?))
}

fn positive(text: &str) -> Option<i64> {
    text.parse().ok().filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_or_refused() {
        let read = Request::read([("after", "7-1"), ("seen", "9:41"), ("group", "3"), ("group", "4"), ("v", "2")]);
        let expected = Request {
            after: "7-1".parse().expect("a cursor"),
            seen: vec![(TopicId(9), 41)],
            groups: vec![GroupId(3), GroupId(4)],
        };
        assert_eq!(read, Ok(expected));
        for bad in [("after", "x"), ("seen", "9"), ("seen", "9:0"), ("seen", "9:-1"), ("seen", ":"), ("group", "all")] {
            assert!(Request::read([("after", "7-1"), bad]).is_err(), "{bad:?}");
        }
        assert_eq!(Request::read([]), Err(BadRequest("after is missing")));
    }

    #[test]
    fn no_more_than_some_groups_are_looked_at() {
        let many = (0..100).map(|_| ("group", "5")).chain([("after", "7-1")]);
        assert_eq!(Request::read(many).map(|request| request.groups.len()), Ok(MOST));
    }
}
