//! Rendering of live events' fragments and of emails.

use crate::live::presence::Aside;
use crate::platform::mail::{EmailBody, EmailTemplateData};
use model::time::Timestamp;
use model::{Group, GroupId, Message, Topic, TopicRow};

/// The page templates that render fragments of live events, and emails. The program passes them in, since the domain
/// does not know them.
#[derive(Clone, Copy)]
pub struct Draw {
    /// A message of a topic page.
    pub message: fn(&Message, &Topic, &Group, Timestamp) -> String,
    /// The list of present users.
    pub here: fn(&Aside, GroupId) -> String,
    /// A topic in a group's list.
    pub topic_row: fn(&TopicRow, &Group, Timestamp) -> String,
    /// An email's text, or an error message.
    pub letter: fn(&EmailTemplateData) -> std::result::Result<EmailBody, String>,
}

impl std::fmt::Debug for Draw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Draw")
    }
}
