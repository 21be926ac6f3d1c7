//! Auditor rules made by admins: what they match, whom they apply to, and trying them out first.

use crate::{ABSENT, complaint, describe, id, is_forbidden, is_not_found};
use domain::messages::Target;
use domain::model::{Group, GroupId, GroupKind, Role, RuleAction, RuleId, RuleKind, Verdict};
use domain::moderation::rules::RuleForm;
use domain::moderation::{approval_queue, reports, rules};
use domain::policy::Viewer;
use domain::testing::{TestForum, draft, wait_for};
use domain::{Error, Result, groups, messages, topics};

stories! {
    a_rule_refuses_and_says_why,
    a_rule_holds_and_a_rule_reports,
    a_rule_is_tried_on_existing_messages,
    an_invalid_rule_is_refused_with_a_reason,
    rules_created_at_once_respect_the_limit_of_a_group,
    only_admins_create_and_see_rules,
    the_log_names_the_rule,
    all_processes_apply_a_changed_rule,
    a_changed_rule_must_be_tried_again,
    only_one_rule_is_tried_at_a_time,
}

pub fn words(name: &str, body: &str, action: RuleAction) -> RuleForm {
    RuleForm {
        name: name.into(),
        kind: Some(RuleKind::Words),
        body: body.into(),
        in_text: true,
        in_title: true,
        new_days: Some(0),
        new_messages: Some(0),
        action: Some(action),
        explanation: format!("Not here: {name}."),
        ..RuleForm::default()
    }
}

pub async fn rule(forum: &TestForum, admin: Viewer, group: Option<GroupId>, form: RuleForm) -> RuleId {
    let cx = &forum.cx;
    let id = rules::create(cx, admin, group, form).await.unwrap();
    let (_, made) = rules::show(cx, admin, id).await.unwrap();
    assert_eq!(made.enabled_at, None, "a rule begins switched off");
    rules::switch(cx, admin, id, made.version, true).await.unwrap();
    id
}

async fn switch_off(forum: &TestForum, admin: Viewer, id: RuleId) {
    let (_, made) = rules::show(&forum.cx, admin, id).await.unwrap();
    rules::switch(&forum.cx, admin, id, made.version, false).await.unwrap();
}

fn is_held<T: std::fmt::Debug>(answer: Result<T>) {
    assert!(matches!(answer, Err(Error::Pending)), "{answer:?}");
}

/// Creates a group with a member and a moderator.
pub async fn place(forum: &TestForum) -> (Viewer, Viewer, Viewer, Group) {
    let (mira, noor, moderator) =
        (forum.person("mira").await, forum.person("noor").await, forum.person("moderator").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    groups::admit(&forum.cx, garden.id, id(moderator), Role::Moderator).await.unwrap();
    (mira, noor, moderator, garden)
}

async fn a_rule_refuses_and_says_why(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, moderator, garden) = place(&forum).await;
    let boss = forum.site_admin("boss").await;
    forum.admit(&garden, &[boss]).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    let of_group = rule(&forum, mira, Some(garden.id), words("ads", "cheap plums", RuleAction::Refuse)).await;
    let pattern =
        RuleForm { kind: Some(RuleKind::Pattern), body: r"\d{6,}".into(), ..words("numbers", "", RuleAction::Refuse) };
    rule(&forum, boss, None, pattern).await;
    let links = RuleForm {
        in_text: false,
        in_title: false,
        in_links: true,
        ..words("shops", "shop.example", RuleAction::Refuse)
    };
    rule(&forum, boss, None, links).await;
    let why = complaint(messages::submit(cx, noor, Target::Topic(topic), draft("Get CHEAP  plums!")).await, "text");
    assert_eq!(why, "Not here: ads.");
    assert_eq!(
        complaint(
            messages::submit(cx, noor, Target::NewTopic { group: garden.id, title: "Cheap plums" }, draft("x")).await,
            "title"
        ),
        "Not here: ads."
    );
    assert_eq!(
        complaint(messages::submit(cx, noor, Target::Topic(topic), draft("call 0123456")).await, "text"),
        "Not here: numbers."
    );
    assert_eq!(
        complaint(
            messages::submit(cx, noor, Target::Topic(topic), draft("[here](https://www.Shop.example/a)")).await,
            "text"
        ),
        "Not here: shops."
    );
    for fine in ["cheap plumstones", "12345", "shop.example is a site", "https://workshop.example"] {
        forum.post(noor, topic, fine).await;
    }
    // Moderators are exempt from their group's rules, but not from the site's.
    forum.post(moderator, topic, "no cheap plums here").await;
    complaint(messages::submit(cx, moderator, Target::Topic(topic), draft("call 0123456")).await, "text");
    forum.post(boss, topic, "call 0123456").await;
    // A group's rules do not apply in other groups.
    let other = forum.group(noor, "Other", GroupKind::Public).await;
    forum.topic(noor, &other, "Cheap plums", "cheap plums").await;
    let named = forum.topic(noor, &garden, "Fine", "fine").await.topic;
    complaint(topics::rename(cx, noor, named, "Cheap plums").await, "title");
    complaint(topics::rename(cx, noor, named, "0123456").await, "title");
    switch_off(&forum, mira, of_group).await;
    forum.post(noor, topic, "cheap plums").await;
    rules::delete(cx, mira, of_group).await.unwrap();
    assert!(is_not_found(rules::show(cx, mira, of_group).await));
    forum.drain().await;
}

async fn a_rule_holds_and_a_rule_reports(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, moderator, garden) = place(&forum).await;
    let boss = forum.site_admin("boss").await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    rule(&forum, mira, Some(garden.id), words("Sales", "buy", RuleAction::Hold)).await;
    rule(&forum, boss, None, words("Temper", "blast", RuleAction::Report)).await;
    rule(&forum, boss, None, words("Worse", "thunder", RuleAction::Report)).await;
    is_held(messages::submit(cx, noor, Target::Topic(topic), draft("Buy me a plum")).await);
    is_held(messages::submit(cx, noor, Target::NewTopic { group: garden.id, title: "Buy!" }, draft("x")).await);
    let (_, rows) = approval_queue::of_group(cx, moderator, garden.id).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.why.as_str()).collect::<Vec<_>>(), ["The rule “Sales”"; 2]);
    // Users who can approve are not held.
    forum.post(moderator, topic, "Nobody may buy").await;
    let posted = forum.post(noor, topic, "Thunder and blast!").await;
    let (found, items) = reports::of_group(cx, mira, garden.id).await.unwrap();
    assert_eq!(reports::count(&found), 1);
    let [item] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!((item.message.id, item.row.reports), (posted.id, 2));
    let said: Vec<_> = item.voices.iter().map(|voice| (voice.username.as_deref(), voice.words.as_str())).collect();
    assert_eq!(said, [(None, "Temper"), (None, "Worse")]);
    assert_eq!(reports::of_site(cx, boss).await.unwrap().len(), 1);
    // Users may report it too, and one answer covers all reports.
    let ada = forum.person("ada").await;
    complaint(reports::create(cx, ada, posted.id, Some(domain::model::Grounds::Rule), "x").await, "grounds");
    reports::create(cx, ada, posted.id, Some(domain::model::Grounds::Insult), "").await.unwrap();
    let answered = reports::answer(cx, moderator, item.row.report_id, Verdict::Nothing, "").await.unwrap();
    assert_eq!(answered.reports, 3);
    // Titles match too, of new and of renamed topics.
    let begun = forum.topic(noor, &garden, "Blast", "x").await;
    let renamed = forum.topic(noor, &garden, "Fine", "x").await;
    topics::rename(cx, noor, renamed.topic, "Blast it").await.unwrap();
    let (_, items) = reports::of_group(cx, mira, garden.id).await.unwrap();
    assert_eq!(items.iter().map(|item| item.message.id).collect::<Vec<_>>(), [begun.id, renamed.id]);
    forum.drain().await;
}

async fn a_rule_is_tried_on_existing_messages(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, _, garden) = place(&forum).await;
    let boss = forum.site_admin("boss").await;
    let topic = forum.topic(mira, &garden, "Plums for sale", "Hello").await;
    for n in 0..25 {
        forum.post(noor, topic.topic, &format!("{n} plums for sale")).await;
    }
    let gone = forum.post(noor, topic.topic, "a plum for sale").await;
    messages::delete(cx, noor, gone.id).await.unwrap();
    let linked = forum.post(noor, topic.topic, "see https://shop.example").await;
    let den = forum.group(noor, "Den", GroupKind::Private).await;
    forum.topic(noor, &den, "Secret", "secretly for sale").await;
    messages::submit(cx, noor, Target::Conversation { to: "boss", title: "" }, draft("you are for sale"))
        .await
        .unwrap();
    forum.drain().await;
    let tried = async |admin: Viewer, group: Option<GroupId>, form: RuleForm| {
        let id = rules::create(cx, admin, group, form).await.unwrap();
        let (_, made) = rules::show(cx, admin, id).await.unwrap();
        rules::try_out(cx, admin, &made).await.unwrap()
    };
    // The site admin sees only public matches: nothing of the private group or of conversations.
    for (admin, group) in [(boss, None), (mira, Some(garden.id))] {
        let found = tried(admin, group, words("Sales", "for sale", RuleAction::Refuse)).await;
        assert_eq!((found.looked, found.caught, found.examples.len(), found.is_slow), (27, 26, 20, false));
        assert_eq!(found.examples[0].message.markup, "24 plums for sale", "the newest first");
        let titles = RuleForm { in_text: false, ..words("Sales", "for sale", RuleAction::Hold) };
        let found = tried(admin, group, titles).await;
        assert_eq!(found.examples.iter().map(|one| one.message.id).collect::<Vec<_>>(), [topic.id]);
        let hosts = RuleForm {
            in_text: false,
            in_title: false,
            in_links: true,
            ..words("S", "shop.example", RuleAction::Hold)
        };
        let found = tried(admin, group, hosts).await;
        assert_eq!(found.examples.iter().map(|one| one.message.id).collect::<Vec<_>>(), [linked.id]);
        let first = RuleForm { new_messages: Some(2), ..words("Sales", "for sale", RuleAction::Refuse) };
        assert_eq!(tried(admin, group, first).await.caught, 3, "the first two of each");
        let none = tried(admin, group, words("None", "quinces", RuleAction::Refuse)).await;
        assert_eq!((none.looked, none.caught), (27, 0));
    }
    // Trying had no effect.
    forum.post(noor, topic.topic, "more for sale").await;
    forum.drain().await;
}

async fn an_invalid_rule_is_refused_with_a_reason(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, _, _, garden) = place(&forum).await;
    let boss = forum.site_admin("boss").await;
    let make = async |form: RuleForm| rules::create(cx, mira, Some(garden.id), form).await;
    let good = || words("Sales", "for sale", RuleAction::Refuse);
    let pattern = |body: &str| RuleForm { kind: Some(RuleKind::Pattern), body: body.into(), ..good() };
    assert!(complaint(make(pattern("a(b")).await, "body").contains("unclosed group"));
    assert!(complaint(make(pattern("(x{900}){900}")).await, "body").contains("too big"));
    complaint(make(pattern(".*")).await, "body");
    complaint(make(RuleForm { body: " \n ".into(), ..good() }).await, "body");
    complaint(make(RuleForm { name: "\u{200b}".into(), ..good() }).await, "name");
    complaint(make(RuleForm { name: "x".repeat(81), ..good() }).await, "name");
    complaint(make(RuleForm { explanation: "x".repeat(501), ..good() }).await, "explanation");
    complaint(make(RuleForm { in_text: false, in_title: false, ..good() }).await, "places");
    complaint(make(RuleForm { kind: None, ..good() }).await, "kind");
    complaint(make(RuleForm { action: None, ..good() }).await, "effect");
    complaint(make(RuleForm { new_days: None, ..good() }).await, "new");
    complaint(make(RuleForm { new_messages: Some(-1), ..good() }).await, "new");
    let of_names = RuleForm { in_text: false, in_title: false, in_names: true, ..good() };
    complaint(make(of_names.clone()).await, "places");
    let held = RuleForm { action: Some(RuleAction::Hold), ..of_names };
    complaint(rules::create(cx, boss, None, held).await, "effect");
    for _ in 0..rules::OF_GROUP {
        make(good()).await.unwrap();
    }
    assert!(is_forbidden(make(good()).await));
}

async fn rules_created_at_once_respect_the_limit_of_a_group(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, _, _, garden) = place(&forum).await;
    let good = || words("Sales", "for sale", RuleAction::Refuse);
    for _ in 0..rules::OF_GROUP - 1 {
        rules::create(cx, mira, Some(garden.id), good()).await.unwrap();
    }
    let made = futures_util::future::join_all((0..6).map(|_| rules::create(cx, mira, Some(garden.id), good()))).await;
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1, "{made:?}");
    assert!(made.into_iter().filter(Result::is_err).all(is_forbidden));
    assert_eq!(rules::list(cx, mira, Some(garden.id)).await.unwrap().1.len(), rules::OF_GROUP);
}

async fn only_admins_create_and_see_rules(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, moderator, _) = place(&forum).await;
    let boss = forum.site_admin("boss").await;
    let den = forum.group(mira, "Den", GroupKind::Private).await;
    groups::admit(cx, den.id, id(moderator), Role::Moderator).await.unwrap();
    let form = || words("Sales", "sell", RuleAction::Refuse);
    let own = rule(&forum, mira, Some(den.id), form()).await;
    let of_site = rule(&forum, boss, None, form()).await;
    assert!(is_forbidden(rules::list(cx, moderator, Some(den.id)).await));
    assert!(is_forbidden(rules::create(cx, moderator, Some(den.id), form()).await));
    for who in [noor, boss, Viewer::Anonymous] {
        let absent = Some(GroupId(ABSENT));
        assert_eq!(describe(rules::list(cx, who, Some(den.id)).await), describe(rules::list(cx, who, absent).await));
        let made = rules::create(cx, who, Some(den.id), form()).await;
        assert_eq!(describe(made), describe(rules::create(cx, who, absent, form()).await));
    }
    for who in [mira, noor, moderator] {
        assert!(is_not_found(rules::list(cx, who, None).await));
        assert!(is_not_found(rules::create(cx, who, None, form()).await));
    }
    for (who, rule) in [(noor, own), (moderator, own), (boss, own), (mira, of_site), (noor, of_site)] {
        assert!(is_not_found(rules::show(cx, who, rule).await));
        assert!(is_not_found(rules::update(cx, who, rule, form()).await));
        assert!(is_not_found(rules::switch(cx, who, rule, 1, false).await));
        assert!(is_not_found(rules::delete(cx, who, rule).await));
    }
    assert!(matches!(rules::show(cx, Viewer::Anonymous, own).await, Err(Error::SignedOut)));
    // Deleting the group deletes its rules.
    groups::delete(cx, mira, den.id, "Den").await.unwrap();
    assert!(is_not_found(rules::show(cx, mira, own).await));
    forum.drain().await;
}

async fn the_log_names_the_rule(forum: TestForum) {
    let (mira, _, _, garden) = place(&forum).await;
    let made = rule(&forum, mira, Some(garden.id), words("No <finches>", "finch", RuleAction::Refuse)).await;
    rules::delete(&forum.cx, mira, made).await.unwrap();
    let (_, page) = domain::moderation::log::of_group(&forum.cx, mira, garden.id, None, None).await.unwrap();
    let of_rules = page.lines.iter().filter(|line| line.what.as_str().starts_with("rule_"));
    let details: Vec<_> = of_rules.map(|line| line.detail.as_str()).collect();
    assert!(details.len() >= 2 && details.iter().all(|detail| *detail == "“No <finches>”"), "{details:?}");
}

async fn all_processes_apply_a_changed_rule(forum: TestForum) {
    let (mira, noor, _, garden) = place(&forum).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    let other = forum.another().await;
    let mut heard = other.bus.controls();
    let cache = other.rules.clone();
    let hearing = tokio::spawn(async move {
        while let Ok(word) = heard.recv().await {
            cache.handle(&word);
        }
    });
    // The other process has cached the rules while there were none.
    messages::submit(&other, noor, Target::Topic(topic), draft("plums")).await.unwrap();
    let made = rule(&forum, mira, Some(garden.id), words("Plums", "plums", RuleAction::Refuse)).await;
    wait_for("the other process to refuse", || async {
        messages::submit(&other, noor, Target::Topic(topic), draft("plums")).await.is_err()
    })
    .await;
    switch_off(&forum, mira, made).await;
    wait_for("the other process to take it", || async {
        messages::submit(&other, noor, Target::Topic(topic), draft("plums")).await.is_ok()
    })
    .await;
    hearing.abort();
    forum.drain().await;
}

async fn a_changed_rule_must_be_tried_again(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, _, garden) = place(&forum).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    let made = rule(&forum, mira, Some(garden.id), words("Plums", "plums", RuleAction::Refuse)).await;
    complaint(messages::submit(cx, noor, Target::Topic(topic), draft("plums")).await, "text");
    let (_, before) = rules::show(cx, mira, made).await.unwrap();
    rules::update(cx, mira, made, words("Pears", "pears", RuleAction::Refuse)).await.unwrap();
    for text in ["plums", "pears"] {
        forum.post(noor, topic, text).await;
    }
    assert!(is_forbidden(rules::switch(cx, mira, made, before.version, true).await), "that is not what was tried");
    let (_, now) = rules::show(cx, mira, made).await.unwrap();
    assert_eq!((now.name.as_str(), now.enabled_at), ("Pears", None));
    rules::switch(cx, mira, made, now.version, true).await.unwrap();
    complaint(messages::submit(cx, noor, Target::Topic(topic), draft("pears")).await, "text");
    forum.post(noor, topic, "plums").await;
    forum.drain().await;
}

async fn only_one_rule_is_tried_at_a_time(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, _, garden) = place(&forum).await;
    let boss = forum.site_admin("boss").await;
    forum.topic(noor, &garden, "Hello", "plums").await;
    let of_group = rules::create(cx, mira, Some(garden.id), words("P", "plums", RuleAction::Refuse)).await.unwrap();
    let of_site = rules::create(cx, boss, None, words("P", "plums", RuleAction::Refuse)).await.unwrap();
    let of_group = rules::show(cx, mira, of_group).await.unwrap().1;
    let of_site = rules::show(cx, boss, of_site).await.unwrap().1;
    let alone = cx.rules.alone().await;
    // Long enough for both to finish, if they did not wait.
    let meanwhile = async {
        for _ in 0..200 {
            rules::show(cx, mira, of_group.id).await.unwrap();
        }
    };
    let both = async { tokio::join!(rules::try_out(cx, mira, &of_group), rules::try_out(cx, boss, &of_site)) };
    let mut both = std::pin::pin!(both);
    tokio::select! {
        biased;
        _ = &mut both => panic!("a rule is tried while another one is"),
        () = meanwhile => {}
    }
    drop(alone);
    let (one, other) = both.await;
    assert_eq!((one.unwrap().caught, other.unwrap().caught), (1, 1));
    forum.drain().await;
}
