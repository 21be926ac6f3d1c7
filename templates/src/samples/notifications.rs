//! Emails about messages, and their pages.

use askama::Template;
use domain::model::{
    Concern, EmailId, EmailKind, EmailLine, EmailState, IncomingEmailId, IncomingLine, IncomingOutcome, MessageId,
};
use domain::platform::mail::{Activity, ActivityMessage, ActivityTopic, EmailTemplateData};
use texts::Lang;

use super::admin::admins_layout;
use super::{Drawn, ago, layout, message, now, original, stranger};
use crate::form::Refill;
use crate::notifications::{Log, NotificationsForm, Received, Settings, Unsubscribe};

/// The data of an email to mira.
pub fn data() -> EmailTemplateData {
    EmailTemplateData {
        kind: EmailKind::Activity,
        lang: Lang::En,
        site_name: "Upper valley".into(),
        base_url: "https://forum.example".into(),
        username: "mira".into(),
        address: "mira@example.org".into(),
        link: None,
        taken_by: None,
        group: None,
        expires_at: now(),
        at: now(),
        detail: String::new(),
        restricted: None,
        notice: None,
        activity: Some(activity()),
        returned: None,
    }
}

/// A reply in one topic, and a direct message.
pub fn activity() -> Activity {
    let mut reply = message(40, 2, 12, "In nest boxes, <b>all</b> of them.");
    reply.reply_to = Some(original(139, 1, "So the one that I hear at dusk is calling the others in?"));
    let direct = message(41, 3, 8, "Are you coming on Tuesday?");
    let of = |message: domain::model::Message, raw: &str, concern| ActivityMessage {
        path: format!("/-/messages/{}", message.id),
        message,
        raw: raw.to_owned(),
        concern,
    };
    let topics = vec![
        ActivityTopic {
            title: "Where do wrens sleep in January?".into(),
            group: Some("Bird watch".into()),
            path: "/-/messages/140".into(),
            messages: vec![of(reply, "In nest boxes, **all** of them.", Concern::Mention)],
        },
        ActivityTopic {
            title: "Tuesday".into(),
            group: None,
            path: "/-/messages/141".into(),
            messages: vec![of(direct, "Are you coming on Tuesday?", Concern::Direct)],
        },
    ];
    let link = |concern: Concern| (concern, format!("https://forum.example/-/unsubscribe?token=1-{concern}-ab"));
    Activity { topics, more: 3, takes_replies: true, unsubscribe: vec![link(Concern::Mention), link(Concern::Direct)] }
}

impl Settings {
    /// With an error.
    pub fn sample() -> Self {
        let mut form = NotificationsForm {
            mentions: "now".into(),
            directs: "now".into(),
            followed: "daily".into(),
            activity: "weekly".into(),
            most_per_day: "20".into(),
            quiet_from: "22".into(),
            utc_offset: "60".into(),
            ..NotificationsForm::default()
        };
        form.set_error("quiet_to", texts::forms::choose_both_hours());
        let address = Some("mira@example.org".to_owned());
        Self { layout: layout("/-/settings/notifications"), form, address, is_bouncing: false }
    }
}

impl Unsubscribe {
    /// The link of an email about two things.
    pub fn sample() -> Self {
        let concerns = vec![Concern::Mention, Concern::Direct];
        let (layout, token) = (stranger("/-/unsubscribe?token=t"), "1-mentions.directs-ab".to_owned());
        Self { layout, concerns, token, is_done: false }
    }
}

impl Log {
    /// An email in each state.
    pub fn sample() -> Self {
        let line = |id: i64, kind, state, reason: &str| EmailLine {
            id: EmailId(id),
            kind,
            username: (id != 3).then(|| "mira".to_owned()),
            address: "mira@example.org".to_owned(),
            state,
            reason: reason.to_owned(),
            created_at: ago(30 * id as u64),
            sent_at: (state == EmailState::Sent).then(|| ago(29 * id as u64)),
        };
        let lines = vec![
            line(4, EmailKind::Activity, EmailState::Sent, ""),
            line(3, EmailKind::Reset, EmailState::Queued, "the mail server: connection refused"),
            line(2, EmailKind::Activity, EmailState::Refused, "550 no such <mailbox>"),
            line(1, EmailKind::Activity, EmailState::Dropped, "Its messages were read or removed."),
        ];
        let (layout, host) = (admins_layout("/admin/mail"), "forum.example".to_owned());
        Self { layout, state: None, lines, more: Some(EmailId(1)), host }
    }
}

impl Received {
    fn sample() -> Self {
        let line = |id: i64, outcome, reason: &str| IncomingLine {
            id: IncomingEmailId(id),
            username: "mira".to_owned(),
            author: if outcome == IncomingOutcome::Waiting { String::new() } else { "mira@example.org".to_owned() },
            outcome,
            message_id: (outcome == IncomingOutcome::Posted).then_some(MessageId(12)),
            reason: reason.to_owned(),
            received_at: ago(30 * id as u64),
        };
        let lines = vec![
            line(5, IncomingOutcome::Waiting, ""),
            line(4, IncomingOutcome::Posted, ""),
            line(3, IncomingOutcome::Returned, "This topic is locked."),
            line(2, IncomingOutcome::Bounce, "550 no such <mailbox>"),
            line(1, IncomingOutcome::Failed, ""),
        ];
        let layout = admins_layout("/admin/mail/received");
        Self { layout, outcome: None, lines, more: Some(IncomingEmailId(1)), is_on: true }
    }
}

pub(super) fn all() -> Vec<Drawn> {
    vec![
        ("settings-notifications", Settings::sample().render()),
        (
            "settings-notifications-bouncing",
            Settings { is_bouncing: true, form: NotificationsForm::default(), ..Settings::sample() }.render(),
        ),
        ("settings-notifications-no-address", Settings { address: None, ..Settings::sample() }.render()),
        ("unsubscribe", Unsubscribe::sample().render()),
        ("unsubscribed", Unsubscribe { is_done: true, ..Unsubscribe::sample() }.render()),
        ("admin-mail", Log::sample().render()),
        ("admin-mail-received", Received::sample().render()),
        (
            "admin-mail-received-none",
            Received { lines: Vec::new(), more: None, is_on: false, ..Received::sample() }.render(),
        ),
        ("admin-mail-none", Log { lines: Vec::new(), more: None, host: String::new(), ..Log::sample() }.render()),
    ]
}
