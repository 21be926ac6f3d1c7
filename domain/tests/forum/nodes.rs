//! The stored nodes of messages.

use crate::{id, tables};
use domain::messages;
use domain::model::GroupKind;
use domain::testing::TestForum;
use domain::topics::placed;

stories! {
    reparsing_skips_messages_of_the_latest_version,
    stored_nodes_keep_the_order_of_their_keys,
}

async fn reparsing_skips_messages_of_the_latest_version(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let message = forum.topic(mira, &garden, "Plums", "@mira `code` https://example.org/").await.id;
    let before = placed::show(cx, mira, message).await.unwrap().message;
    assert_eq!(messages::reparse(cx, false, |_| {}).await.unwrap(), 0);
    forum.execute("update messages set nodes = '[]', nodes_version = 0").await;
    assert_eq!(placed::show(cx, mira, message).await.unwrap().message.markup, "");
    assert_eq!(messages::reparse(cx, false, |_| {}).await.unwrap(), 1);
    assert_eq!(messages::reparse(cx, true, |_| {}).await.unwrap(), 1);
    assert_eq!(placed::show(cx, mira, message).await.unwrap().message, before);
    forum.drain().await;
}

async fn stored_nodes_keep_the_order_of_their_keys(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let place = forum.topic(mira, &garden, "Plums", "@mira see http://example.org/").await;
    let username = format!(
        r#"{{"type":"username","user_id":{},"username":"mira","markup":"<a href=\"/users/mira/\">@mira</a>"}}"#,
        id(mira)
    );
    let url = r#"{"type":"url","url":"http://example.org/","markup":"<a href=\"http://example.org/\" target=\"_blank\" rel=\"nofollow noopener ugc\">http://example.org/</a>"}"#;
    let posted = format!(r#"[{username},{{"type":"text","markup":" see "}},{url}]"#);
    let stored = || tables::texts(&forum, "select nodes from messages");
    assert_eq!(stored().await, [posted.as_str()]);
    messages::edit(cx, mira, place.id, "@mira".into()).await.unwrap();
    let edited = format!("[{username}]");
    assert_eq!(stored().await, [edited.as_str()]);
    forum.execute("update messages set nodes = '[]'").await;
    messages::reparse(cx, true, |_| {}).await.unwrap();
    assert_eq!(stored().await, [edited.as_str()]);
    forum.drain().await;
}
