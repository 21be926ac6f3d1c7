//! The forum that hostile text is sown into, and those who do it.

use crate::support::{Forum, Place, Visitor, admin_of, group_of, newcomer, topic_in};

/// Who fills something in, or looks at a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// An admin of the site.
    Root,
    /// Who made the groups.
    Keeper,
    /// In the public group, and in a conversation.
    Member,
    /// In no group; asks for one.
    Outsider,
    /// In no group; follows a link.
    Stray,
    /// Not signed in.
    Stranger,
}

/// Those who look at all pages.
pub const READERS: [Who; 5] = [Who::Root, Who::Keeper, Who::Member, Who::Outsider, Who::Stranger];

impl Who {
    /// What they are called; `None` for strangers.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Root => Some("root-admin"),
            Self::Keeper => Some("marta"),
            Self::Member => Some("mia"),
            Self::Outsider => Some("otto"),
            Self::Stray => Some("stig"),
            Self::Stranger => None,
        }
    }
}

/// The forum with what addresses name in it.
pub struct World {
    people: Vec<(Who, Visitor)>,
    /// Whom things are done to.
    pub target: Visitor,
    /// Public.
    pub garden: Place,
    /// A topic in it.
    pub plums: Place,
    ids: Vec<(&'static str, String)>,
}

impl World {
    pub async fn make(forum: &mut Forum) -> Self {
        let root = admin_of(forum).await;
        let mut people = vec![(Who::Root, root), (Who::Stranger, forum.visitor())];
        for who in [Who::Keeper, Who::Member, Who::Outsider, Who::Stray] {
            people.push((who, newcomer(forum, who.name().expect("a name")).await));
        }
        let target = newcomer(forum, "target").await;
        let of = |who: Who| people.iter().find(|(known, _)| *known == who).expect("everybody").1.clone();
        let keeper = of(Who::Keeper);
        let garden = group_of(&keeper, "Garden", "public").await;
        let choir = group_of(&keeper, "Choir", "closed").await;
        let plums = topic_in(&keeper, &garden, "Plums", "First").await;
        // One that is edited and reported; its title changes too.
        let pears = topic_in(&keeper, &garden, "Pears", "Second").await;
        let message = keeper.get(&pears.path).await.message("Second");
        for who in [&of(Who::Member), &target] {
            who.join(&garden).await;
        }
        let form = of(Who::Member).get("/-/direct/new").await.form("/-/direct");
        let direct = of(Who::Member).submit(&form.with("to", "marta").with("text", "Hello")).await.expect(200);
        let direct = direct.form("/leave").action.split('/').nth(3).expect("its id").to_owned();
        let invitations = keeper.get(&format!("/-/groups/{}/invitations", choir.id)).await.form("/invitations");
        let made = keeper.submit(&invitations.with("role", "").with("uses", "400").with("days", "3")).await.expect(200);
        let (_, link) = made.html.split_once("aria-label=\"The link\" value=\"").expect("a link");
        let link = link.split('"').next().expect("a link").strip_prefix(&forum.base).expect("of this site").to_owned();
        let account = async |name: &str| {
            let found = of(Who::Root).get(&format!("/admin/people?q={name}")).await;
            let link = found.links().into_iter().find(|link| link.starts_with("/admin/people/")).expect("an account");
            link.rsplit('/').next().expect("an id").to_owned()
        };
        let ids = vec![
            ("{public}", garden.id.clone()),
            ("{closed}", choir.id.clone()),
            ("{topic}", pears.id.clone()),
            ("{message}", message),
            ("{direct}", direct),
            ("{link}", link),
            ("{target}", account("target").await),
            ("{outsider}", account("otto").await),
        ];
        Self { people, target, garden, plums, ids }
    }

    pub fn who(&self, who: Who) -> &Visitor {
        &self.people.iter().find(|(known, _)| *known == who).expect("everybody is there").1
    }

    /// The path with the ids in it.
    pub fn path(&self, at: &str) -> String {
        self.ids.iter().fold(at.to_owned(), |path, (name, id)| path.replace(name, id))
    }

    /// Takes back what keeps a form from being filled in again.
    pub async fn undo(&self, action: &str) {
        match action {
            "/-/groups/{}/members/{}/ban" => {
                let keeper = self.who(Who::Keeper);
                let bans = keeper.get(&self.path("/-/groups/{public}/bans")).await.expect(200);
                keeper.submit(&bans.form("/lift")).await.expect(200);
                self.target.join(&self.garden).await;
            }
            "/admin/people/{}/bar" => {
                let root = self.who(Who::Root);
                let account = root.get(&self.path("/admin/people/{target}")).await.expect(200);
                root.submit(&account.form("/bar").with("what", "lift")).await.expect(200);
            }
            "/-/groups/{}/ask" => self.withdraw(Who::Outsider).await,
            "/-/invite/{}" => self.withdraw(Who::Stray).await,
            _ => {}
        }
    }

    async fn withdraw(&self, who: Who) {
        let asked = self.who(who).get("/-/invitations").await.expect(200);
        self.who(who).submit(&asked.form("/ask/withdraw")).await.expect(200);
    }
}
