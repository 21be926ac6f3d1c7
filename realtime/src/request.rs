//! The parameters of a poll.

use domain::bus::Cursor;
use domain::model::{GroupId, ReadPosition, TopicId};
use texts::Lang;

/// The most groups, and the most topics, in one poll; more are ignored.
const MOST: usize = 8;

/// The parsed query `after=CURSOR[&seen=TOPIC:SEQ[:NUMBERING]]...[&group=ID]...[&visible=1][&lang=TAG]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The poll wants what follows this cursor.
    pub after: Cursor,
    /// The visible topics in the browser's tabs, and up to which number each was shown.
    pub seen: Vec<(TopicId, ReadPosition)>,
    /// Public groups on the browser's pages. An anonymous reader listens to the first.
    pub groups: Vec<GroupId>,
    /// Whether one of the browser's tabs is visible; `None` if it does not say.
    pub visible: Option<bool>,
    /// The language of the page; English if it is not known.
    pub lang: Lang,
}

/// A part of the request is invalid; the text says which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadRequest(pub &'static str);

impl Request {
    /// Parses a query; unknown parameters are ignored. `site` is the browser's `Sec-Fetch-Site` header: only a page of
    /// ours marks anything as read, not an address that someone opened.
    ///
    /// # Errors
    /// [`BadRequest`] when a part is invalid, or `after` is missing.
    pub fn read(query: &[u8], site: Option<&[u8]>) -> Result<Self, BadRequest> {
        let (mut after, mut seen, mut groups, mut visible) = (None, Vec::new(), Vec::new(), None);
        let mut lang = Lang::default();
        for (name, value) in form_urlencoded::parse(query) {
            let value = &*value;
            match &*name {
                "after" => after = Some(value.parse().map_err(|_| BadRequest("after is not a cursor"))?),
                "seen" if seen.len() < MOST => {
                    seen.push(read_seen(value).ok_or(BadRequest("seen is not TOPIC:SEQ"))?);
                }
                "group" if groups.len() < MOST => {
                    groups.push(positive(value).map(GroupId).ok_or(BadRequest("group is not an id"))?);
                }
                "visible" => visible = Some(value == "1"),
                "lang" => lang = Lang::from_code(value).unwrap_or_default(),
                _ => {}
            }
        }
        if !matches!(site, None | Some(b"same-origin")) {
            seen.clear();
            visible = None;
        }
        Ok(Self { after: after.ok_or(BadRequest("after is missing"))?, seen, groups, visible, lang })
    }
}

fn read_seen(text: &str) -> Option<(TopicId, ReadPosition)> {
    domain::topics::reads::read_shown(text)
        .filter(|(topic, shown)| topic.0 > 0 && shown.seq > 0 && shown.numbering >= 0)
}

fn positive(text: &str) -> Option<i64> {
    text.parse().ok().filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_parsed_or_refused() {
        let read = Request::read(b"after=7-1&seen=9%3A41&seen=10:3:2&group=3&group=4&visible=1&lang=de&v=2", None);
        let expected = Request {
            after: "7-1".parse().expect("a cursor"),
            seen: vec![
                (TopicId(9), ReadPosition { numbering: 0, seq: 41 }),
                (TopicId(10), ReadPosition { numbering: 2, seq: 3 }),
            ],
            groups: vec![GroupId(3), GroupId(4)],
            visible: Some(true),
            lang: Lang::De,
        };
        assert_eq!(read, Ok(expected));
        for bad in [
            "after=x",
            "seen=9",
            "seen=9:0",
            "seen=9:-1",
            "seen=9:1:-1",
            "seen=9:1:x",
            "seen=:",
            "group=all",
            "group=%ff",
        ] {
            assert!(Request::read(format!("after=7-1&{bad}").as_bytes(), None).is_err(), "{bad}");
        }
        assert_eq!(Request::read(b"", None), Err(BadRequest("after is missing")));
        assert_eq!(Request::read(b"after=7-1&lang=tlh", None).map(|request| request.lang), Ok(Lang::En));
    }

    #[test]
    fn only_a_limited_number_of_groups_is_checked() {
        let many = "group=5&".repeat(100) + "after=7-1";
        assert_eq!(Request::read(many.as_bytes(), None).map(|request| request.groups.len()), Ok(MOST));
    }

    #[test]
    fn requests_of_other_sites_mark_nothing_as_read() {
        let seen = |site: &[u8]| Request::read(b"after=7-1&seen=9:4", Some(site)).map(|asked| asked.seen.len());
        assert_eq!((seen(b"same-origin"), seen(b"cross-site"), seen(b"none")), (Ok(1), Ok(0), Ok(0)));
        let visible = |site: &[u8]| Request::read(b"after=7-1&visible=0", Some(site)).map(|asked| asked.visible);
        assert_eq!((visible(b"same-origin"), visible(b"cross-site")), (Ok(Some(false)), Ok(None)));
    }
}
