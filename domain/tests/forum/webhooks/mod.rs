//! Bots, incoming and outgoing webhooks, external auditors.

mod auditors;
mod bots;
mod deliveries;
mod incoming;
mod lost_rights;
mod outgoing;
mod queue;
mod receiver;

use domain::model::{GroupId, LogAction};
use domain::policy::Viewer;
use domain::testing::TestForum;

/// The actions in the moderation log of a group, newest first.
async fn logged(forum: &TestForum, admin: Viewer, group: GroupId) -> Vec<LogAction> {
    let (_, page) = domain::moderation::log::of_group(&forum.cx, admin, group, None, None).await.unwrap();
    page.lines.iter().map(|line| line.what).collect()
}
