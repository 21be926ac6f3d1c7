//! Common set-ups, by the pages' own forms.

use super::forum::Forum;
use super::page::Page;
use super::visitor::Visitor;

pub const PASSWORD: &str = "rowing past the lighthouse";

#[derive(Clone, Debug)]
pub struct Place {
    pub path: String,
    pub id: String,
}

/// Becomes the first admin by the printed link.
pub async fn admin_of(forum: &mut Forum) -> Visitor {
    let link = forum.first_admin_link().await;
    let admin = forum.visitor();
    let form = admin.get(&link).await.expect(200).form("/-/first-admin");
    admin.submit(&form.with("username", "root-admin").with("password", PASSWORD)).await.expect(200);
    admin
}

pub async fn newcomer(forum: &Forum, name: &str) -> Visitor {
    let visitor = forum.visitor();
    let form = visitor.get("/-/sign-up").await.expect(200).form("/-/sign-up");
    visitor.submit(&form.with("username", name).with("password", PASSWORD)).await.expect(200);
    visitor
}

pub async fn group_of(visitor: &Visitor, name: &str, kind: &str) -> Place {
    let form = visitor.get("/-/groups/new").await.expect(200).form("/-/groups");
    let page = visitor.submit(&form.with("name", name).with("kind", kind)).await.expect(200);
    let join = page.form("/leave").action;
    Place { id: join.split('/').nth(3).expect("the group's id").to_owned(), path: page.path }
}

pub async fn topic_in(visitor: &Visitor, group: &Place, title: &str, text: &str) -> Place {
    let form = visitor.get(&group.path).await.expect(200).form("/topics");
    let page = visitor.submit(&form.with("title", title).with("text", text)).await.expect(200);
    Place { id: topic_id(&page), path: page.path }
}

fn topic_id(page: &Page) -> String {
    page.form("/messages").action.split('/').nth(3).expect("the topic's id").to_owned()
}

impl Visitor {
    pub async fn join(&self, group: &Place) -> Page {
        let form = self.get(&group.path).await.expect(200).form("/join");
        self.submit(&form).await.expect(200)
    }

    pub async fn post(&self, topic: &Place, text: &str) -> Page {
        let form = self.get(&topic.path).await.expect(200).form("/messages");
        self.submit(&form.with("text", text)).await.expect(200)
    }

    /// Opens a topic and marks what it shows as read.
    pub async fn read(&self, topic: &Place) -> Page {
        let form = self.get(&topic.path).await.expect(200).form(&format!("/-/topics/{}/read", topic.id));
        self.submit(&form).await.expect(200)
    }
}
