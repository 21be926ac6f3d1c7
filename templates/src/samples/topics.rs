//! Topic and message pages.

use crate::form::Refill;
use askama::Template;
use domain::live::presence::Aside;
use domain::model::{OtherTopic, Topic, TopicAction, TopicEvent, TopicRow};
use domain::screening::WriterLimits;
use texts::Text;

use super::{Drawn, ago, conversation, group, layout, original, person, stranger, topic, wrens};
use crate::form::{EditForm, MergeForm, MessageForm, RenameForm, SplitForm};
use crate::links::Links;
use crate::messages;
use crate::topics::subscriptions::{Entry, Following};
use crate::topics::{Delete, Edit, NewSince, Show, merges, splits};

const PATH: &str = "/birds/where-do-wrens-sleep-in-january/";

impl Show {
    /// A conversation with unread messages.
    pub fn sample() -> Self {
        let mut layout = layout(PATH);
        layout.group = Some(group(1).id);
        Self {
            layout,
            group: group(1),
            about: group(1).description,
            topic: Topic { resolved: true, pinned: true, events: 5, ..wrens() },
            message_count: 48,
            messages: conversation(),
            events: vec![
                TopicEvent {
                    after_seq: 40,
                    actor: person(1),
                    action: TopicAction::Renamed,
                    detail: "Wrens?".to_owned(),
                    other: None,
                    at: ago(695),
                },
                TopicEvent {
                    after_seq: 48,
                    actor: person(4),
                    action: TopicAction::Resolved,
                    detail: String::new(),
                    other: None,
                    at: ago(5),
                },
                TopicEvent {
                    after_seq: 48,
                    actor: person(1),
                    action: TopicAction::SplitOff,
                    detail: "12".to_owned(),
                    other: Some(OtherTopic {
                        name: "Wrens <in> the wall".to_owned(),
                        group_slug: "birds".to_owned(),
                        slug: "wrens-in-the-wall".to_owned(),
                    }),
                    at: ago(4),
                },
                TopicEvent {
                    after_seq: 48,
                    actor: person(1),
                    action: TopicAction::SplitFrom,
                    detail: String::new(),
                    other: None,
                    at: ago(3),
                },
                TopicEvent {
                    after_seq: 48,
                    actor: person(1),
                    action: TopicAction::Merged,
                    detail: "Wrens, again".to_owned(),
                    other: None,
                    at: ago(2),
                },
            ],
            earlier: 36,
            later: 0,
            new: Some(NewSince { seq: 46, count: 3 }),
            read_seq: Some(45),
            seen: None,
            visited: true,
            may_write: true,
            is_member: true,
            may_invite: true,
            level: None,
            continues: None,
            may_join: false,
            may_edit: true,
            may_delete: false,
            aside: Aside { members: 64, here: vec![person(3), person(4), person(2)], more: 0, without: Vec::new() },
            also: vec![
                topic(10, 1, "ringing-weekend", "Ringing weekend", 6, 212, 380),
                topic(11, 1, "owl-or-not-owl", "Owl or not owl", 9, 17, 1_600),
                topic(12, 1, "feeders", "Feeders: what froze?", 3, 88, 4_400),
            ],
            form: MessageForm { key: "k2".to_owned(), ..MessageForm::default() },
            replying: None,
            limits: Vec::new(),
            own_held: Vec::new(),
        }
    }

    /// With a reply in the composer, and replies of each kind.
    fn replying() -> Self {
        let mut page = Self::sample();
        page.form.reply_to = "137".into();
        page.form.set_error("reply_to", Text::verbatim("The message you're replying to was deleted or moved."));
        page.replying = Some(original(137, 2, "They crowd into one <nest> box."));
        let originals = [
            original(137, 2, "They crowd into one <nest> box."),
            domain::model::Original { ignored: true, ..original(138, 2, "He wrote it on the box.") },
            domain::model::Original { deleted: true, ..original(139, 1, "") },
        ];
        for (message, original) in page.messages.iter_mut().skip(1).zip(originals) {
            message.reply_to = Some(original);
        }
        page.messages[0].replies = 1;
        page
    }

    fn for_strangers() -> Self {
        let mut layout = stranger(PATH);
        layout.group = Some(group(1).id);
        let mut page = Self {
            layout,
            new: None,
            read_seq: None,
            visited: false,
            may_write: false,
            may_edit: false,
            later: 12,
            ..Self::sample()
        };
        let links =
            Links::topic("https://forum.example", PATH, &page.group, &page.topic, &page.messages, page.message_count);
        page.layout.links = Some(links);
        page
    }

    fn for_visitors() -> Self {
        Self { new: None, may_write: false, may_join: true, may_edit: false, ..Self::sample() }
    }

    fn empty() -> Self {
        let mut page = Self {
            messages: Vec::new(),
            events: Vec::new(),
            earlier: 0,
            new: None,
            message_count: 0,
            aside: Aside::default(),
            ..Self::sample()
        };
        page.topic.name = " ".to_owned();
        page.form.text = "   ".into();
        page.form.set_error("text", Text::verbatim("Enter a message."));
        page
    }

    /// In the middle of thousands of messages.
    fn long() -> Self {
        let mut page =
            Self { earlier: 36, later: 11_952, new: Some(NewSince { seq: 9_000, count: 3_001 }), ..Self::sample() };
        page.topic.last_seq = 12_000;
        page.message_count = 11_990;
        page
    }

    fn held() -> Self {
        let mut page = Self { limits: limits(), own_held: super::approval_queue::own(Some(9)), ..Self::sample() };
        page.group.slow_seconds = 300;
        page
    }

    fn moderated() -> Self {
        let mut page = Self { may_delete: true, ..Self::sample() };
        page.layout.moderates = true;
        page.layout.notice = Some(domain::platform::caches::site::Notice {
            version: "0".repeat(16),
            markup: "It moves to a <em>larger machine</em> on Saturday.".to_owned(),
        });
        page
    }
}

impl Edit {
    /// With validation errors.
    pub fn sample() -> Self {
        let mut form = RenameForm { title: "".into(), error: None };
        form.set_error("title", Text::verbatim("Enter a title."));
        let not_moved = Some(texts::topics_errors::more_readers());
        let (moderates, may_archive) = (true, true);
        Self {
            layout: layout("/-/topics/9/edit"),
            group: group(1),
            topic: wrens(),
            form,
            moderates,
            may_archive,
            not_moved,
        }
    }

    /// Of an archived topic.
    pub fn archived() -> Self {
        let form = RenameForm { title: "Wrens".into(), error: None };
        let topic = Topic { archived: true, ..wrens() };
        Self { topic, form, moderates: false, not_moved: None, ..Self::sample() }
    }
}

impl splits::New {
    /// With validation errors.
    pub fn sample() -> Self {
        let mut form = SplitForm { title: "Wrens & \"walls\"".into(), group: "3".into(), ..SplitForm::default() };
        form.set_error("group", Text::verbatim("More people can now read that group."));
        let mut layout = layout("/-/topics/9/split?from=139");
        layout.group = Some(group(1).id);
        let mut messages = conversation().split_off(2);
        messages[1].ignored = true;
        let (first, ticked) = (messages[0].clone(), vec![messages[0].id, messages[3].id]);
        Self { layout, group: group(1), topic: wrens(), first, messages, ticked, form }
    }

    fn of_the_first() -> Self {
        let mut page = Self::sample();
        page.first.seq = 1;
        page.form = SplitForm::default();
        page.form.set_error("which", Text::verbatim("Select at least one message."));
        page.topic.last_seq = 200;
        page
    }
}

impl merges::New {
    /// With validation errors.
    pub fn sample() -> Self {
        let mut form = MergeForm { into: "/birds/<nowhere>/".into(), error: None };
        form.set_error("into", texts::topics_errors::no_topic_here());
        let choices = vec![topic(10, 1, "ringing-weekend", "Ringing weekend", 6, 212, 380)];
        let layout = layout("/-/topics/9/merge");
        Self { layout, group: group(1), topic: wrens(), message_count: 48, choices, form }
    }
}

impl Following {
    /// A few topics.
    pub fn sample() -> Self {
        let entry = |id, in_group, name: &str, unread| Entry {
            group: group(in_group),
            row: TopicRow {
                topic: topic(id, in_group, "a-topic", name, 2, 48, 30 * id as u64),
                message_count: 48,
                unread,
                last_author: Some(person(3)),
                excerpt: "They roost together <when> it freezes, up to sixty in one box.".to_owned(),
                ignored: id == 21,
                folded: false,
                followed: true,
            },
        };
        let entries = vec![entry(9, 1, "Where do wrens sleep?", 3), entry(21, 2, "Broad beans", 0)];
        let older = Some("1-2".to_owned());
        Self { layout: layout("/-/following"), by_writing: true, entries, older, is_later_page: false }
    }

    fn empty() -> Self {
        Self { entries: Vec::new(), older: None, by_writing: false, ..Self::sample() }
    }
}

impl Delete {
    /// The question.
    pub fn sample() -> Self {
        Self { layout: layout("/-/topics/9/delete"), group: group(1), topic: wrens(), message_count: 48 }
    }
}

impl messages::Edit {
    /// With its raw text.
    pub fn sample() -> Self {
        let form = EditForm {
            text: "That is a *lovely* use of `windows`. </textarea>\n\n> 31".into(),
            key: "k3".to_owned(),
            ..EditForm::default()
        };
        Self {
            layout: layout("/-/messages/140/edit"),
            group: group(1),
            topic: wrens(),
            message: conversation().swap_remove(3),
            form,
        }
    }
}

/// All that can limit a writer.
fn limits() -> Vec<Text> {
    let limits = WriterLimits { slow_seconds: 300, links: Some(2), is_held: true };
    messages::composer::limits(limits, "message")
}

impl messages::composer::Preview {
    /// A reply that names somebody who cannot read it.
    pub fn sample() -> Self {
        let text = "> 31 in one\n\n@wen, was it *that* box?";
        let form = MessageForm {
            text: text.into(),
            reply_to: "137".into(),
            seen: "9:48".into(),
            key: "k4".to_owned(),
            ..MessageForm::default()
        };
        let markup = "<blockquote>31 in one</blockquote><a href=\"/users/wen/\">@wen</a>, was it <em>that</em> box?";
        Self {
            layout: layout("/-/topics/9/preview"),
            group: group(1),
            topic: wrens(),
            markup: markup.to_owned(),
            poll: None,
            note: messages::composer::unreached(&["wen".to_owned()], &group(1)),
            form,
            replying: Some(original(137, 2, "They crowd into one <nest> box.")),
            limits: limits(),
        }
    }
}

impl messages::composer::Replies {
    /// Two replies.
    pub fn sample() -> Self {
        let mut said = conversation();
        let original = said.remove(0);
        said.truncate(2);
        let layout = layout("/-/messages/137/replies");
        Self { layout, group: group(1), topic: wrens(), original, replies: said, more: true }
    }

    fn empty() -> Self {
        Self { replies: Vec::new(), more: false, ..Self::sample() }
    }
}

pub(super) fn all() -> Vec<Drawn> {
    vec![
        ("topic", Show::sample().render()),
        ("topic-stranger", Show::for_strangers().render()),
        ("topic-visitor", Show::for_visitors().render()),
        ("topic-empty", Show::empty().render()),
        ("topic-moderated", Show::moderated().render()),
        ("topic-long", Show::long().render()),
        ("topic-held", Show::held().render()),
        ("topic-edit", Edit::sample().render()),
        ("topic-edit-archived", Edit::archived().render()),
        ("topic-delete", Delete::sample().render()),
        ("topic-split", splits::New::sample().render()),
        ("topic-split-first", splits::New::of_the_first().render()),
        ("topic-merge", merges::New::sample().render()),
        ("following", Following::sample().render()),
        ("following-empty", Following::empty().render()),
        ("message-preview", messages::composer::Preview::sample().render()),
        ("message-replies", messages::composer::Replies::sample().render()),
        ("message-replies-none", messages::composer::Replies::empty().render()),
        ("topic-reply", Show::replying().render()),
        ("message-edit", messages::Edit::sample().render()),
        ("message-delete", messages::Delete::sample().render()),
    ]
}
