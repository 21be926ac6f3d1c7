//! What rules apply to: edits, conversations, names, descriptions, new members, hidden characters.

use crate::rules::{place, rule, words};
use crate::{complaint, id};
use domain::groups::GroupForm;
use domain::messages::Target;
use domain::model::{GroupKind, RuleAction, RuleKind};
use domain::moderation::rules::RuleForm;
use domain::moderation::{approval_queue, reports, rules};
use domain::people::accounts;
use domain::people::accounts::NewAccount;
use domain::platform::secrets::Password;
use domain::testing::{PASSWORD, TestForum, draft};
use domain::topics::placed;
use domain::{groups, messages};

stories! {
    rules_can_apply_to_new_members_only,
    rules_apply_to_edits_too,
    site_rules_apply_in_conversations,
    rules_check_names_at_sign_up,
    invisible_characters_do_not_evade_a_rule,
    rules_check_descriptions_of_groups,
}

async fn rules_can_apply_to_new_members_only(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, _, garden) = place(&forum).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    let week = RuleForm { new_days: Some(7), ..words("Week", "plums", RuleAction::Refuse) };
    rule(&forum, mira, Some(garden.id), week).await;
    complaint(messages::submit(cx, noor, Target::Topic(topic), draft("plums")).await, "text");
    let day = std::time::Duration::from_secs(24 * 3_600);
    forum.pass(7 * day);
    forum.post(noor, topic, "plums").await;
    let ada = forum.person("ada").await;
    forum.admit(&garden, &[ada]).await;
    forum.pass(7 * day);
    let three = RuleForm { new_messages: Some(3), ..words("Three", "pears", RuleAction::Refuse) };
    rule(&forum, mira, Some(garden.id), three).await;
    for _ in 0..3 {
        complaint(messages::submit(cx, ada, Target::Topic(topic), draft("pears")).await, "text");
        forum.post(ada, topic, "plums").await;
    }
    forum.post(ada, topic, "pears").await;
    forum.drain().await;
}

async fn rules_apply_to_edits_too(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, _, garden) = place(&forum).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    let posted = forum.post(noor, topic, "first").await;
    let had = forum.post(noor, topic, "I buy and sell and blast").await;
    rule(&forum, mira, Some(garden.id), words("Sales", "sell", RuleAction::Refuse)).await;
    rule(&forum, mira, Some(garden.id), words("Buying", "buy", RuleAction::Hold)).await;
    rule(&forum, mira, Some(garden.id), words("Temper", "blast", RuleAction::Report)).await;
    assert_eq!(complaint(messages::edit(cx, noor, posted.id, "I sell".into()).await, "text"), "Not here: Sales.");
    assert!(complaint(messages::edit(cx, noor, posted.id, "I buy".into()).await, "text").contains("need approval"));
    assert_eq!(placed::show(cx, noor, posted.id).await.unwrap().message.markup, "first");
    messages::edit(cx, noor, posted.id, "blast".into()).await.unwrap();
    let (_, items) = reports::of_group(cx, mira, garden.id).await.unwrap();
    assert_eq!(items.iter().map(|item| item.message.id).collect::<Vec<_>>(), [posted.id]);
    // An edit may keep text from before the rule.
    messages::edit(cx, noor, had.id, "I buy, and sell, and blast".into()).await.unwrap();
    assert_eq!(reports::of_group(cx, mira, garden.id).await.unwrap().1.len(), 1);
    assert!(approval_queue::of_group(cx, mira, garden.id).await.unwrap().1.is_empty());
    forum.drain().await;
}

async fn site_rules_apply_in_conversations(forum: TestForum) {
    let cx = &forum.cx;
    let (noor, ada, boss) = (forum.person("noor").await, forum.person("ada").await, forum.site_admin("boss").await);
    rule(&forum, boss, None, words("Sales", "sell", RuleAction::Refuse)).await;
    rule(&forum, boss, None, words("Buying", "buy", RuleAction::Hold)).await;
    rule(&forum, boss, None, words("Temper", "blast", RuleAction::Report)).await;
    complaint(messages::submit(cx, noor, Target::Conversation { to: "ada", title: "" }, draft("I sell")).await, "text");
    complaint(
        messages::submit(cx, noor, Target::Conversation { to: "ada", title: "I sell" }, draft("x")).await,
        "title",
    );
    let begun = messages::submit(cx, noor, Target::Conversation { to: "ada", title: "" }, draft("I buy, blast it"))
        .await
        .unwrap();
    complaint(messages::submit(cx, ada, Target::Topic(begun.topic), draft("sell!")).await, "text");
    messages::submit(cx, ada, Target::Topic(begun.topic), draft("buy! blast!")).await.unwrap();
    complaint(
        messages::submit(cx, noor, Target::MorePeople { conversation: begun.group, to: "boss" }, draft("I sell")).await,
        "text",
    );
    assert!(reports::of_site(cx, boss).await.unwrap().is_empty());
    assert!(approval_queue::of_site(cx, boss).await.unwrap().is_empty());
    // Conversations have no rules of their own.
    assert!(rules::list(cx, noor, Some(begun.group)).await.is_err());
    forum.drain().await;
}

async fn rules_check_names_at_sign_up(forum: TestForum) {
    let cx = &forum.cx;
    let boss = forum.site_admin("boss").await;
    let pattern = RuleForm {
        kind: Some(RuleKind::Pattern),
        body: "plum".into(),
        in_text: false,
        in_title: false,
        in_names: true,
        ..words("Names", "", RuleAction::Refuse)
    };
    rule(&forum, boss, None, pattern).await;
    let account =
        |name: &str| NewAccount { username: name.into(), email: String::new(), password: Password::new(PASSWORD) };
    assert_eq!(complaint(accounts::create(cx, account("BigPlum"), false).await, "username"), "Not here: Names.");
    accounts::create(cx, account("pear"), false).await.unwrap();
    let pear = forum.person("quince").await;
    let renamed = accounts::rename(cx, id(pear), "plumy", Password::new(PASSWORD)).await;
    assert_eq!(complaint(renamed, "username"), "Not here: Names.");
}

async fn invisible_characters_do_not_evade_a_rule(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, _, garden) = place(&forum).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    // Posted before the rule existed.
    forum.post(noor, topic, "cheap pi\u{2060}lls").await;
    let made = rule(&forum, mira, Some(garden.id), words("ads", "pills", RuleAction::Refuse)).await;
    let pattern = RuleForm {
        kind: Some(RuleKind::Pattern),
        body: r"\b\d{6}\b".into(),
        ..words("numbers", "", RuleAction::Refuse)
    };
    rule(&forum, mira, Some(garden.id), pattern).await;
    for text in ["pi\u{200b}lls", "pi\u{ad}lls", "ＰＩＬＬＳ", "so 𝐩𝐢𝐥𝐥𝐬!", "p\u{202d}ills"] {
        assert_eq!(
            complaint(messages::submit(cx, noor, Target::Topic(topic), draft(text)).await, "text"),
            "Not here: ads.",
            "{text:?}"
        );
        let answer = messages::submit(
            cx,
            noor,
            Target::NewTopic { group: garden.id, title: &format!("Get {text}") },
            draft("x"),
        )
        .await;
        assert_eq!(complaint(answer, "title"), "Not here: ads.", "{text:?}");
    }
    for text in ["call 01\u{200b}2345", "call ０１２３４５"] {
        assert_eq!(
            complaint(messages::submit(cx, noor, Target::Topic(topic), draft(text)).await, "text"),
            "Not here: numbers."
        );
    }
    forum.post(noor, topic, "caterpi\u{ad}llars, ｐｉｌｌｏｗｓ").await;
    let (_, rule) = rules::show(cx, mira, made).await.unwrap();
    assert_eq!(rules::try_out(cx, mira, &rule).await.unwrap().caught, 1);
    forum.drain().await;
}

async fn rules_check_descriptions_of_groups(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, boss) = (forum.person("mira").await, forum.site_admin("boss").await);
    let form = |name: &str, description: &str| GroupForm {
        description: description.into(),
        ..GroupForm::new(name, GroupKind::Public)
    };
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let shop = groups::create(cx, mira, form("Cheap pills", "plums")).await.unwrap();
    let nowhere =
        |name: &str, body: &str, action| RuleForm { in_text: false, in_title: false, ..words(name, body, action) };
    rule(&forum, boss, None, RuleForm { in_names: true, ..nowhere("names", "pills", RuleAction::Refuse) }).await;
    rule(&forum, boss, None, RuleForm { in_links: true, ..nowhere("shops", "shop.example", RuleAction::Refuse) }).await;
    rule(&forum, boss, None, words("sales", "plums", RuleAction::Hold)).await;
    rule(&forum, boss, None, words("temper", "blast", RuleAction::Report)).await;
    let new = RuleForm { new_days: Some(7), ..words("new", "pears", RuleAction::Refuse) };
    rule(&forum, boss, None, new).await;
    for (name, slug, description, field, why) in [
        ("Get PI\u{200b}LLS", "", "", "name", "Not here: names."),
        ("Fine", "cheap-pills-here", "", "slug", "Not here: names."),
        ("Fine", "", "Ripe ｐｌｕｍｓ!", "description", "Not here: sales."),
        ("Fine", "", "blast", "description", "Not here: temper."),
        ("Fine", "", "[here](https://shop.example/x)", "description", "Not here: shops."),
        ("Fine", "", "pears", "description", "Not here: new."),
    ] {
        let new = GroupForm { slug: slug.into(), ..form(name, description) };
        assert_eq!(complaint(groups::create(cx, mira, new).await, field), why, "{name} {description}");
        if slug.is_empty() {
            let name = if field == "name" { name } else { "Garden" };
            assert_eq!(complaint(groups::update(cx, mira, garden.id, form(name, description)).await, field), why);
        }
    }
    assert_eq!(groups::by_id(cx, mira, garden.id).await.unwrap().group, garden);
    groups::create(cx, mira, form("Plums", "Of shop.example, and pillows")).await.unwrap();
    groups::create(cx, boss, form("Pills", "plums")).await.unwrap();
    // An edit may keep a matching text from before the rule, and change the rest.
    groups::update(cx, mira, shop.id, form("Cheap pills!", "ripe plums")).await.unwrap();
    assert_eq!(
        complaint(groups::update(cx, mira, shop.id, form("Pills", "blast")).await, "description"),
        "Not here: temper."
    );
    forum.pass(7 * std::time::Duration::from_secs(24 * 3_600));
    groups::update(cx, mira, garden.id, form("Garden", "pears")).await.unwrap();
    forum.drain().await;
}
