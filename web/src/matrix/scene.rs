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

/// An id that does not exist.
pub const ABSENT: i64 = 987_654_321;

/// Who makes the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    Anonymous,
    Outsider,
    /// A member of every group, suspended from the site since signing in.
    Suspended,
    /// The account waits for approval by an admin of the site.
    Waiting,
    /// Banned from the group.
    Banned,
    Member,
    /// A member who is ignored by the author of everything.
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

/// The state of the group that a route is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Public,
    Closed,
    Private,
    /// A closed group that is archived.
    Archived,
    Direct,
    /// A public group whose topic and message were deleted.
    Gone,
    /// The group was deleted.
    Deleted,
    /// The group never existed.
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

/// A group and the ids that routes need.
#[derive(Clone, Debug)]
pub struct Scene {
    pub group: Group,
    pub topic: i64,
    pub topic_slug: String,
    pub message: i64,
    pub report: i64,
    pub rule: i64,
    /// A member's pending message.
    pub held: i64,
    pub invitation: i64,
    /// A bulk delete of a member's messages.
    pub removal: i64,
    /// A warning of that member.
    pub warning: i64,
    /// A row of the moderation log that names a user.
    pub entry: i64,
    pub token: String,
}

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
    scenes: Vec<(State, Scene)>,
    /// Number of scenes created.
    pub made: usize,
    suspended: Option<String>,
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

    /// Returns the session that the suspended user had before.
    pub fn suspended(&self, actor: Actor) -> Option<String> {
        self.suspended.clone().filter(|_| actor == Actor::Suspended)
    }

    /// Returns the `Authorization` header of a user: the name and a token that may do everything.
    pub async fn authorization(&self, forum: &TestForum, actor: Actor) -> String {
        use domain::store::people::api_tokens::{NewToken, insert};
        let (user, name) = (id(self.who(actor)), self.name(actor));
        let token = format!("{}{}", domain::people::api_tokens::PREFIX, secrets::token().expect("randomness"));
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
        crate::convore::basic(&name, &token)
    }

    fn name(&self, actor: Actor) -> String {
        match actor {
            Actor::SiteAdmin => "boss".to_owned(),
            other => format!("{}x", other.name()),
        }
    }

    /// Returns the scene of a state; creates a new one if the last was changed.
    pub async fn scene(&mut self, forum: &TestForum, state: State) -> Scene {
        if let Some((_, scene)) = self.scenes.iter().find(|(known, _)| *known == state) {
            return scene.clone();
        }
        let scene = self.stage(forum, state).await;
        self.scenes.push((state, scene.clone()));
        scene
    }

    /// Drops the scene of a state, since a request may have changed it, and deletes its group: thousands of groups in the
    /// sidebar would slow all requests down.
    pub async fn strike(&mut self, forum: &TestForum, state: State) {
        for (_, scene) in self.scenes.extract_if(.., |(known, _)| *known == state) {
            // The request may have done so.
            let _ = groups::delete(&forum.cx, self.maker, scene.group.id, &scene.group.name).await;
        }
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
            groups::admit(cx, group.id, id(who), Role::Member).await.expect("admitted");
            members::ban(cx, maker, group.id, id(who), "because").await.expect("banned");
        }
        // The user confirms the notices.
        forum.execute("update notices set read_at = created_at where kind = 'ban'").await;
        invitations::invite(cx, maker, group.id, "guest").await.expect("invited");
        let form = LinkForm { role: Some(Role::Member), uses: 100, days: 3 };
        let token = invitations::make_link(cx, maker, group.id, form).await.expect("a link");
        let shown = invitations::list(cx, maker, group.id).await.expect("the links");
        let invitation = shown.links[0].id.0;
        if kind == GroupKind::Closed {
            requests::ask(cx, self.asker, group.id, "please").await.expect("asked");
        }
        // After they joined: what was there before counts as read.
        forum.pass(std::time::Duration::from_millis(1));
        let posted =
            messages::submit(cx, maker, Target::NewTopic { group: group.id, title: "A topic" }, draft("Hello"))
                .await
                .expect("a topic");
        let report = self.report(forum, posted.id).await;
        let (rule, held) = (self.rule(forum, &group).await, self.hold(forum, &group, posted.topic).await);
        let (removal, entry) = self.keep_order(forum, group.id, posted.topic).await;
        let warning = self.warn(forum, group.id).await;
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
            warning,
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
                let slug = "never-was".to_owned();
                let group = Group { id: domain::model::GroupId(ABSENT), slug: slug.clone(), ..group };
                let (topic_slug, token) = (slug, "0".repeat(32));
                return Scene {
                    group,
                    topic: ABSENT,
                    topic_slug,
                    message: ABSENT,
                    report: ABSENT,
                    rule: ABSENT,
                    held: ABSENT,
                    invitation: ABSENT,
                    removal: ABSENT,
                    warning: ABSENT,
                    entry: ABSENT,
                    token,
                };
            }
            State::Public | State::Closed | State::Private | State::Direct => {}
        }
        scene
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
        let posted = messages::submit(
            cx,
            self.maker,
            Target::Conversation { to, title: &format!("Topic {}", self.made) },
            draft("Hello"),
        )
        .await
        .expect("begun");
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
            warning: ABSENT,
            entry: ABSENT,
            token: "0".repeat(32),
        }
    }
}

/// Returns a message with an idempotency key of its own.
pub fn keyed(text: &str) -> Draft {
    Draft { key: secrets::token().ok(), ..draft(text) }
}
