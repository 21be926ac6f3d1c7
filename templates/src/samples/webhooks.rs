//! Bots, webhooks, external auditors.

use askama::Template;
use domain::model::{
    ApiToken, ApiTokenId, Bot, Delivery, DeliveryId, DeliveryState, ExternalAuditor, ExternalAuditorId, IncomingHook,
    IncomingHookId, MessageId, TopicId, UserId, Webhook, WebhookEvent, WebhookId,
};
use texts::Text;

use super::{Drawn, ago, group, layout, person};
use crate::form::{ApiTokenForm, Refill};
use crate::people::bots::{self, Bots};
use crate::people::settings::ApiTokenRow;
use crate::webhooks::{AuditorForm, BotForm, Fresh, IncomingForm, Index, Show, WebhookForm};

fn bot(id: usize) -> Bot {
    Bot { person: person(id), owner_id: None, group_id: Some(group(1).id), created_at: ago(9_000) }
}

fn webhook(id: i64, is_off: bool) -> Webhook {
    Webhook {
        id: WebhookId(id),
        group_id: Some(group(1).id),
        name: "Counts & <calls>".to_owned(),
        url: "https://example.org/hook?a=1&b=2".to_owned(),
        events: "message.posted,topic.created".to_owned(),
        created_by: Some("mira".to_owned()),
        created_at: ago(9_000),
        off_at: is_off.then(|| ago(50)),
        off_reason: if is_off { "Every delivery failed for five days.".to_owned() } else { String::new() },
        failing_since: (id == 2).then(|| ago(400)),
        failures: 3,
        paused_until: None,
    }
}

fn delivery(id: i64, event: WebhookEvent, state: DeliveryState, status: Option<i64>, answer: &str) -> Delivery {
    Delivery {
        id: DeliveryId(id),
        webhook_id: WebhookId(1),
        event,
        group_id: Some(group(1).id),
        topic_id: Some(TopicId(9)),
        message_id: (id > 1).then_some(MessageId(148)),
        user_id: None,
        state,
        attempt: id - 1,
        run_at: ago(1),
        created_at: ago(id.unsigned_abs() * 10),
        tried_at: Some(ago(1)),
        status,
        duration_ms: Some(12 * id),
        answer: answer.to_owned(),
    }
}

impl Index {
    /// The webhooks of a group.
    pub fn sample() -> Self {
        let incoming = IncomingHook {
            id: IncomingHookId(1),
            group_id: group(1).id,
            topic_id: TopicId(9),
            topic_name: "Where do wrens <sleep>?".to_owned(),
            bot: person(7).username,
            name: "Nest <cam>".to_owned(),
            is_signed: true,
            created_at: ago(900),
            used_at: Some(ago(5)),
        };
        let unused = IncomingHook { id: IncomingHookId(2), is_signed: false, used_at: None, ..incoming.clone() };
        Self {
            layout: layout("/-/groups/1/webhooks"),
            group: Some(group(1)),
            bots: vec![bot(7)],
            bot_form: BotForm::default(),
            choices: vec![person(7), person(8)],
            incoming: vec![incoming, unused],
            incoming_form: IncomingForm::default(),
            webhooks: vec![webhook(1, false), webhook(2, false), webhook(3, true)],
            webhook_form: WebhookForm::default(),
            auditors: Vec::new(),
            auditor_form: AuditorForm::default(),
            fresh: None,
        }
    }

    fn wrong() -> Self {
        let mut page = Self::sample();
        page.bot_form.set_error("username", Text::verbatim("That username is taken."));
        page.incoming_form.set_error("topic", texts::webhooks_errors::topic_url());
        page.webhook_form.set_error("url", Text::verbatim("Enter an address that starts with https://."));
        page.webhook_form.set_error("events", texts::webhooks_errors::choose_event());
        page
    }

    fn of_site() -> Self {
        let auditor = |id, off| ExternalAuditor {
            id: ExternalAuditorId(id),
            name: "Seed <check>".to_owned(),
            url: "https://example.org/audit".to_owned(),
            timeout_ms: 2_000,
            fails_closed: off,
            created_at: ago(900),
            off_at: off.then(|| ago(5)),
        };
        Self {
            layout: layout("/admin/webhooks"),
            group: None,
            bots: Vec::new(),
            choices: Vec::new(),
            incoming: Vec::new(),
            auditors: vec![auditor(1, false), auditor(2, true)],
            ..Self::sample()
        }
    }

    fn fresh() -> Self {
        let url = "https://forum.example/-/hooks/0123456789abcdef".to_owned();
        Self { fresh: Some(Fresh::incoming(url, Some("fedcba9876543210".to_owned()))), ..Self::sample() }
    }
}

impl Show {
    /// A webhook with its deliveries.
    pub fn sample() -> Self {
        let deliveries = vec![
            delivery(5, WebhookEvent::MessagePosted, DeliveryState::Sent, Some(200), "ok"),
            delivery(4, WebhookEvent::TopicCreated, DeliveryState::Failed, Some(500), "<h1>oh no</h1>"),
            delivery(3, WebhookEvent::MessageEdited, DeliveryState::Waiting, None, "it cannot be reached"),
            delivery(1, WebhookEvent::Ping, DeliveryState::Waiting, None, ""),
        ];
        Self { layout: layout("/-/webhooks/2"), group: Some(group(1)), webhook: webhook(2, false), deliveries }
    }
}

impl Bots {
    /// The viewer's bots.
    pub fn sample() -> Self {
        Self { layout: layout("/-/settings/bots"), bots: vec![bot(7), bot(8)], form: BotForm::default() }
    }
}

impl bots::Show {
    /// A bot with a token.
    pub fn sample() -> Self {
        let token = ApiToken {
            id: ApiTokenId(1),
            user_id: UserId(7),
            name: "Nest <cam>".to_owned(),
            scopes: "read,write".to_owned(),
            group_ids: None,
            created_at: ago(9_000),
            expires_at: None,
            used_at: None,
        };
        let form = ApiTokenForm { scopes: "read".into(), days: "90".into(), ..ApiTokenForm::default() };
        let rows = vec![ApiTokenRow { token, groups: None }];
        Self { layout: layout("/-/bots/7"), bot: bot(7), rows, form, fresh: None }
    }
}

pub(super) fn all() -> Vec<Drawn> {
    let off = Show { webhook: webhook(3, true), group: None, deliveries: Vec::new(), ..Show::sample() };
    let token = bots::Show { fresh: Some("klatch_0123".to_owned()), ..bots::Show::sample() };
    vec![
        ("webhooks", Index::sample().render()),
        ("webhooks-wrong", Index::wrong().render()),
        ("webhooks-fresh", Index::fresh().render()),
        ("webhooks-site", Index::of_site().render()),
        ("webhook", Show::sample().render()),
        ("webhook-off", off.render()),
        ("bots", Bots::sample().render()),
        ("bot", bots::Show::sample().render()),
        ("bot-token", token.render()),
    ]
}
