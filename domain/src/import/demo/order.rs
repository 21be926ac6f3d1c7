//! The moderation content of the demo, created through the same functions that users use.

use crate::messages::Target;
use std::collections::HashMap;

use crate::groups::{self, GroupForm, members};
use crate::moderation::rules::RuleForm;
use crate::moderation::{reports, rules};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::validate::Draft;
use crate::{messages, topics};
use model::policy::Viewer;
use model::{Grounds, Mark, MessageId, Role, RuleAction, RuleKind, TopicId, UserId};

use super::script::{
    ADVERTISEMENT, CATEGORIES, FIRST_WORDS, NEWCOMER, OWN, PINNED, PRIVATELY, REPORTERS, RESOLVED, SELLER, WATCHED,
};

pub(super) struct DemoIds<'a> {
    /// Accounts by name in the script.
    pub users: &'a HashMap<&'static str, (UserId, String)>,
    /// Topics by slug.
    pub topics: &'a HashMap<&'static str, TopicId>,
}

impl DemoIds<'_> {
    fn viewer(&self, name: &str) -> Result<Viewer> {
        let (id, _) = self.users.get(name).ok_or_else(|| Error::Internal(format!("the demo has no user {name}")))?;
        Ok(Viewer::User { id: *id, is_admin: false })
    }

    fn topic(&self, slug: &str) -> Result<TopicId> {
        self.topics.get(slug).copied().ok_or_else(|| Error::Internal(format!("the demo has no topic {slug}")))
    }
}

/// Sets categories and marks. Makes the demo account the moderator of a group that has a pending message, a reported
/// one and an enabled rule. Sends the demo account a direct message.
pub(super) async fn keep(cx: &Context, place: &DemoIds<'_>) -> Result<()> {
    for (slug, admin, category) in CATEGORIES {
        let group = store::groups::by_slug(&cx.db, slug, None).await?.ok_or(Error::NotFound)?.group;
        let first_held = if *slug == WATCHED { 1 } else { 0 };
        let form = GroupForm {
            description: group.description.clone(),
            category: *category,
            first_held,
            ..GroupForm::new(group.name.clone(), group.kind)
        };
        let admin = place.viewer(admin)?;
        groups::update(cx, admin, group.id, form).await?;
        if *slug == WATCHED {
            let own = place.viewer(OWN)?.user()?;
            members::set_role(cx, admin, group.id, own, Role::Moderator).await?;
            let rule = RuleForm {
                name: "Phone numbers".into(),
                kind: Some(RuleKind::Pattern),
                body: r"\+?\d[\d ]{8,}\d".into(),
                in_text: true,
                in_title: true,
                in_links: false,
                in_names: false,
                new_days: Some(0),
                new_messages: Some(0),
                action: Some(RuleAction::Report),
                explanation: String::new(),
            };
            let rule = rules::create(cx, admin, Some(group.id), rule).await?;
            rules::switch(cx, admin, rule, 1, true).await?;
        }
    }
    for (slug, by) in PINNED {
        topics::mark(cx, place.viewer(by)?, place.topic(slug)?, Mark::Pinned, true).await?;
    }
    for (slug, by) in RESOLVED {
        topics::mark(cx, place.viewer(by)?, place.topic(slug)?, Mark::Resolved, true).await?;
    }
    let seller = place.viewer(SELLER)?.user()?;
    if let Some(message) = advertisement(cx, seller).await? {
        for (name, words) in REPORTERS {
            reports::create(cx, place.viewer(name)?, message, Some(Grounds::Spam), words).await?;
        }
    }
    let (slug, text) = FIRST_WORDS;
    let said = Draft::new(text.into(), None);
    match messages::submit(cx, place.viewer(NEWCOMER)?, Target::Topic(place.topic(slug)?), said).await {
        Ok(_) | Err(Error::Pending) => {}
        Err(error) => return Err(error),
    }
    let (from, title, text) = PRIVATELY;
    messages::submit(cx, place.viewer(from)?, Target::Conversation { to: OWN, title }, Draft::new(text.into(), None))
        .await?;
    Ok(())
}

async fn advertisement(cx: &Context, seller: UserId) -> Result<Option<MessageId>> {
    let all = store::people::export::messages(&cx.db, seller, MessageId(0), 10).await?;
    Ok(all.into_iter().find(|message| message.raw == ADVERTISEMENT).map(|message| message.id))
}
