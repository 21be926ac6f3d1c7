//! Taking back warnings, lifting bans, and who can be banned.

use domain::groups;
use domain::groups::{members, requests};
use domain::live::notices;
use domain::model::{GroupKind, LogAction, NoticeId, NoticeKind, Role, UserId};
use domain::moderation::{log, records, warnings};
use domain::people::export;
use domain::policy::Viewer;
use domain::testing::TestForum;
use futures_util::TryStreamExt;

use crate::tables::ints;
use crate::{ABSENT, id, is_forbidden, is_not_found};

stories! {
    anyone_who_may_warn_can_revoke_a_warning,
    site_admins_revoke_warnings_of_the_site,
    lifting_a_ban_revokes_its_notice,
    people_without_ties_to_a_group_cannot_be_banned_from_it,
    requesters_and_former_members_can_be_banned_and_are_notified,
}

/// Returns kind and reason of a user's unread notice, and how many more there are.
async fn unread(forum: &TestForum, who: Viewer) -> Option<(NoticeKind, String, i64)> {
    notices::unread(&forum.cx, id(who)).await.unwrap().map(|told| (told.kind, told.reason, told.more))
}

async fn anyone_who_may_warn_can_revoke_a_warning(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let (eva, boss) = (forum.person("eva").await, forum.site_admin("boss").await);
    let garden = forum.group(mira, "Garden", GroupKind::Closed).await;
    let den = forum.group(ada, "Den", GroupKind::Closed).await;
    forum.admit(&garden, &[noor, ada]).await;
    groups::admit(cx, garden.id, id(eva), Role::Moderator).await.unwrap();
    let origin = domain::people::sessions::Origin::new(std::net::Ipv4Addr::LOCALHOST, "");
    let token = domain::people::sessions::open(cx, id(noor), &origin).await.unwrap();
    let has_unread_notice =
        async || domain::people::sessions::authenticate(cx, &token).await.unwrap().unwrap().has_unread_notice;
    for reason in ["No finches", "No parrots"] {
        warnings::warn_in_group(cx, mira, garden.id, id(noor), reason).await.unwrap();
    }
    let of_noor = async || {
        let chosen = members::detail(cx, mira, garden.id, id(noor)).await.unwrap();
        records::of_member(cx, mira, &chosen).await.unwrap().warnings
    };
    let [second, first] = of_noor().await.try_into().unwrap();
    assert_eq!((first.reason.as_str(), first.by_name.as_str(), first.taken_back_at), ("No finches", "mira", None));
    // Users who may not warn cannot take back; nor can moderators of another group, or the warned user.
    assert!(is_forbidden(warnings::withdraw_in_group(cx, ada, garden.id, first.id).await));
    assert!(is_not_found(warnings::withdraw_in_group(cx, ada, den.id, first.id).await));
    assert!(is_forbidden(warnings::withdraw_in_group(cx, boss, garden.id, first.id).await), "they do not read it");
    assert!(is_not_found(warnings::withdraw(cx, boss, first.id).await), "it is the group's");
    assert!(is_not_found(warnings::withdraw_in_group(cx, mira, garden.id, NoticeId(ABSENT)).await));
    members::set_role(cx, mira, garden.id, id(noor), Role::Moderator).await.unwrap();
    assert!(is_forbidden(warnings::withdraw_in_group(cx, noor, garden.id, first.id).await), "one's own");
    assert!(is_forbidden(warnings::withdraw_in_group(cx, eva, garden.id, first.id).await), "who stands as high");
    members::set_role(cx, mira, garden.id, id(noor), Role::Member).await.unwrap();
    notices::mark_read(cx, noor, first.id).await.unwrap();
    assert_eq!(unread(&forum, noor).await, Some((NoticeKind::Warning, "No parrots".into(), 0)));
    assert!(has_unread_notice().await);
    assert_eq!(warnings::withdraw_in_group(cx, eva, garden.id, second.id).await.unwrap(), id(noor));
    assert_eq!(unread(&forum, noor).await, None);
    assert!(!has_unread_notice().await, "no page shows it any more");
    warnings::withdraw_in_group(cx, mira, garden.id, first.id).await.unwrap();
    assert!(is_not_found(warnings::withdraw_in_group(cx, mira, garden.id, first.id).await), "once");
    let [second, first] = of_noor().await.try_into().unwrap();
    assert_eq!((second.back_name.as_deref(), second.read_at), (Some("eva"), None));
    assert!(first.back_name.as_deref() == Some("mira") && first.read_at.is_some() && first.taken_back_at.is_some());
    // Moderators see it in the log, and the user in their export.
    let actions = async |who| {
        let (_, page) = log::of_group(cx, who, garden.id, None, None).await.unwrap();
        page.lines.into_iter().map(|line| (line.what, line.user)).collect::<Vec<_>>()
    };
    assert_eq!(actions(eva).await[..2], [(); 2].map(|()| (LogAction::WarningTakenBack, Some("noor".to_owned()))));
    assert!(actions(ada).await.iter().all(|(what, _)| *what != LogAction::WarningTakenBack), "that is between them");
    let all: String = export::download(cx, id(noor)).await.unwrap().try_collect().await.unwrap();
    let told = all.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let back: Vec<_> =
        told.filter(|line| line["type"] == "notice").map(|line| line["taken_back_at"].is_string()).collect();
    assert_eq!(back, [true, true]);
}

async fn site_admins_revoke_warnings_of_the_site(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let (boss, chief) = (forum.site_admin("boss").await, forum.site_admin("chief").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    warnings::warn(cx, boss, id(noor), "Really").await.unwrap();
    warnings::warn(cx, boss, id(chief), "You too").await.unwrap();
    let warning = async |who| records::of_account(cx, boss, id(who)).await.unwrap().warnings[0].clone();
    let one = warning(noor).await.id;
    for who in [mira, noor] {
        assert!(is_not_found(warnings::withdraw(cx, who, one).await));
    }
    assert!(is_not_found(warnings::withdraw_in_group(cx, mira, garden.id, one).await), "it is not of the group");
    assert!(is_forbidden(warnings::withdraw(cx, chief, warning(chief).await.id).await), "one's own");
    assert_eq!(warnings::withdraw(cx, chief, one).await.unwrap(), id(noor));
    assert_eq!(unread(&forum, noor).await, None);
    assert_eq!(warning(noor).await.back_name.as_deref(), Some("chief"));
    let lines = records::of_account(cx, boss, id(noor)).await.unwrap().lines;
    assert_eq!(
        lines.iter().map(|line| line.what).collect::<Vec<_>>(),
        [LogAction::WarningTakenBack, LogAction::Warned]
    );
}

async fn lifting_a_ban_revokes_its_notice(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let orchard = forum.group(mira, "Orchard", GroupKind::Public).await;
    for group in [&garden, &orchard] {
        forum.admit(group, &[noor]).await;
        members::ban(cx, mira, group.id, id(noor), &group.name).await.unwrap();
    }
    assert_eq!(unread(&forum, noor).await, Some((NoticeKind::Ban, "Garden".into(), 1)));
    members::lift_ban(cx, mira, garden.id, id(noor)).await.unwrap();
    assert_eq!(unread(&forum, noor).await, Some((NoticeKind::Ban, "Orchard".into(), 0)), "the other one stands");
    // A new ban sends a new notice.
    members::ban(cx, mira, garden.id, id(noor), "Again").await.unwrap();
    assert_eq!(unread(&forum, noor).await.map(|(_, _, more)| more), Some(1));
    forum.drain().await;
}

async fn people_without_ties_to_a_group_cannot_be_banned_from_it(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Closed).await;
    let other = forum.group(noor, "Den", GroupKind::Closed).await;
    forum.topic(noor, &other, "Plums", "Written elsewhere").await;
    let outsider = id(noor);
    for nobody in [outsider, UserId(ABSENT), UserId(0), UserId(-1), UserId(i64::MAX)] {
        assert!(is_not_found(members::detail(cx, mira, garden.id, nobody).await), "{nobody}");
        assert!(is_not_found(members::ban(cx, mira, garden.id, nobody, "because").await), "{nobody}");
        assert!(is_not_found(members::remove(cx, mira, garden.id, nobody).await), "{nobody}");
        assert!(is_not_found(warnings::warn_in_group(cx, mira, garden.id, nobody, "because").await), "{nobody}");
    }
    let (_, bans) = members::bans(cx, mira, garden.id).await.unwrap();
    assert!(bans.is_empty(), "nobody is named by their number");
    assert_eq!(ints(&forum, "select count(*) from audit_log").await, [[0]]);
    assert_eq!(unread(&forum, noor).await, None);
}

async fn requesters_and_former_members_can_be_banned_and_are_notified(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let eva = forum.person("eva").await;
    let garden = forum.group(mira, "Garden", GroupKind::Closed).await;
    forum.admit(&garden, &[ada, eva]).await;
    requests::ask(cx, noor, garden.id, "Buy finches").await.unwrap();
    forum.topic(ada, &garden, "Finches", "Ten a dozen").await;
    warnings::warn_in_group(cx, mira, garden.id, id(eva), "No emails to members").await.unwrap();
    for who in [ada, eva] {
        groups::leave(cx, who, garden.id).await.unwrap();
    }
    for (who, asked, wrote) in [(noor, true, false), (ada, false, true), (eva, false, false)] {
        let chosen = members::detail(cx, mira, garden.id, id(who)).await.unwrap();
        assert_eq!((chosen.has_asked, chosen.has_written, chosen.is_banned), (asked, wrote, false));
        members::ban(cx, mira, garden.id, id(who), "Finches").await.unwrap();
        let chosen = members::detail(cx, mira, garden.id, id(who)).await.unwrap();
        assert!(chosen.is_banned && chosen.member.is_none() && !chosen.has_asked);
        assert!(is_forbidden(requests::ask(cx, who, garden.id, "please").await));
    }
    assert_eq!(unread(&forum, noor).await, Some((NoticeKind::Ban, "Finches".into(), 0)));
    assert_eq!(members::bans(cx, mira, garden.id).await.unwrap().1.len(), 3);
    let (_, waiting, _) = requests::waiting(cx, mira, garden.id).await.unwrap();
    assert!(waiting.is_empty());
    forum.drain().await;
}
