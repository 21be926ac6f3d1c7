//! Rendering of live events' fragments and of emails.

use crate::live::presence::Aside;
use crate::platform::mail::{EmailBody, EmailTemplateData};
use crate::platform::remote::RemoteImages;
use model::time::Timestamp;
use model::{Group, GroupId, Message, Topic, TopicRow};

/// The page templates for fragments of live events, and for emails. The program passes them in. They write texts in the
/// language of the [`texts::within`] around them.
#[derive(Clone, Copy)]
#[allow(missing_docs)]
pub struct Draw {
    pub message: fn(&Message, &Topic, &Group, Timestamp, RemoteImages<'_>) -> String,
    /// The list of present users.
    pub here: fn(&Aside, GroupId) -> String,
    pub topic_row: fn(&TopicRow, &Group, Timestamp) -> String,
    /// An email's text, or an error message.
    pub email: fn(&EmailTemplateData) -> std::result::Result<EmailBody, String>,
}

impl std::fmt::Debug for Draw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Draw")
    }
}
