//! The people, groups and requests of the matrix.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::dev::ServiceResponse;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;
use actix_web::{App, middleware};
use domain::audit::Draft;
use domain::audit_log::LogDeed;
use domain::groups::{self, GroupForm};
use domain::invitations::{self, LinkForm};
use domain::model::{Grounds, Group, GroupKind, MessageId, Role, RuleDeed, RuleKind, TopicId, UserId};
use domain::policy::Viewer;
use domain::removals::{self, Span};
use domain::rules::{self, RuleForm};
use domain::sessions::{self, Origin};
use domain::testing::{TestForum, draft};
use domain::{directs, members, messages, reports, requests, secrets, topics};

use crate::routes::{Entry, configure};
use crate::{Config, Site, failure};

/// Nothing has this id.
pub const ABSENT: i64 = 987_654_321;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    Anonymous,
    Outsider,
    /// A member of everything, suspended from the site since they signed in.
    Suspended,
    /// Their account waits for an admin of the site.
    Waiting,
    /// Banned from the group.
    Banned,
    Member,
    /// A member whom the author of everything ignores.
    Ignored,
    Moderator,
    Admin,
    SiteAdmin,
}

pub const ACTORS: [Actor; 10] = [
    Actor::Anonymous,
    Actor::Outsider,
    Actor::Suspended,
    Actor::Waiting,
    Actor::Banned,
    Actor::Member,
    Actor::Ignored,
    Actor::Moderator,
    Actor::Admin,
    Actor::SiteAdmin,
];

impl Actor {
    pub fn name(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Outsider => "outsider",
            Self::Suspended => "suspended",
            Self::Waiting => "waiting",
            Self::Banned => "banned",
            Self::Member => "member",
            Self::Ignored => "ignored",
            Self::Moderator => "moderator",
            Self::Admin => "admin",
            Self::SiteAdmin => "siteadmin",
        }
    }
}

/// What the group is that a route is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Public,
    Closed,
    Private,
    /// A closed group whose content stays as it is.
    Archived,
    Direct,
    /// The topic and its message were deleted, in a public group.
    Gone,
    /// The group was deleted.
    Deleted,
    /// There never was one.
    Absent,
}

pub const STATES: [State; 8] = [
    State::Public,
    State::Closed,
    State::Private,
    State::Archived,
    State::Direct,
    State::Gone,
    State::Deleted,
    State::Absent,
];

impl State {
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Closed => "closed",
            Self::Private => "private",
            Self::Archived => "archived",
            Self::Direct => "direct",
            Self::Gone => "gone",
            Self::Deleted => "deleted",
            Self::Absent => "absent",
        }
    }
}

/// Whether a route is about a group, or something in one.
pub fn is_in_group(path: &str) -> bool {
    [
        "/-/groups/{id}/",
        "/-/topics/{id}/",
        "/-/messages/{id}",
        "/-/reports/{id}",
        "/-/rules/{id}",
        "/-/held/{id}",
        "/-/log/{entry}/",
        "/-/direct/{id}/",
        "/-/invite/{token}",
        "/{group}/",
    ]
    .iter()
    .any(|begins| path.starts_with(begins))
}

/// A group with what routes name in it.
#[derive(Clone, Debug)]
pub struct Scene {
    pub group: Group,
    pub topic: i64,
    pub topic_slug: String,
    pub message: i64,
    pub report: i64,
    pub rule: i64,
    /// A member's message that waits for approval.
    pub held: i64,
    pub invitation: i64,
    /// What a member wrote was removed.
    pub removal: i64,
    /// A row of the log that tells of somebody.
    pub entry: i64,
    pub token: String,
}

/// Everybody, and the scenes as long as nothing changed them.
pub struct World {
    people: Vec<(Actor, Viewer)>,
    /// Whom things are done to: a member, somebody banned, invited, asking, and one who is none of these.
    pub target: Viewer,
    pub outcast: Viewer,
    pub guest: Viewer,
    pub asker: Viewer,
    pub friend: Viewer,
    /// Who made the groups.
    pub maker: Viewer,
    scenes: Vec<(State, Scene)>,
    made: usize,
    suspended: Option<String>,
}

fn id(who: Viewer) -> UserId {
    who.id().expect("an account")
}

fn origin() -> Origin {
    Origin { address: IpAddr::V4(Ipv4Addr::LOCALHOST), agent: String::new() }
}

impl World {
    pub async fn make(forum: &TestForum) -> Self {
        let mut people = Vec::new();
        for actor in ACTORS {
            match actor {
                Actor::Anonymous => people.push((actor, Viewer::Anonymous)),
                Actor::SiteAdmin => people.push((actor, forum.site_admin("boss").await)),
                _ => people.push((actor, forum.person(&format!("{}x", actor.name())).await)),
            }
        }
        let maker = forum.person("maker").await;
        let ignored = people.iter().find(|(actor, _)| *actor == Actor::Ignored).expect("somebody").1;
        let world = Self {
            target: forum.person("target").await,
            outcast: forum.person("outcast").await,
            guest: forum.person("guest").await,
            asker: forum.person("asker").await,
            friend: forum.person("friend").await,
            maker,
            people,
            scenes: Vec::new(),
            made: 0,
            suspended: None,
        };
        domain::ignores::set(&forum.cx, maker, "ignoredx", true).await.expect("ignored");
        assert!(ignored.id().is_some());
        let suspended = sessions::open(&forum.cx, id(world.who(Actor::Suspended)), &origin()).await.expect("a session");
        forum.execute("update users set banned_at = created_at where username = 'suspendedx'").await;
        forum.execute("update users set waiting_since = created_at where username = 'waitingx'").await;
        Self { suspended: Some(suspended), ..world }
    }

    pub fn who(&self, actor: Actor) -> Viewer {
        self.people.iter().find(|(known, _)| *known == actor).expect("everybody is there").1
    }

    /// The scene of a state, made anew when what was there changed.
    pub async fn scene(&mut self, forum: &TestForum, state: State) -> Scene {
        if let Some((_, scene)) = self.scenes.iter().find(|(known, _)| *known == state) {
            return scene.clone();
        }
        let scene = self.stage(forum, state).await;
        self.scenes.push((state, scene.clone()));
        scene
    }

    /// Something may have changed it.
    pub fn strike(&mut self, state: State) {
        self.scenes.retain(|(known, _)| *known != state);
    }

    pub async fn stage(&mut self, forum: &TestForum, state: State) -> Scene {
        self.made += 1;
        if state == State::Direct {
            return self.converse(forum).await;
        }
        let cx = &forum.cx;
        let maker = self.maker;
        let kind = match state {
            State::Public | State::Gone => GroupKind::Public,
            State::Closed | State::Archived => GroupKind::Closed,
            State::Private | State::Deleted | State::Absent => GroupKind::Private,
            State::Direct => GroupKind::Direct,
        };
        let group =
            groups::create(cx, maker, GroupForm::new(format!("Group {}", self.made), kind)).await.expect("a group");
        for (actor, role) in [
            (Actor::Member, Role::Member),
            (Actor::Ignored, Role::Member),
            (Actor::Suspended, Role::Member),
            (Actor::Moderator, Role::Moderator),
            (Actor::Admin, Role::Admin),
        ] {
            groups::admit(cx, group.id, id(self.who(actor)), role).await.expect("admitted");
        }
        groups::admit(cx, group.id, id(self.target), Role::Member).await.expect("admitted");
        for who in [self.who(Actor::Banned), self.outcast] {
            members::ban(cx, maker, group.id, id(who), "because").await.expect("banned");
        }
        invitations::invite(cx, maker, group.id, "guest").await.expect("invited");
        let form = LinkForm { role: Some(Role::Member), uses: 100, days: 3 };
        let token = invitations::make_link(cx, maker, group.id, form).await.expect("a link");
        let shown = invitations::list(cx, maker, group.id).await.expect("the links");
        let invitation = shown.links[0].id.0;
        if kind == GroupKind::Closed {
            requests::ask(cx, self.asker, group.id, "please").await.expect("asked");
        }
        let posted = topics::start(cx, maker, group.id, "A topic", draft("Hello")).await.expect("a topic");
        let report = self.report(forum, posted.id).await;
        let (rule, held) = (self.rule(forum, &group).await, self.hold(forum, &group, posted.topic).await);
        let (removal, entry) = self.keep_order(forum, group.id, posted.topic).await;
        let scene = Scene {
            group: group.clone(),
            topic: posted.topic.0,
            topic_slug: posted.topic_slug,
            message: posted.id.0,
            report,
            rule,
            held,
            invitation,
            removal,
            entry,
            token,
        };
        match state {
            State::Gone => {
                messages::delete(cx, maker, posted.id).await.expect("deleted");
                topics::delete(cx, maker, posted.topic).await.expect("deleted");
            }
            State::Archived => {
                groups::archive(cx, maker, group.id, true).await.expect("archived");
            }
            State::Deleted => groups::delete(cx, maker, group.id, &group.name).await.expect("deleted"),
            State::Absent => {
                groups::delete(cx, maker, group.id, &group.name).await.expect("deleted");
                let (topic, message, invitation) = (ABSENT, ABSENT, ABSENT);
                let (report, rule, held) = (ABSENT, ABSENT, ABSENT);
                let slug = "never-was".to_owned();
                let group = Group { id: domain::model::GroupId(ABSENT), slug: slug.clone(), ..group };
                let (topic_slug, token) = (slug, "0".repeat(32));
                let (removal, entry) = (ABSENT, ABSENT);
                return Scene {
                    group,
                    topic,
                    topic_slug,
                    message,
                    report,
                    rule,
                    held,
                    invitation,
                    removal,
                    entry,
                    token,
                };
            }
            State::Public | State::Closed | State::Private | State::Direct => {}
        }
        scene
    }

    /// A member reports a message.
    async fn report(&self, forum: &TestForum, message: MessageId) -> i64 {
        let cx = &forum.cx;
        reports::create(cx, self.target, message, Some(Grounds::Spam), "").await.expect("reported");
        // Of those that were made, it is the newest.
        let newest = domain::store::reports::newest(&cx.db).await.expect("an answer");
        newest.expect("the report").0
    }

    /// A rule that is off.
    async fn rule(&self, forum: &TestForum, group: &Group) -> i64 {
        let form = RuleForm {
            name: "A rule".into(),
            kind: Some(RuleKind::Words),
            body: "plums".into(),
            in_text: true,
            new_days: Some(0),
            new_messages: Some(0),
            deed: Some(RuleDeed::Refuse),
            ..RuleForm::default()
        };
        rules::create(&forum.cx, self.maker, Some(group.id), form).await.expect("a rule").0
    }

    /// A member's message waits for approval.
    async fn hold(&self, forum: &TestForum, group: &Group, topic: TopicId) -> i64 {
        let cx = &forum.cx;
        let form = |first_held| GroupForm { first_held, ..GroupForm::new(&group.name, group.kind) };
        groups::update(cx, self.maker, group.id, form(1)).await.expect("changed");
        let who = self.who(Actor::Member);
        messages::post(cx, who, topic, draft("Wait for me")).await.expect_err("it waits");
        groups::update(cx, self.maker, group.id, form(0)).await.expect("changed back");
        let newest = domain::store::held::newest(&cx.db).await.expect("an answer");
        newest.expect("what waits").0
    }

    /// What somebody wrote is removed, a part of it, and the rest stays.
    async fn keep_order(
        &self,
        forum: &TestForum,
        group: domain::model::GroupId,
        topic: domain::model::TopicId,
    ) -> (i64, i64) {
        let cx = &forum.cx;
        messages::post(cx, self.target, topic, draft("Gone")).await.expect("posted");
        removals::clear_group(cx, self.maker, group, id(self.target), Span::All, "because", false)
            .await
            .expect("begun");
        assert_eq!(forum.run_jobs(1).await, Vec::<String>::new());
        messages::post(cx, self.target, topic, draft("Stays")).await.expect("posted");
        let target = self.target.id().expect("an account");
        let removal = domain::store::removals::of_user(&cx.db, target, Some(group), 1).await.expect("the removal");
        let (_, page) = domain::audit_log::of_group(cx, self.maker, group, None, None).await.expect("the log");
        let cleared = page.lines.iter().find(|line| line.what == LogDeed::PersonCleared).expect("its row");
        (removal[0].id.0, cleared.id.0)
    }

    async fn converse(&self, forum: &TestForum) -> Scene {
        let cx = &forum.cx;
        let to = "memberx moderatorx adminx target";
        // The others that are in it went on: so it is a new one each time.
        let posted =
            directs::start(cx, self.maker, to, &format!("Topic {}", self.made), draft("Hello")).await.expect("begun");
        let found = groups::by_id(cx, self.maker, posted.group).await.expect("the conversation");
        for actor in [Actor::Ignored, Actor::Suspended] {
            groups::admit(cx, posted.group, id(self.who(actor)), Role::Member).await.expect("admitted");
        }
        Scene {
            group: found.group,
            topic: posted.topic.0,
            topic_slug: posted.topic_slug,
            message: posted.id.0,
            report: self.report(forum, posted.id).await,
            rule: ABSENT,
            held: ABSENT,
            invitation: ABSENT,
            removal: ABSENT,
            entry: ABSENT,
            token: "0".repeat(32),
        }
    }
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
    leads_in: bool,
}

impl Answer {
    pub fn word(&self) -> String {
        if self.leads_in { "in".to_owned() } else { self.status.to_string() }
    }
}

type Heard = (u16, Vec<(String, String)>, String);
type Called = Box<dyn Fn(TestRequest) -> std::pin::Pin<Box<dyn Future<Output = Heard>>>>;

/// The pages, as requests reach them.
pub struct Door(Called);

impl Door {
    pub async fn open(forum: &TestForum) -> Self {
        let site = Data::new(Site::new(forum.cx.clone(), Config::default()));
        let app = App::new().app_data(site).wrap(middleware::from_fn(failure::dress)).configure(configure);
        let app = std::rc::Rc::new(init_service(app).await);
        Self(Box::new(move |request| {
            let app = app.clone();
            Box::pin(async move { read(call_service(&*app, request.to_request()).await).await })
        }))
    }

    /// Asks as somebody, with a form that holds whatever any form holds.
    pub async fn knock(
        &self,
        forum: &TestForum,
        world: &mut World,
        entry: &Entry,
        state: State,
        actor: Actor,
    ) -> Answer {
        let scene = world.scene(forum, state).await;
        let path = address(entry.path, &scene, world);
        let fields = fields(&scene, world, entry.path);
        let answer = self.send(forum, world, entry.method, &path, &fields, actor).await;
        if entry.method == "post" && answer.status < 400 {
            world.strike(state);
            // Whatever was done to the people is taken back.
            forum.execute("delete from topic_levels").await;
            forum.execute("delete from ignores where user_id <> (select id from users where username = 'maker')").await;
            forum
                .execute("update users set banned_at = null, suspended_until = null where username <> 'suspendedx'")
                .await;
            forum.execute("update users set direct_from = 'anyone', name = '', bio = '', email = null").await;
        }
        answer
    }

    pub async fn send(
        &self,
        forum: &TestForum,
        world: &World,
        method: &str,
        path: &str,
        fields: &[(&str, String)],
        actor: Actor,
    ) -> Answer {
        let secret = &forum.cx.config.secret;
        let nobody = "f".repeat(64);
        let (cookie, token) = match (actor, world.who(actor).id()) {
            (Actor::Anonymous, _) | (_, None) => (format!("__Host-klatch-form={nobody}"), secret.sign("form", &nobody)),
            (actor, Some(user)) => {
                let session = match (&world.suspended, actor) {
                    (Some(session), Actor::Suspended) => session.clone(),
                    _ => sessions::open(&forum.cx, user, &origin()).await.expect("a session"),
                };
                (format!("__Host-klatch={session}"), secret.sign("form", &secrets::digest(&session)))
            }
        };
        let request = match method {
            "get" => TestRequest::get().uri(path),
            _ => {
                let mut body: Vec<(&str, String)> = fields.to_vec();
                body.push(("csrf", token.clone()));
                TestRequest::post().uri(path).set_form(body)
            }
        };
        let request = request.insert_header(("cookie", cookie));
        let (status, headers, body) = (self.0)(request).await;
        let encoded = templates::search::encoded(path);
        let plain = |text: &str| text.replace(&encoded, "ADDRESS").replace(path, "ADDRESS");
        let leads_in = headers.iter().any(|(name, value)| name == "location" && value.starts_with("/-/sign-in?"));
        let mut headers: Vec<(String, String)> = headers
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "set-cookie" | "date"))
            .map(|(name, value)| (name.clone(), plain(&without_chance(value))))
            .collect();
        headers.sort();
        Answer { status, headers, body: plain(&without_chance(&body)), leads_in }
    }
}

async fn read<B: actix_web::body::MessageBody>(answer: ServiceResponse<B>) -> Heard {
    let status = answer.status().as_u16();
    let text = |value: &actix_web::http::header::HeaderValue| value.to_str().unwrap_or_default().to_owned();
    let headers = answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    let body = read_body(answer).await;
    (status, headers, String::from_utf8_lossy(&body).into_owned())
}

/// Without nonces, tokens, keys and the place in the stream.
fn without_chance(text: &str) -> String {
    let mut clean = text.to_owned();
    for (before, after) in [
        ("nonce=\"", "\""),
        ("'nonce-", "'"),
        ("name=\"csrf\" value=\"", "\""),
        ("name=\"key\" value=\"", "\""),
        ("data-live-after=\"", "\""),
    ] {
        let mut parts = clean.split(before);
        let mut kept = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            kept += before;
            kept += part.split_once(after).map_or("", |(_, rest)| rest);
        }
        clean = kept;
    }
    clean
}

/// The address of a route, with the ids of the scene in it.
pub fn address(path: &str, scene: &Scene, world: &World) -> String {
    let own = if path.starts_with("/-/topics/") {
        scene.topic
    } else if path.starts_with("/-/messages/") {
        scene.message
    } else if path.starts_with("/-/reports/") {
        scene.report
    } else if path.starts_with("/-/rules/") {
        scene.rule
    } else if path.starts_with("/-/held/") {
        scene.held
    } else if path.starts_with("/-/groups/") || path.starts_with("/-/direct/") {
        scene.group.id.0
    } else if path.starts_with("/admin/people/") {
        id(world.friend).0
    } else {
        ABSENT
    };
    let user = if path.contains("/bans/") {
        world.outcast
    } else if path.contains("/invited/") {
        world.guest
    } else {
        world.target
    };
    path.replace("{name:.*}", "klatch.css")
        .replace("{hash}", "0")
        .replace("{id}", &own.to_string())
        .replace("{user}", &id(user).to_string())
        .replace("{invitation}", &scene.invitation.to_string())
        .replace("{removal}", &scene.removal.to_string())
        .replace("{entry}", &scene.entry.to_string())
        .replace("{token}", &scene.token)
        .replace("{name}", "friend")
        .replace("{group}", &scene.group.slug)
        .replace("{topic}", &scene.topic_slug)
}

/// What any form holds, and some fields that none should.
pub fn fields(scene: &Scene, world: &World, path: &str) -> Vec<(&'static str, String)> {
    let key = secrets::token().expect("randomness")[..32].to_owned();
    let name = match path {
        "/-/groups" => format!("Name {key}"),
        _ if path.starts_with("/-/groups/") => scene.group.name.clone(),
        _ => "Name".to_owned(),
    };
    let kind = if scene.group.is_direct() { "public" } else { scene.group.kind.as_str() };
    [
        ("text", "Hello".to_owned()),
        ("title", "Hello".to_owned()),
        ("key", key),
        ("name", name),
        ("kind", if path.contains("rules") { "words".to_owned() } else { kind.to_owned() }),
        ("category", "other".to_owned()),
        ("username", "friend".to_owned()),
        ("password", "a wrong password".to_owned()),
        ("current_password", "a wrong password".to_owned()),
        ("new_password", "another password".to_owned()),
        ("to", "friend".to_owned()),
        ("role", "member".to_owned()),
        ("uses", "3".to_owned()),
        ("days", "3".to_owned()),
        ("reason", "because".to_owned()),
        ("message", "please".to_owned()),
        ("level", "muted".to_owned()),
        ("seq", "1".to_owned()),
        ("upto", if path.contains("mentions") { "1".to_owned() } else { String::new() }),
        (
            "one",
            if path.contains("held") {
                format!("approve:{}", scene.held)
            } else {
                format!("approve:{}", id(world.asker))
            },
        ),
        ("body", "plums".to_owned()),
        ("in_text", "yes".to_owned()),
        ("deed", "refuse".to_owned()),
        ("version", "1".to_owned()),
        ("slow", "0".to_owned()),
        ("first_held", "0".to_owned()),
        ("messages", "5".to_owned()),
        ("links", "2".to_owned()),
        ("archived", "yes".to_owned()),
        ("ignored", "yes".to_owned()),
        ("direct_from", "anyone".to_owned()),
        ("what", "suspend".to_owned()),
        ("mark", "resolved".to_owned()),
        ("on", "yes".to_owned()),
        ("group", scene.group.id.to_string()),
        ("from", scene.message.to_string()),
        ("which", "from".to_owned()),
        ("into", format!("/{}/{}/", scene.group.slug, scene.topic_slug)),
        ("grounds", "spam".to_owned()),
        ("words", "Look".to_owned()),
        ("warning", "because".to_owned()),
        ("span", "all".to_owned()),
        ("hidden", "yes".to_owned()),
        ("verdict", "deleted".to_owned()),
        ("sign_ups", "open".to_owned()),
        ("waiting_since", "1".to_owned()),
        ("author_id", id(world.maker).to_string()),
        ("creator_id", id(world.friend).to_string()),
        ("is_admin", "true".to_owned()),
    ]
    .into()
}

/// A message on its way in with a key of its own.
pub fn keyed(text: &str) -> Draft {
    Draft { key: secrets::token().ok(), ..draft(text) }
}
