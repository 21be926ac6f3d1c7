//! The users and groups of the matrix.

use domain::messages::Target;
use std::net::Ipv4Addr;

use domain::groups::invitations::LinkForm;
use domain::groups::{self, GroupForm, invitations, members, requests};
use domain::model::{Grounds, Group, GroupKind, LogAction, MessageId, Role, RuleAction, RuleKind, TopicId, UserId};
use domain::moderation::bulk_delete::Span;
use domain::moderation::rules::RuleForm;
use domain::moderation::{bulk_delete, reports, rules};
use domain::people::sessions;
use domain::people::sessions::Origin;
use domain::platform::secrets;
use domain::platform::validate::Draft;
use domain::policy::Viewer;
use domain::testing::{TestForum, draft};
use domain::{messages, topics};

use super::actors::{ACTORS, Actor};
use super::states::{ABSENT, Scene, Scope, State};

/// All users, and the scenes that nothing has changed yet.
pub struct World {
    people: Vec<(Actor, Viewer)>,
    /// The users that actions apply to: a member, a banned user, an invited one, one who asked to join, an outsider.
    pub target: Viewer,
    pub outcast: Viewer,
    pub guest: Viewer,
    pub asker: Viewer,
    pub friend: Viewer,
    /// The creator of the groups.
    pub maker: Viewer,
    scenes: Vec<(State, Scope, Scene)>,
    /// Number of scenes created.
    pub made: usize,
    suspended: Option<String>,
    /// The sessions and API tokens that nothing has ended yet.
    sessions: Vec<(Actor, String)>,
    tokens: Vec<(Actor, String)>,
}

pub fn id(who: Viewer) -> UserId {
    who.id().expect("an account")
}

pub fn origin() -> Origin {
    Origin::new(Ipv4Addr::LOCALHOST, "")
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
            sessions: Vec::new(),
            tokens: Vec::new(),
        };
        domain::people::ignores::set(&forum.cx, maker, "ignoredx", true).await.expect("ignored");
        assert!(ignored.id().is_some());
        let suspended = sessions::open(&forum.cx, id(world.who(Actor::Suspended)), &origin()).await.expect("a session");
        forum.execute("update users set banned_at = created_at where username = 'suspendedx'").await;
        forum.execute("update users set waiting_since = created_at where username = 'waitingx'").await;
        Self { suspended: Some(suspended), ..world }
    }

    pub fn who(&self, actor: Actor) -> Viewer {
        self.people.iter().find(|(known, _)| *known == actor).expect("everybody is there").1
    }

    /// Returns the session of a user: for the suspended one, that from before.
    pub async fn session(&mut self, forum: &TestForum, actor: Actor) -> String {
        if let Some(session) = self.suspended.clone().filter(|_| actor == Actor::Suspended) {
            return session;
        }
        if let Some((_, session)) = self.sessions.iter().find(|(known, _)| *known == actor) {
            return session.clone();
        }
        let session = sessions::open(&forum.cx, id(self.who(actor)), &origin()).await.expect("a session");
        self.sessions.push((actor, session.clone()));
        session
    }

    /// Returns the `Authorization` header of a user: the name and a token that may do everything.
    pub async fn authorization(&mut self, forum: &TestForum, actor: Actor) -> String {
        use domain::store::people::api_tokens::{NewToken, insert};
        if let Some((_, header)) = self.tokens.iter().find(|(known, _)| *known == actor) {
            return header.clone();
        }
        let (user, name) = (id(self.who(actor)), self.name(actor));
        let token = format!("{}{}", domain::people::api_tokens::PREFIX, &secrets::token().expect("randomness")[..48]);
        let digest = secrets::digest(&token);
        let new = NewToken {
            user,
            name: "matrix",
            digest: &digest,
            scopes: "read,write,moderate,admin",
            groups: None,
            expires_at: None,
        };
        let mut tx = forum.cx.db.begin().await.expect("a transaction");
        insert(&mut tx, new, forum.cx.now()).await.expect("a token");
        tx.commit().await.expect("a commit");
        let header = crate::convore::basic(&name, &token);
        self.tokens.push((actor, header.clone()));
        header
    }

    fn name(&self, actor: Actor) -> String {
        match actor {
            Actor::SiteAdmin => "boss".to_owned(),
            other => format!("{}x", other.name()),
        }
    }

    /// Returns the scene of a state; creates a new one if the last was changed.
    pub async fn scene(&mut self, forum: &TestForum, state: State, scope: Scope) -> Scene {
        let fits = |(known, has, _): &&(State, Scope, Scene)| *known == state && *has >= scope;
        if let Some((_, _, scene)) = self.scenes.iter().find(fits) {
            return scene.clone();
        }
        let scene = self.stage(forum, state, scope).await;
        self.scenes.push((state, scope, scene.clone()));
        scene
    }

    /// Drops the scenes of a state, since a request may have changed them, and deletes their groups: thousands of groups in
    /// the sidebar would slow all requests down.
    pub async fn strike(&mut self, forum: &TestForum, state: State) {
        for (_, _, scene) in self.scenes.extract_if(.., |(known, _, _)| *known == state) {
            // The request may have done so.
            let _ = groups::delete(&forum.cx, self.maker, scene.group.id, &scene.group.name).await;
        }
    }

    /// Opens new sessions and makes new tokens from now on, since a request may have ended them.
    pub fn forget_sessions(&mut self) {
        self.sessions.clear();
        self.tokens.clear();
    }

    pub async fn stage(&mut self, forum: &TestForum, state: State, scope: Scope) -> Scene {
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
        let outcasts = [self.who(Actor::Banned), self.outcast];
        for who in outcasts.into_iter().take(if scope == Scope::Whole { 2 } else { 1 }) {
            groups::admit(cx, group.id, id(who), Role::Member).await.expect("admitted");
            members::ban(cx, maker, group.id, id(who), "because").await.expect("banned");
        }
        // The user confirms the notices.
        forum.execute("update notices set read_at = created_at where kind = 'ban'").await;
        // After they joined: what was there before counts as read.
        forum.pass(std::time::Duration::from_millis(1));
        let target = Target::NewTopic { group: group.id, title: "A topic" };
        let posted = messages::submit_with(cx, maker, target, draft("Hello"), Some(poll())).await.expect("a topic");
        let mut scene = Scene {
            topic: posted.topic.0,
            topic_slug: posted.topic_slug,
            message: posted.id.0,
            ..Scene::absent(group.clone())
        };
        if scope == Scope::Whole && !matches!(state, State::Absent) {
            self.complete(forum, &group, posted.topic, &mut scene).await;
        }
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
                let slug = "never-was".to_owned();
                return Scene::absent(Group { id: domain::model::GroupId(ABSENT), slug, ..group });
            }
            State::Public | State::Closed | State::Private | State::Direct => {}
        }
        scene
    }

    /// Adds everything that moderators and invited people see.
    async fn complete(&self, forum: &TestForum, group: &Group, topic: TopicId, scene: &mut Scene) {
        let (cx, maker) = (&forum.cx, self.maker);
        invitations::invite(cx, maker, group.id, "guest").await.expect("invited");
        let form = LinkForm { role: Some(Role::Member), uses: 100, days: 3 };
        scene.token = invitations::make_link(cx, maker, group.id, form).await.expect("a link");
        let shown = invitations::list(cx, maker, group.id).await.expect("the links");
        scene.invitation = shown.links[0].id.0;
        if group.kind == GroupKind::Closed {
            requests::ask(cx, self.asker, group.id, "please").await.expect("asked");
        }
        scene.report = self.report(forum, MessageId(scene.message)).await;
        scene.rule = self.rule(forum, group).await;
        scene.held = self.hold(forum, group, topic).await;
        (scene.removal, scene.entry) = self.keep_order(forum, group.id, topic).await;
        scene.warning = self.warn(forum, group.id).await;
    }

    /// Lets a member report a message.
    async fn report(&self, forum: &TestForum, message: MessageId) -> i64 {
        let cx = &forum.cx;
        reports::create(cx, self.target, message, Some(Grounds::Spam), "").await.expect("reported");
        // The report just created is the newest.
        let newest = domain::store::moderation::reports::newest(&cx.db).await.expect("an answer");
        newest.expect("the report").0
    }

    /// Creates a rule that is switched off.
    async fn rule(&self, forum: &TestForum, group: &Group) -> i64 {
        let form = RuleForm {
            name: "A rule".into(),
            kind: Some(RuleKind::Words),
            body: "plums".into(),
            in_text: true,
            new_days: Some(0),
            new_messages: Some(0),
            action: Some(RuleAction::Refuse),
            ..RuleForm::default()
        };
        rules::create(&forum.cx, self.maker, Some(group.id), form).await.expect("a rule").0
    }

    /// Creates a pending message of a member.
    async fn hold(&self, forum: &TestForum, group: &Group, topic: TopicId) -> i64 {
        let cx = &forum.cx;
        let form = |first_held| GroupForm { first_held, ..GroupForm::new(&group.name, group.kind) };
        groups::update(cx, self.maker, group.id, form(1)).await.expect("changed");
        let who = self.who(Actor::Member);
        messages::submit(cx, who, Target::Topic(topic), draft("Wait for me")).await.expect_err("it waits");
        groups::update(cx, self.maker, group.id, form(0)).await.expect("changed back");
        let newest = domain::store::moderation::approval_queue::newest(&cx.db).await.expect("an answer");
        newest.expect("what waits").0
    }

    /// Warns a member.
    async fn warn(&self, forum: &TestForum, group: domain::model::GroupId) -> i64 {
        let cx = &forum.cx;
        domain::moderation::warnings::warn_in_group(cx, self.maker, group, id(self.target), "because")
            .await
            .expect("warned");
        let warnings = domain::store::moderation::warnings::warnings(&cx.db, id(self.target), Some(group), 1).await;
        warnings.expect("the warnings")[0].id.0
    }

    /// Bulk-deletes some messages of a user; the rest stays. Returns ids of the bulk delete and of its log row.
    async fn keep_order(
        &self,
        forum: &TestForum,
        group: domain::model::GroupId,
        topic: domain::model::TopicId,
    ) -> (i64, i64) {
        let cx = &forum.cx;
        messages::submit(cx, self.target, Target::Topic(topic), draft("Gone")).await.expect("posted");
        bulk_delete::clear_group(cx, self.maker, group, id(self.target), Span::All, "because", false)
            .await
            .expect("begun");
        assert_eq!(forum.run_jobs(1).await, Vec::<String>::new());
        messages::submit(cx, self.target, Target::Topic(topic), draft("Stays")).await.expect("posted");
        let target = self.target.id().expect("an account");
        let removal =
            domain::store::moderation::bulk_delete::of_user(&cx.db, target, Some(group), 1).await.expect("the removal");
        let (_, page) = domain::moderation::log::of_group(cx, self.maker, group, None, None).await.expect("the log");
        let cleared = page.lines.iter().find(|line| line.what == LogAction::PersonCleared).expect("its row");
        (removal[0].id.0, cleared.id.0)
    }

    async fn converse(&self, forum: &TestForum) -> Scene {
        let cx = &forum.cx;
        let to = "memberx moderatorx adminx target";
        // The other participants left the last one, so each call creates a new conversation.
        let title = format!("Topic {}", self.made);
        let target = Target::Conversation { to, title: &title };
        let posted = messages::submit_with(cx, self.maker, target, draft("Hello"), Some(poll())).await.expect("begun");
        let found = groups::by_id(cx, self.maker, posted.group).await.expect("the conversation");
        for actor in [Actor::Ignored, Actor::Suspended] {
            groups::admit(cx, posted.group, id(self.who(actor)), Role::Member).await.expect("admitted");
        }
        Scene {
            topic: posted.topic.0,
            topic_slug: posted.topic_slug,
            message: posted.id.0,
            report: self.report(forum, posted.id).await,
            ..Scene::absent(found.group)
        }
    }
}

/// The poll on the message of a scene.
fn poll() -> messages::NewAttachment {
    let data = serde_json::json!({"question": "Which?", "options": ["One", "Two"]});
    messages::NewAttachment { kind: "poll".to_owned(), version: None, data }
}

/// Returns a message with an idempotency key of its own.
pub fn keyed(text: &str) -> Draft {
    Draft { key: secrets::token().ok(), ..draft(text) }
}
