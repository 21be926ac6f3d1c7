//! Topics that members of a group start by email.

use askama::Template;
use domain::model::Group;

use crate::layout::Layout;

/// `/-/groups/ID/mail-in`.
#[derive(Clone, Debug, Template)]
#[template(path = "groups/mail_in.html")]
pub struct MailIn {
    pub layout: Layout,
    pub group: Group,
    /// Whether the site receives emails at all.
    pub is_received: bool,
    /// The viewer's own address, if the group takes emails and they may write.
    pub address: Option<String>,
    /// Whether the viewer may turn it on and off.
    pub may_set: bool,
}
