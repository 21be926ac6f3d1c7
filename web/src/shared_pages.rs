//! Pages for anonymous readers: they set no cookie, caches may keep them, and their tag changes whenever they change. A
//! page from memory equals a page that is rendered afresh.

use std::collections::BTreeMap;
use std::time::Duration;

use actix_web::App;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;
use domain::bus::Control;
use domain::groups::{self, GroupForm, members};
use domain::messages::{self, Target, history, stars};
use domain::model::{
    Group, GroupId, GroupKind, Language, Mark, MessageId, Profile, Role, SignUps, SitePage, Theme, TopicId, UserId,
};
use domain::moderation::bulk_delete::{self, Span};
use domain::moderation::records;
use domain::people::{accounts, ignores};
use domain::policy::Viewer;
use domain::site;
use domain::site::pages::{self, NewText};
use domain::testing::{TestForum, draft};
use domain::topics::{self, merges, moves, placed, splits};

use crate::{Config, Site, from_memory, routes};

/// How often each kind of change happens.
const ROUNDS: usize = 2;
/// How often a change is tried: some are not possible for the people and messages chosen.
const TRIES: usize = 60;

#[actix_web::test]
async fn the_etag_changes_whenever_the_page_changes_on_sqlite() {
    the_etag_changes_whenever_the_page_changes(TestForum::sqlite().await).await;
}

#[actix_web::test]
async fn the_etag_changes_whenever_the_page_changes_on_postgres() {
    the_etag_changes_whenever_the_page_changes(TestForum::postgres().await).await;
}

/// Everything that changes what anonymous readers see.
const DEEDS: [&str; 38] = [
    "post",
    "begin",
    "edit",
    "delete",
    "restore",
    "star",
    "retitle",
    "pin",
    "lock",
    "resolve",
    "split",
    "merge",
    "move",
    "remove topic",
    "archive",
    "begin",
    "post",
    "leave",
    "join",
    "appoint",
    "rename",
    "profile",
    "describe",
    "clear",
    "undo",
    "site name",
    "notice",
    "no notice",
    "welcome",
    "accent",
    "write page",
    "remove page",
    "read-only",
    "sign-ups",
    "close",
    "open",
    "archive group",
    "unarchive group",
];

/// What changes nothing for them.
const SILENT: [&str; 2] = ["ignore", "time"];

/// An answer to an anonymous reader.
#[derive(Clone, Debug, Default, PartialEq)]
struct Seen {
    status: u16,
    tag: String,
    page: String,
}

struct Walk {
    forum: TestForum,
    people: Vec<Viewer>,
    boss: Viewer,
    groups: Vec<Group>,
    topics: Vec<TopicId>,
    messages: Vec<(MessageId, Viewer)>,
    deleted: Option<(MessageId, Viewer)>,
    cleared: Option<(Viewer, GroupId)>,
    rng: u64,
    /// A site that keeps its finished pages from the beginning.
    kept: Data<Site>,
}

impl Walk {
    async fn begin(forum: TestForum) -> Self {
        let boss = forum.site_admin("boss").await;
        let mut people = Vec::new();
        for name in ["ann", "ben", "cleo"] {
            people.push(forum.person(name).await);
        }
        let mut groups = Vec::new();
        for name in ["Garden", "Pond"] {
            let group = forum.group(boss, name, GroupKind::Public).await;
            forum.admit(&group, &people).await;
            groups.push(group);
        }
        let kept = Data::new(Site::new(forum.cx.clone(), Config::default()));
        let mut walk = Self {
            kept,
            forum,
            people,
            boss,
            groups,
            topics: vec![],
            messages: vec![],
            deleted: None,
            cleared: None,
            rng: 7,
        };
        for _ in 0..4 {
            walk.happen("begin", 0).await;
        }
        for _ in 0..8 {
            walk.happen("post", 0).await;
        }
        walk
    }

    fn roll(&mut self, sides: usize) -> usize {
        // Knuth's MMIX.
        self.rng = self.rng.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.rng >> 33) as usize % sides
    }

    /// Makes one change. Whether it was possible.
    async fn happen(&mut self, deed: &str, round: usize) -> bool {
        self.forum.pass(Duration::from_secs(1));
        let cx = self.forum.cx.clone();
        let rolls = [self.people.len(), 2, 2, self.topics.len().max(1), self.messages.len().max(1), 1_000];
        let [who, group, other, topic, at, number] = rolls.map(|sides| self.roll(sides));
        let (boss, who) = (self.boss, self.people[who]);
        let (group, other) = (self.groups[group].clone(), self.groups[other].clone());
        let topic = self.topics.get(topic).copied().unwrap_or(TopicId(0));
        let second = self.topics.last().copied().unwrap_or(TopicId(0));
        let (message, author) = self.messages.get(at).copied().unwrap_or((MessageId(0), who));
        let on = round == 0;
        let mark = |mark| topics::mark(&cx, boss, topic, mark, number % 2 == 0);
        let done = match deed {
            "post" => {
                let text = format!("*{number}* @ben https://example.org/{number}.png");
                messages::submit(&cx, who, Target::Topic(topic), draft(&text))
                    .await
                    .map(|posted| self.messages.push((posted.id, who)))
            }
            "begin" => {
                let title = format!("About {number}");
                messages::submit(&cx, who, Target::NewTopic { group: group.id, title: &title }, draft("Begins."))
                    .await
                    .map(|posted| self.topics.push(posted.topic))
            }
            "edit" => messages::edit(&cx, author, message, format!("changed to {number}")).await.map(drop),
            "delete" => messages::delete(&cx, author, message).await.map(|_| self.deleted = Some((message, author))),
            "restore" => {
                let (message, author) = self.deleted.take().unwrap_or((message, author));
                history::restore(&cx, author, message).await.map(drop)
            }
            "star" => stars::toggle(&cx, who, message).await.map(drop),
            "retitle" => topics::rename(&cx, boss, topic, &format!("Title {number}")).await.map(drop),
            "pin" => mark(Mark::Pinned).await.map(drop),
            "lock" => mark(Mark::Locked).await.map(drop),
            "resolve" => mark(Mark::Resolved).await.map(drop),
            "archive" => mark(Mark::Archived).await.map(drop),
            "split" => match placed::place(&cx, boss, message).await {
                Ok(from) => {
                    let (which, title) = (splits::Which::These(vec![message]), format!("Split {number}"));
                    splits::split(&cx, boss, from.topic_id, &which, &title, group.id)
                        .await
                        .map(|made| self.topics.push(made.topic.id))
                }
                Err(error) => Err(error),
            },
            "merge" if topic == second => return false,
            "merge" => merges::merge(&cx, boss, topic, second).await.map(|_| self.topics.retain(|id| *id != topic)),
            "move" if group.id == other.id => return false,
            "move" => moves::to_group(&cx, boss, topic, other.id).await.map(drop),
            "remove topic" => topics::delete(&cx, boss, topic).await.map(|_| self.topics.retain(|id| *id != topic)),
            "leave" => groups::leave(&cx, who, group.id).await.map(drop),
            "join" => groups::join(&cx, who, group.id).await.map(drop),
            "appoint" => {
                let role = if number % 2 == 0 { Role::Moderator } else { Role::Member };
                members::set_role(&cx, boss, group.id, id(who), role).await.map(drop)
            }
            "rename" => {
                self.forum.execute("update users set username = username || 'x' where username like 'ann%'").await;
                cx.bus.tell(&Control::PagesChanged { topic: None }).await.expect("the bus");
                Ok(())
            }
            "profile" => {
                let (bio, name) = (format!("I am number {number}."), format!("N{number}"));
                let (location, web) = (String::new(), String::new());
                let (theme, language, follow_written) = (Theme::Auto, Language::default(), false);
                let profile = Profile { name, bio, location, web, theme, language, follow_written };
                accounts::update_profile(&cx, id(who), profile).await
            }
            "describe" => self.regroup(0, GroupKind::Public, &format!("All about {number}, says @ben.")).await,
            "close" => self.regroup(0, if on { GroupKind::Closed } else { GroupKind::Private }, "").await,
            "open" => self.regroup(0, GroupKind::Public, "").await,
            "archive group" => groups::archive(&cx, boss, self.groups[1].id, true).await.map(drop),
            "unarchive group" => groups::archive(&cx, boss, self.groups[1].id, false).await.map(drop),
            "clear" => {
                bulk_delete::clear_group(&cx, boss, group.id, id(who), Span::All, "Spam.", false).await.map(|_| {
                    self.cleared = Some((who, group.id));
                })
            }
            "undo" => {
                let Some((who, group)) = self.cleared else { return false };
                let member = domain::groups::members::detail(&cx, boss, group, id(who)).await.expect("a member");
                let removals = records::of_member(&cx, boss, &member).await.expect("a record").removals;
                // One that covers earlier ones has to go first.
                match removals.iter().find(|removal| removal.undone_at.is_none()) {
                    Some(removal) => bulk_delete::undo_in_group(&cx, boss, group, removal.id).await.map(drop),
                    None => return false,
                }
            }
            "site name" => self.settings(|settings| settings.name = format!("Site {number}")).await,
            "notice" => self.settings(|settings| settings.notice = format!("*Notice* {number}")).await,
            "welcome" => self.settings(|settings| settings.welcome = format!("# Hello {number}")).await,
            "accent" => self.settings(|settings| settings.accent = format!("#00{:04x}", 0x3000 + number)).await,
            "write page" => self.page(&format!("We are at *number {number}*.")).await,
            "remove page" => self.page("").await,
            "no notice" => self.settings(|settings| settings.notice = String::new()).await,
            "read-only" => self.settings(|settings| settings.read_only = on).await,
            "sign-ups" => {
                self.settings(|settings| settings.sign_ups = if on { SignUps::Closed } else { SignUps::Open }).await
            }
            "ignore" => ignores::set(&cx, who, "cleo", on).await.map(drop),
            "time" => {
                self.forum.pass(Duration::from_secs(90_000));
                Ok(())
            }
            other => panic!("nobody knows how to {other}"),
        };
        self.forum.drain().await;
        match done {
            Ok(()) => true,
            Err(domain::Error::NotFound | domain::Error::Forbidden(_) | domain::Error::Invalid(_)) => false,
            Err(error) => panic!("{deed}: {error:?}"),
        }
    }

    async fn regroup(&self, at: usize, kind: GroupKind, about: &str) -> domain::Result<()> {
        let group = &self.groups[at];
        let form = GroupForm { description: about.to_owned(), ..GroupForm::new(&group.name, kind) };
        groups::update(&self.forum.cx, self.boss, group.id, form).await.map(drop)
    }

    async fn settings(&self, change: impl FnOnce(&mut site::Settings)) -> domain::Result<()> {
        let mut settings = site::settings(&self.forum.cx).await?;
        change(&mut settings);
        site::update(&self.forum.cx, self.boss, settings).await
    }

    /// Publishes a version of a page that the footer then links; an empty one removes it.
    async fn page(&self, text: &str) -> domain::Result<()> {
        let new = NewText { text, base: None, asks_again: false };
        pages::publish(&self.forum.cx, self.boss, SitePage::Contact, new).await.map(drop)
    }

    /// Adds the addresses of all pages that exist now. Earlier addresses stay: they may lead elsewhere now.
    async fn addresses(&self, known: &mut BTreeMap<String, Seen>) {
        let mut paths: Vec<String> =
            ["/", "/groups/", "/-/help", "/-/menu", "/users/ann/", "/users/ben/", "/-/pages/contact", "/-/pages/about"]
                .map(str::to_owned)
                .to_vec();
        for group in &self.groups {
            paths.push(format!("/{}/", group.slug));
            paths.push(format!("/-/groups/{}/members", group.id));
            for topic in topics::latest(&self.forum.cx, group.id, 50).await.expect("topics") {
                paths.push(format!("/{}/{}/", group.slug, topic.slug));
            }
        }
        for path in paths {
            known.entry(path).or_default();
        }
    }

    /// Requests each page, as new and with the tag that a cache has. Returns how many pages changed.
    async fn look(&self, known: &mut BTreeMap<String, Seen>) -> usize {
        // A fresh site: what is beside a group is otherwise kept for some seconds.
        let site = Data::new(Site::new(self.forum.cx.clone(), Config::default()));
        let app = init_service(App::new().app_data(site).configure(routes::configure)).await;
        let get = async |path: &str, tag: &str| {
            let mut request = TestRequest::get().uri(path);
            if !tag.is_empty() {
                request = request.insert_header(("if-none-match", format!("W/\"other\", {tag}")));
            }
            let answer = call_service(&app, request.to_request()).await;
            let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
            let header = |name: &str| headers.get(name).map_or("", |value| value.to_str().expect("text")).to_owned();
            if matches!(status, 200 | 304) {
                assert_eq!(header("cache-control"), "public, max-age=0, must-revalidate", "{path}");
                assert!(!headers.contains_key("set-cookie"), "{path} sets a cookie");
                assert_eq!(
                    (header("vary").as_str(), header("etag").len()),
                    ("Cookie, Accept-Language, Accept-Encoding", 36),
                    "{path}"
                );
            }
            let page = String::from_utf8(read_body(answer).await.to_vec()).expect("text");
            Seen { status, tag: header("etag"), page: without_cursor(&page) }
        };
        // What is beside a group may be some seconds old there too.
        self.kept.forget_beside(&self.groups.iter().map(|group| group.id).collect::<Vec<_>>());
        let in_memory = App::new().app_data(self.kept.clone()).wrap(from_fn(from_memory::serve));
        let in_memory = init_service(in_memory.configure(routes::configure)).await;
        let mut changed = 0;
        for (path, before) in known {
            let now = get(path, "").await;
            let answer = call_service(&in_memory, TestRequest::get().uri(path).to_request()).await;
            let status = answer.status().as_u16();
            let page = String::from_utf8(read_body(answer).await.to_vec()).expect("text");
            let page = without_cursor(&page);
            let (old, new) = (without_others(&page), without_others(&now.page));
            let at = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
            let part = |of: &[&str]| of[at..of.len().min(at + 20)].join(" ");
            assert!(old == new && status == now.status, "{path}: {}, but from memory {}", part(&new), part(&old));
            let kept = get(path, &before.tag).await;
            if kept.status == 304 {
                assert_eq!(kept.page, "", "{path}");
                assert_eq!(before.page, now.page, "{path}: a cache would show an old page");
            } else {
                assert_eq!((kept.status, &kept.page), (now.status, &now.page), "{path}");
                assert!(before.tag != now.tag || now.tag.is_empty(), "{path} is answered again though nothing changed");
            }
            changed += usize::from(*before != now);
            *before = now;
        }
        changed
    }
}

fn id(who: Viewer) -> UserId {
    who.id().expect("an account")
}

/// Leaves out where live events continue from: with an older cursor, the page receives more of them.
fn without_cursor(page: &str) -> String {
    let Some((before, rest)) = page.split_once("data-live-after=\"") else { return page.to_owned() };
    format!("{before}{}", rest.split_once('"').map_or("", |(_, rest)| rest))
}

/// Leaves out the group's other topics, whose list may be some seconds old.
fn without_others(page: &str) -> Vec<&str> {
    let (before, after) = match page.split_once("<section class=\"also\">") {
        Some((before, rest)) => (before, rest.split_once("</section>").map_or("", |(_, after)| after)),
        None => (page, ""),
    };
    before.split_whitespace().chain(after.split_whitespace()).collect()
}

async fn the_etag_changes_whenever_the_page_changes(forum: TestForum) {
    let mut walk = Walk::begin(forum).await;
    let mut known = BTreeMap::new();
    for round in 0..ROUNDS {
        for deed in DEEDS.into_iter().chain(SILENT) {
            walk.addresses(&mut known).await;
            walk.look(&mut known).await;
            let (is_silent, mut tries) = (SILENT.contains(&deed), 0);
            loop {
                let done = walk.happen(deed, round).await;
                let changed = if done { walk.look(&mut known).await } else { 0 };
                assert!(changed == 0 || !is_silent, "{deed} changed {changed} pages");
                if changed > 0 || done && is_silent {
                    break;
                }
                tries += 1;
                assert!(tries < TRIES, "{deed} changed no page in round {round}");
            }
        }
    }
}
