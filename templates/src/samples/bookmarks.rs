//! Bookmarks, starred messages, and who starred a message.

use askama::Template;

use super::{Drawn, ago, conversation, group, layout, wrens};
use crate::form::ReasonForm;
use crate::messages;
use crate::messages::bookmarks::{Bookmarks, Row, Stars};

impl Bookmarks {
    /// Two bookmarks, with more on the next page.
    pub fn sample() -> Self {
        let row = |message| Row { group: group(1), topic: wrens(), message, marked_at: ago(70) };
        Self {
            layout: layout("/-/bookmarks"),
            is_starred: false,
            rows: conversation().into_iter().take(2).map(row).collect(),
            older: Some("1768572000000000-137".to_owned()),
        }
    }
}

impl Stars {
    /// A message with stars.
    pub fn sample() -> Self {
        let message = conversation().swap_remove(0);
        Self { layout: layout("/-/messages/137/stars"), group: group(1), topic: wrens(), message }
    }
}

impl messages::Delete {
    /// The question.
    pub fn sample() -> Self {
        Self {
            layout: layout("/-/messages/140/delete"),
            group: group(1),
            topic: wrens(),
            message: conversation().swap_remove(3),
            form: ReasonForm::default(),
        }
    }
}

pub(super) fn all() -> Vec<Drawn> {
    let nothing = |is_starred| Bookmarks { is_starred, rows: Vec::new(), older: None, ..Bookmarks::sample() };
    vec![
        ("bookmarks", Bookmarks::sample().render()),
        ("bookmarks-none", nothing(false).render()),
        ("starred", Bookmarks { is_starred: true, layout: layout("/-/starred"), ..Bookmarks::sample() }.render()),
        ("starred-none", nothing(true).render()),
        ("stars", Stars::sample().render()),
    ]
}
