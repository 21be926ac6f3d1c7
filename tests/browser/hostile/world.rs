//! The forum for the hostile inputs, and its users.

use std::sync::Mutex;

use super::corpus::few;
use super::harmless;
use crate::support::{Forum, PASSWORD, Place, Visitor, admin_of, group_of, newcomer, topic_in};

/// A user who fills in a form or looks at a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Root,
    Moderator,
    /// A member of the public group and of a conversation.
    Member,
    /// A member of no group; asks to join one.
    Outsider,
    /// A member of no group; follows an invitation link.
    Stray,
    /// The user whom others warn, ban and so on.
    Target,
    Stranger,
    /// A new user, whose messages are held for approval, declined and deleted.
    Held,
}

pub const READERS: [Who; 7] =
    [Who::Root, Who::Moderator, Who::Member, Who::Target, Who::Outsider, Who::Held, Who::Stranger];

impl Who {
    /// Returns the username; `None` for strangers.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Root => Some("root-admin"),
            Self::Moderator => Some("marta"),
            Self::Member => Some("mia"),
            Self::Outsider => Some("otto"),
            Self::Stray => Some("stig"),
            Self::Target => Some("target"),
            Self::Held => Some("hana"),
            Self::Stranger => None,
        }
    }
}

/// The forum, and everything that paths name in it.
pub struct World {
    people: Vec<(Who, Visitor)>,
    pub garden: Place,
    pub plums: Place,
    /// A topic whose message is edited and reported; its title changes too.
    pears: Place,
    /// A topic that is split again and again.
    rows: Place,
    row: Mutex<String>,
    /// A topic in a group that holds first messages for approval.
    steps: Place,
    ids: Vec<(&'static str, String)>,
}

impl World {
    pub async fn make(forum: &mut Forum) -> Self {
        let root = admin_of(forum).await;
        let mut people = vec![(Who::Root, root), (Who::Stranger, forum.visitor())];
        for who in [Who::Moderator, Who::Member, Who::Target, Who::Outsider, Who::Stray, Who::Held] {
            people.push((who, newcomer(forum, who.name().expect("a name")).await));
        }
        let of = |who: Who| people.iter().find(|(known, _)| *known == who).expect("everybody").1.clone();
        let moderator = of(Who::Moderator);
        let garden = group_of(&moderator, "Garden", "public").await;
        let choir = group_of(&moderator, "Choir", "closed").await;
        let plums = topic_in(&moderator, &garden, "Plums", "First").await;
        let pears = topic_in(&moderator, &garden, "Pears", "Second").await;
        let message = moderator.get(&pears.path).await.message("Second");
        let form = moderator.get(&pears.path).await.expect(200).form("/messages").with("text", "Fifth");
        let form = form.with("question", "Which?").with("options", "One\nTwo");
        let poll = moderator.submit(&form).await.expect(200).message("Fifth");
        let rows = topic_in(&moderator, &garden, "Rows", "Third").await;
        for who in [Who::Member, Who::Target] {
            of(who).join(&garden).await;
        }
        let porch = group_of(&moderator, "Porch", "public").await;
        let form = moderator.get(&format!("/-/groups/{}/edit", porch.id)).await.expect(200).form("/edit");
        moderator.submit(&form.with("first_held", "1")).await.expect(200);
        let steps = topic_in(&moderator, &porch, "Steps", "Come in").await;
        let hana = of(Who::Held);
        hana.join(&porch).await;
        hana.join(&garden).await;
        let said = hana.post(&plums, "Fourth").await.message("Fourth");
        let waiting = newcomer(forum, "waiting").await;
        let form = waiting.get(&choir.path).await.expect(200).form("/ask");
        waiting.submit(&form.with("message", "Please")).await.expect(200);
        let form = moderator.get(&format!("/-/groups/{}/rules/new", garden.id)).await.expect(200).form("/rules");
        let form = form.with("name", "Words").with("kind", "words").with("body", "plainlyforbidden");
        let form = form.with("in_text", "yes").with("effect", "refuse").with("explanation", &few()[1]);
        let rule = moderator.submit(&form).await.expect(200);
        let rule = moderator.submit(&rule.form("/switch").with("on", "yes")).await.expect(200);
        let form = of(Who::Member).get("/-/direct/new").await.form("/-/direct");
        let direct = of(Who::Member).submit(&form.with("to", "marta").with("text", "Hello")).await.expect(200);
        let direct = direct.form("/leave").action.split('/').nth(3).expect("its id").to_owned();
        let invitations = moderator.get(&format!("/-/groups/{}/invitations", choir.id)).await.form("/invitations");
        let made =
            moderator.submit(&invitations.with("role", "").with("uses", "400").with("days", "3")).await.expect(200);
        let (_, link) = made.html.split_once("aria-label=\"Invite link\" value=\"").expect("a link");
        let link = link.split('"').next().expect("a link").strip_prefix(&forum.base).expect("of this site").to_owned();
        let account = async |name: &str| {
            let found = of(Who::Root).get(&format!("/admin/people?q={name}")).await;
            let link = found.links().into_iter().find(|link| link.starts_with("/admin/people/")).expect("an account");
            link.rsplit('/').next().expect("an id").to_owned()
        };
        let path = format!("/-/groups/{}/webhooks", garden.id);
        let form = moderator.get(&path).await.expect(200).form("/bots").with("username", "garden-bot");
        let page = moderator.submit(&form).await.expect(200);
        let bot = page.links().into_iter().find_map(|link| Some(link.strip_prefix("/-/bots/")?.to_owned()));
        let ids = vec![
            ("{bot}", bot.expect("its page")),
            ("{public}", garden.id.clone()),
            ("{closed}", choir.id.clone()),
            ("{porch}", porch.id.clone()),
            ("{topic}", pears.id.clone()),
            ("{rows}", rows.id.clone()),
            ("{message}", message),
            ("{poll}", poll),
            ("{said}", said),
            ("{direct}", direct),
            ("{link}", link),
            ("{rule}", rule.path.split(['/', '?']).nth(3).expect("its id").to_owned()),
            ("{target}", account("target").await),
            ("{outsider}", account("otto").await),
        ];
        let world = Self { people, garden, plums, pears, rows, row: Mutex::default(), steps, ids };
        for action in ["/-/topics/{}/split", "/-/groups/{}/held", "/-/groups/{}/members/{}/clear"] {
            world.undo(action).await;
        }
        let form = world.who(Who::Member).get(&world.plums.path).await.expect(200).form("/messages");
        let refused = world.who(Who::Member).send(&form.with("text", "plainlyforbidden")).await.expect(422);
        harmless::page("what a rule answers", &refused.html);
        world
    }

    pub fn who(&self, who: Who) -> &Visitor {
        &self.people.iter().find(|(known, _)| *known == who).expect("everybody is there").1
    }

    pub fn path(&self, at: &str) -> String {
        let at = at.replace("{row}", &self.row.lock().expect("no panic"));
        self.ids.iter().fold(at, |path, (name, id)| path.replace(name, id))
    }

    /// Undoes what keeps a form from being filled in again.
    pub async fn undo(&self, action: &str) {
        match action {
            "/-/groups/{}/members/{}/ban" | "/admin/people/{}/bar" => self.free().await,
            // Posts something to remove again.
            "/-/groups/{}/members/{}/clear" | "/admin/people/{}/clear" => {
                self.free().await;
                self.who(Who::Target).post(&self.pears, "Once more").await;
            }
            // The line about the split stays with the message.
            "/-/topics/{}/split" => {
                let page = self.who(Who::Moderator).post(&self.rows, "Next").await;
                *self.row.lock().expect("no panic") = page.message("Next");
            }
            "/-/groups/{}/held" | "/admin/held" => {
                let hana = self.who(Who::Held);
                let form = hana.get(&self.steps.path).await.expect(200).form("/messages");
                hana.send(&form.with("text", &few()[1])).await;
            }
            "/-/reports/{}" => {
                let form = self.who(Who::Member).get(&self.path("/-/messages/{said}/report")).await.expect(200);
                self.who(Who::Member).submit(&form.form("/report").with("grounds", "spam")).await.expect(200);
            }
            "/-/messages/{}/delete" => {
                let deleted = self.who(Who::Moderator).get(&self.path("/-/messages/{said}/history")).await.expect(200);
                self.who(Who::Moderator).submit(&deleted.form("/restore")).await.expect(200);
            }
            "/-/groups/{}/ask" => self.withdraw(Who::Outsider).await,
            "/-/invite/{}" => self.withdraw(Who::Stray).await,
            _ => {}
        }
    }

    /// Lifts bans and suspensions of the target user, who then joins the garden again.
    async fn free(&self) {
        let (root, moderator) = (self.who(Who::Root), self.who(Who::Moderator));
        let account = root.get(&self.path("/admin/people/{target}")).await.expect(200);
        if account.html.contains("value=\"lift\"") {
            root.submit(&account.form("/bar").with("what", "lift")).await.expect(200);
            let form = self.who(Who::Target).get("/-/sign-in").await.expect(200).form("/-/sign-in");
            let form = form.with("username", "target").with("password", PASSWORD);
            self.who(Who::Target).submit(&form).await.expect(200);
        }
        let bans = moderator.get(&self.path("/-/groups/{public}/bans")).await.expect(200);
        if bans.has_form("/lift") {
            moderator.submit(&bans.form("/lift")).await.expect(200);
        }
        let garden = self.who(Who::Target).get(&self.garden.path).await.expect(200);
        if garden.has_form("/join") {
            self.who(Who::Target).submit(&garden.form("/join")).await.expect(200);
        }
    }

    async fn withdraw(&self, who: Who) {
        let asked = self.who(who).get("/-/invitations").await.expect(200);
        self.who(who).submit(&asked.form("/ask/withdraw")).await.expect(200);
    }
}
