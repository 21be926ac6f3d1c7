//! Reports: who may report and answer, who sees them, and the result.

use domain::groups::members;
use domain::messages::Target;
use domain::model::{Grounds, GroupKind, MessageId, ReportId, Role, Verdict};
use domain::moderation::reports;
use domain::moderation::reports::Answered;
use domain::policy::Viewer;
use domain::testing::{TestForum, draft};
use domain::topics::placed;
use domain::{Error, groups, messages, topics};

use crate::{ABSENT, complaint, describe, id, is_forbidden, is_not_found};

stories! {
    readers_report_messages_and_moderators_answer,
    hidden_messages_are_answered_like_missing_ones,
    all_reports_of_a_message_are_answered_together,
    when_two_moderators_answer_at_once_one_succeeds,
    a_report_of_a_deleted_message_can_still_be_answered,
    deleting_a_topic_or_group_closes_its_reports,
    site_admins_see_only_the_reported_message_of_a_conversation,
    site_admins_see_reports_in_groups_that_they_can_read,
    reports_in_an_archived_group_are_answered_without_deleting,
    moderators_cannot_answer_reports_of_their_own_messages,
    reports_are_limited,
}

async fn report(forum: &TestForum, who: Viewer, message: MessageId) -> domain::Result<()> {
    reports::create(&forum.cx, who, message, Some(Grounds::Spam), "").await.map(drop)
}

/// Returns the first report of each reported message in a group.
async fn waiting(forum: &TestForum, who: Viewer, group: domain::model::GroupId) -> Vec<(MessageId, ReportId)> {
    let (found, items) = reports::of_group(&forum.cx, who, group).await.unwrap();
    assert_eq!(reports::count(&found), items.len() as i64);
    items.iter().map(|item| (item.message.id, item.row.report_id)).collect()
}

/// Returns the reported messages that wait for a site admin.
async fn of_site(forum: &TestForum, admin: Viewer) -> Vec<(MessageId, ReportId)> {
    let items = reports::of_site(&forum.cx, admin).await.unwrap();
    assert_eq!(reports::count_of_site(&forum.cx, admin).await.unwrap(), items.len() as i64);
    items.iter().map(|item| (item.message.id, item.row.report_id)).collect()
}

async fn readers_report_messages_and_moderators_answer(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let (eva, moderator) = (forum.person("eva").await, forum.person("moderator").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor, ada]).await;
    groups::admit(cx, garden.id, id(moderator), Role::Moderator).await.unwrap();
    let posted = forum.topic(noor, &garden, "Plums", "Buy my plums").await;
    complaint(reports::create(cx, ada, posted.id, None, "").await, "grounds");
    complaint(reports::create(cx, ada, posted.id, Some(Grounds::Other), " \u{200b}").await, "words");
    complaint(reports::create(cx, ada, posted.id, Some(Grounds::Spam), &"x".repeat(1_001)).await, "words");
    assert!(is_forbidden(report(&forum, noor, posted.id).await), "it is their own");
    assert!(matches!(report(&forum, Viewer::Anonymous, posted.id).await, Err(Error::SignedOut)));
    assert_eq!(waiting(&forum, mira, garden.id).await, []);
    // A member and an outside reader report; reporting again replaces the first report.
    assert_eq!(reports::reportable(cx, ada, posted.id).await.unwrap().reported_at, None);
    report(&forum, ada, posted.id).await.unwrap();
    assert_eq!(reports::reportable(cx, ada, posted.id).await.unwrap().reported_at, Some(cx.now()));
    reports::create(cx, ada, posted.id, Some(Grounds::Other), "He sells <plums>.").await.unwrap();
    report(&forum, eva, posted.id).await.unwrap();
    for who in [noor, ada, eva] {
        assert!(is_forbidden(reports::of_group(cx, who, garden.id).await), "who reported is for moderators alone");
        assert_eq!(reports::count(&groups::by_id(cx, who, garden.id).await.unwrap()), 0);
    }
    let (_, items) = reports::of_group(cx, moderator, garden.id).await.unwrap();
    let [item] = items.as_slice() else { panic!("{items:?}") };
    let said: Vec<_> =
        item.voices.iter().map(|v| (v.username.as_deref().unwrap(), v.grounds, v.words.as_str())).collect();
    assert_eq!(said, [("ada", Grounds::Other, "He sells <plums>."), ("eva", Grounds::Spam, "")]);
    assert_eq!((item.message.id, item.row.reports, item.row.topic_name.as_str()), (posted.id, 2, "Plums"));
    let first = item.row.report_id;
    for who in [noor, ada, eva] {
        assert!(is_not_found(reports::answer(cx, who, first, Verdict::Deleted, "").await));
    }
    assert!(matches!(reports::answer(cx, Viewer::Anonymous, first, Verdict::Nothing, "").await, Err(Error::SignedOut)));
    let answered = reports::answer(cx, moderator, first, Verdict::Deleted, "").await.unwrap();
    assert_eq!(answered, Answered { group: garden.id, kind: GroupKind::Public, reports: 2 });
    forum.drain().await;
    assert!(placed::show(cx, ada, posted.id).await.unwrap().message.deleted);
    assert_eq!(waiting(&forum, mira, garden.id).await, []);
    let kept = crate::tables::texts(
        &forum,
        "select u.username || ' ' || r.verdict from reports r join users u on u.id = r.answered_by where r.answered_at is not null",
    )
    .await;
    assert_eq!(kept, ["moderator deleted", "moderator deleted"]);
    assert!(is_not_found(report(&forum, ada, posted.id).await), "nothing is left to report");
}

async fn hidden_messages_are_answered_like_missing_ones(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let (boss, sven) = (forum.site_admin("boss").await, forum.person("sven").await);
    for kind in [GroupKind::Closed, GroupKind::Private] {
        let group = forum.group(mira, kind.as_str(), kind).await;
        forum.admit(&group, &[noor, sven]).await;
        let posted = forum.topic(sven, &group, "Plums", "Ours").await;
        report(&forum, noor, posted.id).await.unwrap();
        let first = waiting(&forum, mira, group.id).await[0].1;
        for who in [ada, boss, Viewer::Anonymous] {
            let absent = describe(reports::reportable(cx, who, MessageId(ABSENT)).await);
            assert_eq!(describe(reports::reportable(cx, who, posted.id).await), absent);
            assert_eq!(describe(report(&forum, who, posted.id).await), absent);
            for verdict in [Verdict::Nothing, Verdict::Deleted] {
                let absent = describe(reports::answer(cx, who, ReportId(ABSENT), verdict, "").await);
                assert_eq!(describe(reports::answer(cx, who, first, verdict, "").await), absent);
            }
        }
        assert!(
            is_not_found(reports::answer(cx, noor, first, Verdict::Nothing, "").await),
            "theirs, and not theirs to answer"
        );
        assert_eq!(of_site(&forum, boss).await, []);
        assert!(is_not_found(reports::of_site(cx, mira).await));
        // Users who are removed or lose their role lose access.
        members::set_role(cx, mira, group.id, id(noor), Role::Moderator).await.unwrap();
        assert_eq!(waiting(&forum, noor, group.id).await.len(), 1);
        members::remove(cx, mira, group.id, id(noor)).await.unwrap();
        assert!(reports::of_group(cx, noor, group.id).await.is_err());
        assert!(is_not_found(reports::answer(cx, noor, first, Verdict::Deleted, "").await));
    }
    forum.drain().await;
}

async fn all_reports_of_a_message_are_answered_together(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let posted = forum.topic(noor, &garden, "Plums", "One").await;
    let other = forum.post(noor, posted.topic, "Two").await;
    for n in 0..reports::VOICES + 3 {
        let who = forum.person(&format!("reader{n}x")).await;
        report(&forum, who, posted.id).await.unwrap();
        if n == 0 {
            report(&forum, who, other.id).await.unwrap();
        }
    }
    let (found, items) = reports::of_group(cx, mira, garden.id).await.unwrap();
    let counted: Vec<_> =
        items.iter().map(|item| (item.message.id, item.row.reports, item.voices.len() as i64)).collect();
    assert_eq!(counted, [(posted.id, reports::VOICES + 3, reports::VOICES), (other.id, 1, 1)]);
    assert_eq!(reports::count(&found), 2, "messages are counted, not voices");
    let answered = reports::answer(cx, mira, items[0].row.report_id, Verdict::Nothing, "").await.unwrap();
    assert_eq!(answered.reports as i64, reports::VOICES + 3);
    assert!(!placed::show(cx, mira, posted.id).await.unwrap().message.deleted);
    assert_eq!(waiting(&forum, mira, garden.id).await, [(other.id, items[1].row.report_id)]);
    // It can be reported again after an answer.
    let reader = forum.person("reader").await;
    report(&forum, reader, posted.id).await.unwrap();
    assert_eq!(waiting(&forum, mira, garden.id).await.len(), 2);
    forum.drain().await;
}

async fn when_two_moderators_answer_at_once_one_succeeds(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    groups::admit(cx, garden.id, id(ada), Role::Moderator).await.unwrap();
    forum.admit(&garden, &[noor]).await;
    let posted = forum.topic(noor, &garden, "Plums", "One").await;
    report(&forum, mira, posted.id).await.unwrap();
    let first = waiting(&forum, mira, garden.id).await[0].1;
    let (one, other) = tokio::join!(
        reports::answer(cx, mira, first, Verdict::Nothing, ""),
        reports::answer(cx, ada, first, Verdict::Deleted, "")
    );
    let (one, other) = (one.unwrap().reports, other.unwrap().reports);
    assert_eq!(one + other, 1);
    assert_eq!(placed::show(cx, mira, posted.id).await.unwrap().message.deleted, other == 1, "the first has the word");
    forum.drain().await;
}

async fn a_report_of_a_deleted_message_can_still_be_answered(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor, ada]).await;
    let posted = forum.topic(noor, &garden, "Plums", "One").await;
    let other = forum.post(noor, posted.topic, "Two").await;
    for message in [posted.id, other.id] {
        report(&forum, ada, message).await.unwrap();
    }
    // A moderator who deletes the message has answered; an author who does has not.
    messages::delete(cx, mira, other.id).await.unwrap();
    messages::delete(cx, noor, posted.id).await.unwrap();
    let (_, items) = reports::of_group(cx, mira, garden.id).await.unwrap();
    assert_eq!(items.len(), 1);
    assert!(items[0].message.id == posted.id && items[0].message.deleted && items[0].message.markup.is_empty());
    assert_eq!(reports::answer(cx, mira, items[0].row.report_id, Verdict::Deleted, "").await.unwrap().reports, 1);
    assert_eq!(waiting(&forum, mira, garden.id).await, []);
    forum.drain().await;
}

async fn deleting_a_topic_or_group_closes_its_reports(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let (boss, sven) = (forum.site_admin("boss").await, forum.person("sven").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[sven]).await;
    let (plums, pears) =
        (forum.topic(sven, &garden, "Plums", "One").await, forum.topic(sven, &garden, "Pears", "Two").await);
    report(&forum, noor, plums.id).await.unwrap();
    report(&forum, noor, pears.id).await.unwrap();
    let all = waiting(&forum, mira, garden.id).await;
    assert_eq!(of_site(&forum, boss).await, all);
    topics::delete(cx, mira, plums.topic).await.unwrap();
    assert_eq!(waiting(&forum, mira, garden.id).await, all[1..]);
    assert_eq!(of_site(&forum, boss).await, all[1..]);
    assert!(is_not_found(reports::answer(cx, mira, all[0].1, Verdict::Nothing, "").await));
    groups::delete(cx, mira, garden.id, "Garden").await.unwrap();
    assert_eq!(of_site(&forum, boss).await, []);
    for who in [mira, boss] {
        assert!(is_not_found(reports::of_group(cx, who, garden.id).await));
        assert!(is_not_found(reports::answer(cx, who, all[1].1, Verdict::Deleted, "").await));
    }
    forum.drain().await;
}

async fn site_admins_see_only_the_reported_message_of_a_conversation(forum: TestForum) {
    let cx = &forum.cx;
    let (ann, ben, cleo) = (forum.person("ann").await, forum.person("ben").await, forum.person("cleo").await);
    let boss = forum.site_admin("boss").await;
    let posted =
        messages::submit(cx, ann, Target::Conversation { to: "ben", title: "" }, draft("I know where you live"))
            .await
            .unwrap();
    let other = messages::submit(cx, ben, Target::Topic(posted.topic), draft("Do you")).await.unwrap();
    assert!(is_not_found(report(&forum, boss, posted.id).await));
    report(&forum, ben, posted.id).await.unwrap();
    let items = reports::of_site(cx, boss).await.unwrap();
    let [item] = items.as_slice() else { panic!("{items:?}") };
    assert!(item.message.id == posted.id && item.message.markup.contains("I know where you live"));
    // Only the reported message is shown; the rest of the conversation stays closed.
    for message in [posted.id, other.id] {
        assert!(is_not_found(placed::show(cx, boss, message).await));
    }
    assert!(is_not_found(reports::of_group(cx, boss, posted.group).await));
    assert!(is_forbidden(reports::of_group(cx, ann, posted.group).await));
    for who in [ann, ben, cleo] {
        assert!(is_not_found(reports::answer(cx, who, item.row.report_id, Verdict::Nothing, "").await));
        assert!(is_not_found(reports::of_site(cx, who).await));
    }
    let answered = reports::answer(cx, boss, item.row.report_id, Verdict::Deleted, "").await.unwrap();
    assert_eq!((answered.kind, answered.reports), (GroupKind::Direct, 1));
    assert!(placed::show(cx, ben, posted.id).await.unwrap().message.deleted);
    assert!(!placed::show(cx, ben, other.id).await.unwrap().message.deleted);
    assert_eq!(of_site(&forum, boss).await, []);
    // An answered report gives no access any more.
    assert_eq!(reports::answer(cx, boss, item.row.report_id, Verdict::Deleted, "").await.unwrap().reports, 0);
    forum.drain().await;
}

async fn site_admins_see_reports_in_groups_that_they_can_read(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let (boss, chief) = (forum.site_admin("boss").await, forum.site_admin("chief").await);
    let sven = forum.person("sven").await;
    let mut reported = Vec::new();
    for kind in [GroupKind::Public, GroupKind::Closed, GroupKind::Private] {
        let group = forum.group(mira, kind.as_str(), kind).await;
        forum.admit(&group, &[noor, chief, sven]).await;
        let posted = forum.topic(sven, &group, "Plums", "One").await;
        report(&forum, noor, posted.id).await.unwrap();
        reported.push((posted.id, waiting(&forum, mira, group.id).await[0].1));
        assert_eq!(waiting(&forum, chief, group.id).await.len(), 1);
    }
    assert_eq!(of_site(&forum, boss).await, reported[..1], "no key to what is closed to them");
    assert_eq!(of_site(&forum, chief).await, reported);
    for (message, report) in &reported[1..] {
        assert!(is_not_found(reports::answer(cx, boss, *report, Verdict::Deleted, "").await));
        reports::answer(cx, chief, *report, Verdict::Deleted, "").await.unwrap();
        assert!(placed::show(cx, mira, *message).await.unwrap().message.deleted);
    }
    reports::answer(cx, boss, reported[0].1, Verdict::Nothing, "").await.unwrap();
    forum.drain().await;
}

async fn reports_in_an_archived_group_are_answered_without_deleting(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, sven) = (forum.person("mira").await, forum.person("noor").await, forum.person("sven").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[sven]).await;
    let posted = forum.topic(sven, &garden, "Plums", "One").await;
    groups::archive(cx, mira, garden.id, true).await.unwrap();
    report(&forum, noor, posted.id).await.unwrap();
    let first = waiting(&forum, mira, garden.id).await[0].1;
    assert!(is_forbidden(reports::answer(cx, mira, first, Verdict::Deleted, "").await));
    assert_eq!(waiting(&forum, mira, garden.id).await.len(), 1, "it still waits");
    assert_eq!(reports::answer(cx, mira, first, Verdict::Nothing, "").await.unwrap().reports, 1);
    forum.drain().await;
}

async fn reports_are_limited(mut forum: TestForum) {
    let (mira, noor, sven) = (forum.person("mira").await, forum.person("noor").await, forum.person("sven").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[sven]).await;
    let posted = forum.topic(sven, &garden, "Plums", "One").await;
    let other = forum.post(sven, posted.topic, "Two").await;
    forum.limit(|limits| limits.reports_per_day = 1);
    report(&forum, noor, posted.id).await.unwrap();
    assert!(matches!(report(&forum, noor, other.id).await, Err(Error::TooMany(_))));
    assert_eq!(waiting(&forum, mira, garden.id).await.len(), 1);
    forum.drain().await;
}

async fn moderators_cannot_answer_reports_of_their_own_messages(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, boss) = (forum.person("mira").await, forum.person("noor").await, forum.site_admin("boss").await);
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    forum.admit(&secret, &[noor]).await;
    let posted = forum.topic(mira, &secret, "Plans", "You are all fools").await;
    let other = forum.post(noor, posted.topic, "Buy my plums").await;
    report(&forum, noor, posted.id).await.unwrap();
    report(&forum, mira, other.id).await.unwrap();
    // The only moderator wrote this one, so site admins see that message, and nothing else.
    let own: Vec<MessageId> = waiting(&forum, mira, secret.id).await.into_iter().map(|(message, _)| message).collect();
    assert_eq!(own, [other.id]);
    let [(message, first)] = of_site(&forum, boss).await[..] else { panic!("one report") };
    assert_eq!(message, posted.id);
    assert!(!reports::of_site(cx, boss).await.unwrap()[0].row.reads);
    assert!(is_not_found(reports::answer(cx, mira, first, Verdict::Nothing, "").await), "it is hers");
    assert!(is_not_found(groups::by_id(cx, boss, secret.id).await));
    assert_eq!(reports::answer(cx, boss, first, Verdict::Deleted, "").await.unwrap().reports, 1);
    assert!(placed::show(cx, noor, posted.id).await.unwrap().message.deleted);
    assert_eq!(of_site(&forum, boss).await, []);
    forum.drain().await;
}
