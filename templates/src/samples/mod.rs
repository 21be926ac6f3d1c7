//! Sample pages of a made-up village, for tests and for looking at.

mod admin;
mod approval_queue;
mod attachments;
mod bookmarks;
mod drafts;
mod groups;
mod home;
mod log;
mod members;
mod notices;
pub mod notifications;
mod others;
mod push;
mod reports;
mod rules;
mod search;
mod site;
mod topics;
mod versions;
mod webhooks;

use std::time::Duration;

use domain::model::{
    Category, Group, GroupId, GroupKind, GroupRow, LatestMessage, LinkPreview, Message, MessageId, Original, Person,
    Restorable, Sidebar, SidebarGroup, SitePage, SubscriptionLevel, Theme, Topic, TopicId, TopicUnread, UserId,
};
use domain::time::Timestamp;

use crate::assets::Assets;
use crate::layout::{Layout, Live, Viewer};
use crate::when::Now;

const NAMES: [&str; 9] = ["mira", "tomas", "anouk", "jules", "ines", "bertil", "dara", "oskar", "wen"];

/// The time at which all samples are rendered.
pub fn now() -> Timestamp {
    Timestamp(1_768_572_000_000_000)
}

pub(crate) fn ago(minutes: u64) -> Timestamp {
    now().minus(Duration::from_secs(minutes * 60))
}

pub(crate) fn person(id: usize) -> Person {
    let id = id.clamp(1, NAMES.len());
    let name = if id == 4 { "Ida Ångström-Папандреу".to_owned() } else { String::new() };
    // One of them has an avatar.
    let avatar = if id == 3 { "0a".repeat(32) } else { String::new() };
    Person { id: UserId(id as i64), username: NAMES[id - 1].to_owned(), name, avatar }
}

const GROUPS: [(&str, &str, &str); 6] = [
    ("birds", "Bird watch", "What flies over the valley, and what sits in it."),
    ("allotment", "Allotment 12", "Beds, seeds, slugs, and who waters when."),
    ("books", "Book evening", "One book a month, on the last Thursday, at the library."),
    ("choir", "Choir", "Rehearsals on Tuesdays. Altos wanted."),
    ("repair-cafe", "Repair café", "Bring what is broken; somebody knows how."),
    ("street-party", "Street party", "The one in June. Tables, tunes, and permission from the town."),
];

pub(crate) fn group(id: usize) -> Group {
    let (slug, name, description) = GROUPS[id - 1];
    Group {
        id: GroupId(id as i64),
        slug: slug.to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        kind: if slug == "street-party" { GroupKind::Private } else { GroupKind::Public },
        category: Category::Local,
        archived_at: None,
        creator_id: UserId(1),
        created_at: ago(600_000),
        slow_seconds: 0,
        first_held: 0,
        picture: if id == 2 { "0b".repeat(32) } else { String::new() },
        takes_email: id < 3,
    }
}

pub(crate) fn group_rows() -> Vec<GroupRow> {
    (1..=5)
        .map(|id| GroupRow {
            group: group(id),
            members: 90 - 15 * id as i64,
            topics: 1_240 / (id as i64).pow(2),
            last_message_at: ago(9 * (id as u64).pow(4)),
            is_member: id < 3,
            latest: (id < 4).then(|| LatestMessage {
                topic_slug: "where-do-wrens-sleep-in-january".to_owned(),
                topic_title: "Where do wrens sleep in January?".to_owned(),
                author: person(id + 1),
                excerpt: "In the ivy, a dozen of them, as long as it is cold.".to_owned(),
                people: vec![person(id + 1), person(1)],
            }),
        })
        .collect()
}

pub(crate) fn topic(id: i64, group: usize, slug: &str, name: &str, by: usize, last_seq: i64, minutes: u64) -> Topic {
    let creator = person(by);
    Topic {
        id: TopicId(id),
        group_id: GroupId(group as i64),
        slug: slug.to_owned(),
        name: name.to_owned(),
        creator_id: creator.id,
        creator_name: creator.username,
        created_at: ago(minutes + 2_880),
        last_seq,
        last_message_at: ago(minutes),
        locked: false,
        pinned: false,
        resolved: false,
        archived: false,
        events: 0,
        version: 1,
        arrived_at: ago(minutes + 2_880),
        numbering: 0,
    }
}

pub(crate) fn wrens() -> Topic {
    topic(9, 1, "where-do-wrens-sleep-in-january", "Where do wrens sleep in January?", 1, 48, 9)
}

pub(crate) fn message(seq: i64, author: usize, minutes: u64, markup: &str) -> Message {
    Message {
        id: MessageId(100 + seq),
        topic_id: TopicId(9),
        seq,
        author: person(author),
        by_bot: false,
        created_at: ago(minutes),
        markup: markup.to_owned(),
        attachment: None,
        previews: Vec::new(),
        mentions: Vec::new(),
        edited_at: None,
        deleted: false,
        restorable: None,
        follows: false,
        stars: Vec::new(),
        version: 1,
        ignored: false,
        reply_to: None,
        replies: 0,
        wiki_at: None,
    }
}

pub(crate) fn original(id: i64, author: usize, excerpt: &str) -> Original {
    let (id, author, excerpt) = (MessageId(id), person(author), excerpt.to_owned());
    Original { id, author, excerpt, deleted: false, ignored: false }
}

/// The messages of the topic page: a quote, code, a missing picture, stars, a mention, an edit, a deletion.
pub(crate) fn conversation() -> Vec<Message> {
    let mut said = vec![
        message(
            37,
            2,
            740,
            "They crowd into one nest box. My father counted 31 of them in one, in the winter of 1986.",
        ),
        message(38, 2, 739, "He wrote it on the box. I still have it."),
        message(
            39,
            1,
            717,
            concat!(
                "<blockquote>31 of them in one</blockquote>I had no idea. So the one that I hear at dusk is calling the others in?",
                "<br>Here is how I count the calls from the recorder:",
                "<pre data-language=\"rust\"><code class=\"language-rust\"><span class=\"k\">fn</span> ",
                "<span class=\"f\">calls</span>(samples: &amp;[<span class=\"k\">f32</span>]) -&gt; usize {\n",
                "    samples.windows(2).filter(|w| w[0] &lt; LOUD &amp;&amp; w[1] &gt;= LOUD).count()\n}</code></pre>",
            ),
        ),
        message(
            40,
            4,
            700,
            "That is a <em>lovely</em> use of <code>windows</code>. Does the church clock count as a wren? <span class=\"emoji\" title=\":bird:\">🐦</span>",
        ),
        message(41, 4, 699, ""),
        message(
            42,
            1,
            690,
            concat!(
                "Only at seven. I take it out by hand:",
                "<ol><li>Cut the file at seven<ul><li>on Sundays at nine, too</li></ul></li><li>Count again</li></ol>",
                "<div class=\"scroll\" tabindex=\"0\"><table><thead><tr><th>Day</th><th class=\"end\">Calls</th></tr></thead>",
                "<tbody><tr><td>Saturday</td><td class=\"end\">412</td></tr></tbody></table></div>",
                "<ul><li class=\"task\"><span class=\"box\" title=\"To do\">☐</span> Sunday</li></ul>",
                "The loudest was <span class=\"spoiler\" tabindex=\"0\" title=\"Spoiler\">the owl</span>.",
            ),
        ),
        message(
            46,
            3,
            12,
            "<a href=\"/users/jules/\">@jules</a> had a box with a camera, no? <a href=\"/users/tomas/\">@tomas</a> and I could bring one on Saturday.",
        ),
        message(
            47,
            2,
            9,
            "Saturday is good. There is a plan to print: <a href=\"https://example.org/plans/wren-box.pdf\" target=\"_blank\" rel=\"nofollow noopener ugc\">https://example.org/plans/wren-box.pdf</a>",
        ),
        message(48, 2, 8, "Three entrance holes drilled already, 28 mm. That keeps the great tits out."),
    ];
    said[0].stars = vec![person(1), person(3), person(4), person(6)];
    said[1].follows = true;
    said[2].edited_at = Some(ago(600));
    said[2].wiki_at = Some(ago(650));
    said[4].deleted = true;
    said[4].restorable = Some(Restorable::ByAuthor);
    said[6].mentions = vec![UserId(4), UserId(2)];
    said[7].previews = vec![LinkPreview {
        url: "https://example.org/plans/wren-box.pdf".to_owned(),
        title: "A box for wrens & <small> friends".to_owned(),
        description: "Four boards, twelve screws, and an afternoon.".to_owned(),
        site: "example.org".to_owned(),
        image: Some("https://example.org/plans/box.jpg?a=b&c=d".to_owned()),
    }];
    said[8].follows = true;
    said[8].stars = vec![person(3)];
    said
}

/// Returns the layout as `jules` sees it at this path.
pub fn layout(path: &str) -> Layout {
    let unread = |topic, unread| TopicUnread {
        topic: TopicId(topic),
        unread,
        read_seq: 45,
        last_seq: 45 + unread,
        numbering: 0,
        at: ago(5),
    };
    let groups = [
        (1, vec![unread(9, 3)]),
        (2, vec![unread(21, 7), unread(22, 2)]),
        (3, vec![unread(31, 5)]),
        (4, vec![]),
        (5, vec![]),
        (6, vec![]),
    ];
    let groups = groups
        .into_iter()
        .map(|(id, topics)| {
            let Group { id, slug, name, kind, .. } = group(id);
            let level = if id.0 == 5 { SubscriptionLevel::Muted } else { SubscriptionLevel::Normal };
            SidebarGroup { id, slug, name, kind, level, moderates: id.0 == 1, topics, rest: 0 }
        })
        .chain([SidebarGroup {
            id: GroupId(7),
            slug: "d-7".to_owned(),
            name: "jules, mira".to_owned(),
            kind: GroupKind::Direct,
            level: SubscriptionLevel::Normal,
            moderates: false,
            topics: vec![unread(71, 1)],
            rest: 0,
        }])
        .collect();
    Layout {
        viewer: Some(Viewer { person: person(4), is_admin: false, theme: Theme::Auto }),
        sidebar: Sidebar { groups, mentions: 1, invited: 1, notices: 2 },
        csrf: "c5rf-t0ken".to_owned(),
        now: now().into(),
        live: Some(Live { after: "1768572000000-3".to_owned(), group: None }),
        ..stranger(path)
    }
}

/// Returns the layout for a visitor.
pub fn stranger(path: &str) -> Layout {
    Layout {
        site_name: "Klatch".to_owned(),
        sign_up_open: true,
        sends_email: true,
        nonce: "n0nce".to_owned(),
        csrf: "pre-sess10n".to_owned(),
        assets: Assets {
            css: "/static/klatch.css".to_owned(),
            more_css: "/static/more.css".to_owned(),
            js: "/static/js/klatch.js".to_owned(),
            texts: None,
            icon: "/static/icon.svg".to_owned(),
            touch_icon: "/static/icon-180.png".to_owned(),
        },
        path: path.to_owned(),
        pages: SitePage::EACH.to_vec(),
        now: Now { at: now(), lasting: true },
        ..Layout::default()
    }
}

/// The file name of a page, and the rendered page.
pub type Drawn = (&'static str, askama::Result<String>);

/// Returns every page, rendered.
pub fn all() -> Vec<Drawn> {
    let mut pages = home::all();
    pages.extend(groups::all());
    pages.extend(members::all());
    pages.extend(reports::all());
    pages.extend(approval_queue::all());
    pages.extend(rules::all());
    pages.extend(log::all());
    pages.extend(notices::all());
    pages.extend(notifications::all());
    pages.extend(topics::all());
    pages.extend(attachments::all());
    pages.extend(others::all());
    pages.extend(search::all());
    pages.extend(bookmarks::all());
    pages.extend(drafts::all());
    pages.extend(versions::all());
    pages.extend(push::all());
    pages.extend(admin::all());
    pages.extend(site::all());
    pages.extend(webhooks::all());
    pages
}

/// An account.
fn user(id: usize) -> domain::model::User {
    let person = person(id);
    domain::model::User {
        id: person.id,
        email: (id != 6).then(|| format!("{}@example.org", person.username)),
        new_email: None,
        name: if id == 2 { "Tomas Lindqvist".to_owned() } else { String::new() },
        avatar: person.avatar,
        bio: "Boxes, mostly.".to_owned(),
        location: "Upper valley".to_owned(),
        web: "https://example.org/boxes/".to_owned(),
        theme: domain::model::Theme::Auto,
        language: domain::model::Language::default(),
        is_admin: id == 1,
        is_bot: false,
        claimed: id != 6,
        deleted: false,
        created_at: ago(700_000),
        suspended_until: None,
        banned_at: None,
        barred_reason: String::new(),
        direct_from: domain::model::DirectFrom::Anyone,
        follow_written: true,
        waiting_since: None,
        username: person.username,
    }
}
