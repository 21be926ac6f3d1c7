//! How the fragments of live events are drawn: the program hands in the pages' own partials.

use crate::live::presence::Aside;
use crate::platform::mail::{EmailBody, EmailTemplateData};
use model::time::Timestamp;
use model::{Group, GroupId, Message, Topic, TopicRow};

/// How the fragments of live events, and letters, are drawn: the pages' own partials, which the domain does not know.
#[derive(Clone, Copy)]
pub struct Draw {
    /// A message of a topic page.
    pub message: fn(&Message, &Topic, &Group, Timestamp) -> String,
    /// Who is here.
    pub here: fn(&Aside, GroupId) -> String,
    /// A topic in a group's list.
    pub topic_row: fn(&TopicRow, &Group, Timestamp) -> String,
    /// The words of a letter; else why there are none.
    pub letter: fn(&EmailTemplateData) -> std::result::Result<EmailBody, String>,
}

impl std::fmt::Debug for Draw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Draw")
    }
}
