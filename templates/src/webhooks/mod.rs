//! Webhooks of groups and of the site, and external auditors.

use askama::Template;
use domain::model::{
    Bot, Delivery, DeliveryState, ExternalAuditor, Group, IncomingHook, Person, Webhook, WebhookEvent,
};
use texts::Text;

use crate::form::{Field, Refill, form};
use crate::layout::Layout;

form! {
    /// Creates a bot.
    BotForm {
        username,
    }
}

form! {
    /// Creates an incoming webhook.
    IncomingForm {
        name,
        /// The id of the bot that posts.
        bot,
        /// The address of the topic.
        topic,
        /// `yes`: requests must be signed.
        signed,
    }
}

form! {
    /// Creates a webhook.
    WebhookForm {
        name,
        url,
        /// The words of the ticked events, separated by commas.
        events,
    }
}

form! {
    /// Creates an external auditor.
    AuditorForm {
        name,
        url,
        /// Milliseconds.
        timeout,
        /// `open` or `closed`.
        fails,
    }
}

/// Secrets that were just created, shown once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fresh {
    pub title: Text,
    /// Each with a label.
    pub parts: Vec<(Text, String)>,
    /// A command that tries it.
    pub example: Option<String>,
}

impl Fresh {
    /// The secret by which a receiver checks signatures.
    pub fn secret(title: Text, secret: String) -> Self {
        Self { title, parts: vec![(texts::forms::secret(), secret)], example: None }
    }

    /// The URL of an incoming webhook.
    pub fn incoming(url: String, signing_secret: Option<String>) -> Self {
        let example = signing_secret.is_none().then(|| format!("curl -d 'Hello' {url}"));
        let mut parts = vec![(texts::forms::url(), url)];
        parts.extend(signing_secret.map(|secret| (texts::forms::secret(), secret)));
        Self { title: texts::forms::new_incoming_webhook(), parts, example }
    }
}

/// `/-/groups/ID/webhooks` and `/admin/webhooks`.
#[derive(Clone, Debug, Template)]
#[template(path = "webhooks/index.html")]
pub struct Index {
    pub layout: Layout,
    /// `None` for the webhooks of the site.
    pub group: Option<Group>,
    /// The bots of the group.
    pub bots: Vec<Bot>,
    pub bot_form: BotForm,
    /// The bots that can post.
    pub choices: Vec<Person>,
    pub incoming: Vec<IncomingHook>,
    pub incoming_form: IncomingForm,
    pub webhooks: Vec<Webhook>,
    pub webhook_form: WebhookForm,
    /// For the site only.
    pub auditors: Vec<ExternalAuditor>,
    pub auditor_form: AuditorForm,
    pub fresh: Option<Fresh>,
}

impl Index {
    /// The path of this page.
    pub fn path(&self) -> String {
        path(self.group.as_ref())
    }

    /// The events that can be chosen: word, label.
    pub fn events(&self) -> Vec<(&'static str, texts::Text)> {
        WebhookEvent::CHOICES.iter().map(|event| (event.as_str(), event.label())).collect()
    }

    /// Whether the event is ticked.
    pub fn has_event(&self, word: &str) -> bool {
        self.webhook_form.events.value.split(',').any(|event| event == word)
    }
}

/// `/-/webhooks/HOOK`.
#[derive(Clone, Debug, Template)]
#[template(path = "webhooks/show.html")]
pub struct Show {
    pub layout: Layout,
    /// `None` for a webhook of the site.
    pub group: Option<Group>,
    pub webhook: Webhook,
    /// Newest first.
    pub deliveries: Vec<Delivery>,
}

impl Show {
    /// The page that lists the webhook.
    pub fn up(&self) -> String {
        path(self.group.as_ref())
    }

    /// The chosen events, in words.
    pub fn events(&self) -> String {
        self.webhook.events().iter().map(|event| event.as_str()).collect::<Vec<_>>().join(", ")
    }
}

fn path(group: Option<&Group>) -> String {
    group.map_or("/admin/webhooks".to_owned(), |group| format!("/-/groups/{}/webhooks", group.id))
}

/// Returns what became of a delivery, in words.
pub fn state(delivery: &Delivery) -> String {
    match (delivery.state, delivery.status, delivery.attempt) {
        (DeliveryState::Sent, Some(status), _) => format!("sent, response {status}"),
        (DeliveryState::Sent, None, _) => "skipped".to_owned(),
        (DeliveryState::Failed, _, tries) => format!("failed after {tries} attempts"),
        (DeliveryState::Waiting, _, 0) => "waiting".to_owned(),
        (DeliveryState::Waiting, Some(status), _) => format!("response {status}, will be tried again"),
        (DeliveryState::Waiting, None, _) => "no response, will be tried again".to_owned(),
    }
}

/// Whether a delivery can be sent again: not while it waits.
pub fn is_finished(delivery: &Delivery) -> bool {
    delivery.state != DeliveryState::Waiting
}
