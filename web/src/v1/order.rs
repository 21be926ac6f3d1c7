//! What moderators and admins of the site do.

use domain::model::{GroupKind, LogAction};
use domain::testing::TestForum;
use serde_json::{Value, json};

use super::{Bot, all, stories};

stories! {
    reports_are_answered,
    people_are_warned_removed_and_banned,
    rules_are_created_enabled_and_disabled,
    admins_change_the_settings_and_restrict_accounts,
    admins_answer_pending_sign_ups_and_messages,
    deleted_topics_and_groups_are_restored,
}

async fn reports_are_answered(forum: TestForum) {
    let (ada, ben, cora) = (forum.person("ada").await, forum.person("ben").await, forum.person("cora").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben, cora]).await;
    let (first, second) =
        (forum.topic(ben, &garden, "Plums", "One").await, forum.topic(ben, &garden, "Pears", "Two").await);
    let (admin, reporter) = (Bot::of(&forum, ada).await, Bot::of(&forum, cora).await);
    for posted in [&first, &second] {
        reporter
            .post(&format!("/messages/{}/report", posted.id), json!({"grounds": "other", "words": "Look"}))
            .await
            .is(204);
    }
    let path = format!("/groups/{}/reports", garden.id);
    let reports = admin.get(&path).await.is(200);
    assert_eq!(reports["items"][0]["reports"][0]["words"], "Look");
    let ids: Vec<String> = all(&reports, "id").iter().map(|id| id.as_str().expect("an id").to_owned()).collect();
    reporter.get(&path).await.problem(403);
    reporter.post(&format!("/reports/{}/answer", ids[0]), json!({"verdict": "deleted"})).await.problem(404);
    admin.post(&format!("/reports/{}/answer", ids[0]), json!({"verdict": "deleted", "reason": "Spam"})).await.is(204);
    admin.post(&format!("/reports/{}/answer", ids[1]), json!({"verdict": "nothing"})).await.is(204);
    admin.post("/reports/987654321/answer", json!({"verdict": "nothing"})).await.problem(404);
    admin.get(&format!("/messages/{}", first.id)).await.problem(404);
    admin.get(&format!("/messages/{}", second.id)).await.is(200);
    assert!(all(&admin.get(&path).await.is(200), "id").is_empty());
    let log = admin.get(&format!("/groups/{}/log", garden.id)).await.is(200);
    let actions = all(&log, "action");
    let word = |action: LogAction| json!(action.as_str());
    assert_eq!((actions[0], actions[1]), (&word(LogAction::ReportDismissed), &word(LogAction::MessageDeleted)));
    let deleted =
        admin.get(&format!("/groups/{}/log?action={}", garden.id, LogAction::MessageDeleted.as_str())).await.is(200);
    assert_eq!(all(&deleted, "reason"), ["Spam"]);
    forum.drain().await;
}

async fn people_are_warned_removed_and_banned(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let posted = forum.topic(ben, &garden, "Plums", "One").await;
    forum.drain().await;
    let (admin, bot) = (Bot::of(&forum, ada).await, Bot::of(&forum, ben).await);
    let (group, id) = (format!("/groups/{}", garden.id), ben.id().expect("an id"));
    admin.post(&format!("{group}/members/{id}/warnings"), json!({"reason": "Be kind"})).await.is(204);
    assert_eq!(
        admin.post(&format!("{group}/members/{id}/warnings"), json!({"reason": " "})).await.wrong_field(),
        "reason"
    );
    let warning = all(&bot.get("/me/notices").await.is(200), "id")[0].as_str().expect("an id").to_owned();
    admin.delete(&format!("{group}/warnings/{warning}")).await.is(204);
    admin.delete(&format!("{group}/warnings/{warning}")).await.problem(404);
    let removals = format!("{group}/members/{id}/removals");
    admin.post(&removals, json!({"span": "all", "reason": "Spam"})).await.is(204);
    forum.drain().await;
    admin.get(&format!("/messages/{}", posted.id)).await.problem(404);
    let removal = domain::store::moderation::bulk_delete::of_user(&forum.cx.db, id, Some(garden.id), 1)
        .await
        .expect("removals")[0]
        .id;
    admin.delete(&format!("{group}/removals/{removal}")).await.is(204);
    forum.drain().await;
    admin.get(&format!("/messages/{}", posted.id)).await.is(200);
    assert_eq!(admin.put(&format!("{group}/bans/{id}"), json!({"reason": ""})).await.wrong_field(), "reason");
    admin.put(&format!("{group}/bans/{id}"), json!({"reason": "Spam"})).await.is(204);
    assert_eq!(all(&admin.get(&format!("{group}/bans")).await.is(200), "reason"), ["Spam"]);
    bot.act(&format!("{group}/join")).await.problem(403);
    admin.delete(&format!("{group}/bans/{id}")).await.is(204);
    bot.act(&format!("{group}/join")).await.is(200);
    bot.get(&format!("{group}/bans")).await.problem(403);
    forum.drain().await;
}

async fn rules_are_created_enabled_and_disabled(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let boss = forum.site_admin("boss").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await.topic;
    let (admin, bot, site) = (Bot::of(&forum, ada).await, Bot::of(&forum, ben).await, Bot::of(&forum, boss).await);
    let rules = format!("/groups/{}/rules", garden.id);
    let new = json!({"name": "No pears", "kind": "words", "body": "pears", "in_text": true, "action": "refuse", "explanation": "Plums only."});
    let rule = admin.post(&rules, new.clone()).await.is(201);
    assert_eq!((&rule["is_on"], &rule["version"]), (&json!(false), &json!(1)));
    let path = format!("/rules/{}", rule["id"].as_str().expect("an id"));
    assert_eq!(admin.put(&format!("{path}/on"), json!({"on": true, "version": 1})).await.is(200)["is_on"], true);
    assert_eq!(bot.post(&format!("/topics/{topic}/messages"), json!({"text": "pears"})).await.status, 422);
    let mut other = new.clone();
    other["body"] = json!("apples");
    let changed = admin.put(&path, other.clone()).await.is(200);
    assert_eq!(
        (&changed["is_on"], &changed["version"], &changed["body"]),
        (&json!(false), &json!(2), &json!("apples"))
    );
    admin.put(&format!("{path}/on"), json!({"on": true, "version": 1})).await.problem(403);
    other["in_text"] = json!(false);
    assert_eq!(admin.put(&path, other).await.wrong_field(), "in_text");
    assert_eq!(all(&admin.get(&rules).await.is(200), "name"), ["No pears"]);
    bot.get(&rules).await.problem(403);
    bot.get(&path).await.problem(404);
    admin.get(&path).await.is(200);
    admin.delete(&path).await.is(204);
    admin.get(&path).await.problem(404);
    admin.get("/rules").await.problem(404);
    site.post("/rules", new).await.is(201);
    assert_eq!(all(&site.get("/rules").await.is(200), "group"), [&Value::Null]);
    forum.drain().await;
}

async fn admins_change_the_settings_and_restrict_accounts(forum: TestForum) {
    let (boss, ben) = (forum.site_admin("boss").await, forum.person("ben").await);
    let garden = forum.group(ben, "Garden", GroupKind::Public).await;
    let posted = forum.topic(ben, &garden, "Plums", "One").await;
    forum.drain().await;
    let (site, bot) = (Bot::of(&forum, boss).await, Bot::of(&forum, ben).await);
    let changed = site.patch("/admin/settings", json!({"line": "Plums and more", "sign_ups": "invited"})).await.is(200);
    assert_eq!((&changed["line"], &changed["sign_ups"]), (&json!("Plums and more"), &json!("invited")));
    assert_eq!(site.get("/admin/settings").await.is(200), changed);
    assert_eq!(changed["language"], "en");
    assert_eq!(site.patch("/admin/settings", json!({"language": "de"})).await.is(200)["language"], "de");
    assert_eq!(site.patch("/admin/settings", json!({"name": ""})).await.wrong_field(), "name");
    for path in ["/admin/settings", "/admin/people", "/reports", "/queue", "/rules"] {
        bot.get(path).await.problem(404);
    }
    let id = ben.id().expect("an id");
    let path = format!("/admin/people/{id}");
    assert_eq!(all(&site.get("/admin/people?q=be").await.is(200), "user")[0]["username"], "ben");
    assert!(all(&site.get("/admin/people?state=banned").await.is(200), "user").is_empty());
    site.post(&format!("{path}/warnings"), json!({"reason": "Be kind"})).await.is(204);
    let warning = all(&bot.get("/me/notices").await.is(200), "id")[0].as_str().expect("an id").to_owned();
    site.delete(&format!("/admin/warnings/{warning}")).await.is(204);
    site.post(&format!("{path}/removals"), json!({"span": "day", "reason": "Spam"})).await.is(204);
    forum.drain().await;
    site.get(&format!("/messages/{}", posted.id)).await.problem(404);
    let removal =
        domain::store::moderation::bulk_delete::of_user(&forum.cx.db, id, None, 1).await.expect("removals")[0].id;
    site.delete(&format!("/admin/removals/{removal}")).await.is(204);
    forum.drain().await;
    site.get(&format!("/messages/{}", posted.id)).await.is(200);
    let restriction = format!("{path}/restriction");
    assert!(site.put(&restriction, json!({"days": 7, "reason": "Spam"})).await.is(200)["suspended_until"].is_string());
    assert!(bot.get("/me").await.status == 401);
    assert!(site.put(&restriction, json!({"reason": "Spam"})).await.is(200)["banned_at"].is_string());
    assert_eq!(site.put(&restriction, json!({"days": 0, "reason": "Spam"})).await.wrong_field(), "days");
    let free = site.delete(&restriction).await.is(200);
    assert_eq!((&free["banned_at"], &free["suspended_until"]), (&Value::Null, &Value::Null));
    bot.get("/me").await.is(200);
    site.get(&path).await.is(200);
    site.get("/admin/people/987654321").await.problem(404);
    assert_eq!(bot.patch("/me", json!({"name": "boss"})).await.wrong_field(), "name");
    bot.patch("/me", json!({"name": "Ben Lind"})).await.is(200);
    assert_eq!(site.get(&path).await.is(200)["user"]["name"], "Ben Lind");
    bot.delete(&format!("{path}/name")).await.problem(404);
    site.delete(&format!("{path}/name")).await.is(204);
    assert_eq!(site.get(&path).await.is(200)["user"]["name"], "");
    forum.drain().await;
}

async fn admins_answer_pending_sign_ups_and_messages(forum: TestForum) {
    let (boss, ben) = (forum.site_admin("boss").await, forum.person("ben").await);
    forum.person("cora").await;
    let garden = forum.group(boss, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let posted = forum.topic(boss, &garden, "Plums", "One").await;
    let (site, bot) = (Bot::of(&forum, boss).await, Bot::of(&forum, ben).await);
    site.patch(&format!("/groups/{}", garden.id), json!({"first_held": 1})).await.is(200);
    bot.post(&format!("/topics/{}/messages", posted.topic), json!({"text": "Two"})).await.is(202);
    assert_eq!(all(&site.get("/queue").await.is(200), "text"), ["Two"]);
    assert!(all(&site.get("/reports").await.is(200), "id").is_empty());
    forum.execute("update users set waiting_since = created_at where username = 'cora'").await;
    let cora =
        domain::store::people::users::by_name(&forum.cx.db, "cora").await.expect("an answer").expect("a user").id;
    site.act(&format!("/admin/sign-ups/{cora}/approve")).await.is(204);
    site.act(&format!("/admin/sign-ups/{cora}/approve")).await.problem(404);
    forum.execute("update users set waiting_since = created_at where username = 'cora'").await;
    site.act(&format!("/admin/sign-ups/{cora}/decline")).await.is(204);
    forum.drain().await;
}

async fn deleted_topics_and_groups_are_restored(forum: TestForum) {
    let (boss, ada) = (forum.site_admin("boss").await, forum.person("ada").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await.topic;
    let (bot, root) = (Bot::of(&forum, ada).await, Bot::of(&forum, boss).await);
    bot.delete(&format!("/topics/{topic}")).await.is(204);
    let list = format!("/groups/{}/deleted-topics", garden.id);
    assert_eq!(all(&bot.get(&list).await.is(200), "title"), ["Plums"]);
    assert_eq!(bot.act(&format!("/topics/{topic}/restore")).await.is(200)["title"], "Plums");
    assert!(all(&bot.get(&list).await.is(200), "title").is_empty());
    forum.drain().await;

    domain::groups::delete(&forum.cx, ada, garden.id, "Garden").await.expect("deleted");
    bot.get("/admin/deleted-groups").await.problem(404);
    assert_eq!(all(&root.get("/admin/deleted-groups").await.is(200), "name"), ["Garden"]);
    root.act(&format!("/admin/groups/{}/restore", garden.id)).await.is(204);
    root.act(&format!("/admin/groups/{}/restore", garden.id)).await.problem(404);
    bot.get(&format!("/topics/{topic}")).await.is(200);
    forum.drain().await;
}
