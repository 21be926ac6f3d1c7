//! Avatars, images of groups, and the logo.

use domain::model::GroupKind;
use domain::testing::TestForum;
use serde_json::{Value, json};

use super::{Bot, stories};

stories! {
    pictures_are_set_and_removed,
}

/// One white pixel.
const GIF: &str = "R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=";

async fn pictures_are_set_and_removed(forum: TestForum) {
    let (ada, ben, boss) = (forum.person("ada").await, forum.person("ben").await, forum.site_admin("boss").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await.topic;
    let (admin, member, site) = (Bot::of(&forum, ada).await, Bot::of(&forum, ben).await, Bot::of(&forum, boss).await);
    for bad in ["?", "", "PHN2Zy8+"] {
        assert_eq!(admin.put("/me/avatar", json!({"image": bad})).await.wrong_field(), "image", "{bad}");
    }
    let account = admin.put("/me/avatar", json!({"image": GIF})).await.is(200);
    let avatar = account["user"]["avatar"].as_str().expect("a path").to_owned();
    assert!(avatar.starts_with("/-/pictures/") && avatar.ends_with("-96"), "{avatar}");
    let messages = member.get(&format!("/topics/{topic}/messages")).await.is(200);
    assert_eq!(messages["items"][0]["author"]["avatar"], json!(avatar));
    admin.delete("/me/avatar").await.is(204);
    assert_eq!(admin.get("/me").await.is(200)["user"]["avatar"], Value::Null);

    let path = format!("/groups/{}/image", garden.id);
    member.put(&path, json!({"image": GIF})).await.problem(403);
    assert_eq!(admin.put(&path, json!({"image": GIF})).await.is(200)["image"], json!(avatar));
    member.delete(&path).await.problem(403);
    admin.delete(&path).await.is(204);
    assert_eq!(admin.get(&format!("/groups/{}", garden.id)).await.is(200)["image"], Value::Null);

    member.put("/admin/logo", json!({"image": GIF})).await.problem(404);
    site.put("/admin/logo", json!({"image": GIF})).await.is(204);
    assert!(domain::site::current(&forum.cx).await.logo.is_some());
    site.delete("/admin/logo").await.is(204);
    assert!(domain::site::current(&forum.cx).await.logo.is_none());

    member.put("/me/avatar", json!({"image": GIF})).await.is(200);
    let path = format!("/admin/people/{}/avatar", ben.id().expect("an id"));
    admin.delete(&path).await.problem(404);
    site.delete(&path).await.is(204);
    assert_eq!(member.get("/me").await.is(200)["user"]["avatar"], Value::Null);
    forum.drain().await;
}
