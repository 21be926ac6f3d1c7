//! Every action of moderators and admins is logged: each address that changes something is in one of two lists, and
//! those in the first list add a row to the moderation log.

use domain::groups::GroupForm;
use domain::model::LogAction::*;
use domain::model::{GroupKind, LogAction};
use domain::moderation::bulk_delete;
use domain::moderation::bulk_delete::Span;
use domain::testing::TestForum;

use super::actors::Actor;
use super::client::{Client, address, fields};
use super::states::{Scope, State};
use super::world::{World, keyed};
use crate::routes::ROUTES;

/// An action of moderators or admins: the address, who does it in the scene, extra form fields, and the logged action.
type Logged = (&'static str, Actor, &'static [(&'static str, &'static str)], LogAction);

/// The fields of a webhook.
const HOOK: &[(&str, &str)] = &[("url", "https://example.org/"), ("message.posted", "yes")];

const LOGGED: &[Logged] = &[
    ("/-/groups/{id}/edit", Actor::Admin, &[("name", "Another")], GroupEdited),
    ("/-/groups/{id}/archive", Actor::Admin, &[], GroupArchived),
    ("/-/groups/{id}/mail-in", Actor::Admin, &[], GroupEdited),
    ("/-/groups/{id}/delete", Actor::Admin, &[], GroupDeleted),
    ("/-/groups/{id}/members/{user}/role", Actor::Admin, &[("role", "moderator")], RoleGiven),
    ("/-/groups/{id}/members/{user}/hand-over", Actor::Admin, &[], GroupHandedOver),
    ("/-/groups/{id}/members/{user}/remove", Actor::Moderator, &[], MemberRemoved),
    ("/-/groups/{id}/members/{user}/ban", Actor::Moderator, &[], MemberBanned),
    ("/-/groups/{id}/bans/{user}/lift", Actor::Moderator, &[], BanLifted),
    ("/-/groups/{id}/members/{user}/warn", Actor::Moderator, &[], Warned),
    ("/-/groups/{id}/warnings/{warning}/take-back", Actor::Moderator, &[], WarningTakenBack),
    ("/-/groups/{id}/members/{user}/clear", Actor::Moderator, &[], PersonCleared),
    ("/-/groups/{id}/members/{user}/clear", Actor::Moderator, &[("also", "ban")], MemberBanned),
    ("/-/groups/{id}/removals/{removal}/undo", Actor::Moderator, &[], ClearingUndone),
    ("/-/log/{entry}/hide", Actor::Admin, &[], NameHidden),
    ("/-/reports/{id}", Actor::Moderator, &[], MessageDeleted),
    ("/-/reports/{id}", Actor::Moderator, &[("verdict", "nothing")], ReportDismissed),
    ("/-/groups/{id}/held", Actor::Moderator, &[], PendingApproved),
    ("/-/groups/{id}/edit", Actor::Admin, &[("slow", "60")], GroupEdited),
    ("/-/groups/{id}/rules", Actor::Admin, &[], RuleMade),
    ("/-/rules/{id}", Actor::Admin, &[], RuleChanged),
    ("/-/rules/{id}/switch", Actor::Admin, &[], RuleSwitchedOn),
    ("/-/rules/{id}/switch", Actor::Admin, &[("on", "no")], RuleSwitchedOff),
    ("/-/rules/{id}/delete", Actor::Admin, &[], RuleDeleted),
    ("/-/groups/{id}/bots", Actor::Admin, &[("username", "nest-cam")], BotMade),
    ("/-/groups/{id}/webhooks", Actor::Admin, HOOK, HookMade),
    ("/admin/webhooks", Actor::SiteAdmin, HOOK, HookMade),
    ("/admin/auditors", Actor::SiteAdmin, &[("url", "https://example.org/"), ("timeout", "500")], AuditorChanged),
    ("/admin/held", Actor::SiteAdmin, &[], PendingApproved),
    ("/admin/rules", Actor::SiteAdmin, &[], RuleMade),
    ("/admin/rules/newcomers", Actor::SiteAdmin, &[], NewcomersSet),
    ("/-/groups/{id}/requests", Actor::Moderator, &[], MemberAdmitted),
    ("/-/groups/{id}/invitations", Actor::Moderator, &[], LinkMade),
    ("/-/groups/{id}/invitations/{invitation}/revoke", Actor::Moderator, &[], LinkRevoked),
    ("/-/invite/{token}", Actor::Outsider, &[], LinkFollowed),
    ("/-/groups/{id}/invited", Actor::Moderator, &[], Invited),
    ("/-/groups/{id}/invited/{user}/uninvite", Actor::Moderator, &[], Uninvited),
    ("/-/topics/{id}/edit", Actor::Moderator, &[], TopicRenamed),
    ("/-/topics/{id}/mark", Actor::Moderator, &[], TopicResolved),
    ("/-/topics/{id}/mark", Actor::Moderator, &[("mark", "locked")], TopicLocked),
    ("/-/topics/{id}/mark", Actor::Moderator, &[("mark", "pinned")], TopicPinned),
    ("/-/topics/{id}/move", Actor::Moderator, &[("group", "ELSEWHERE")], TopicMoved),
    ("/-/topics/{id}/split", Actor::Moderator, &[("which", "these"), ("m", "SECOND")], TopicSplit),
    ("/-/topics/{id}/merge", Actor::Moderator, &[("into", "OTHER")], TopicMerged),
    ("/-/topics/{id}/delete", Actor::Moderator, &[], TopicDeleted),
    ("/-/topics/{id}/restore", Actor::Moderator, &[], TopicRestored),
    ("/admin/groups/{id}/restore", Actor::SiteAdmin, &[], GroupRestored),
    ("/-/messages/{id}/delete", Actor::Moderator, &[], MessageDeleted),
    ("/-/messages/{id}/restore", Actor::Moderator, &[], MessageRestored),
    ("/-/messages/{id}/close", Actor::Moderator, &[], PollClosed),
    ("/-/messages/{id}/wiki", Actor::Moderator, &[], WikiMade),
    ("/-/messages/{id}/previews", Actor::Moderator, &[], PreviewsRemoved),
    ("/admin/people/{id}/bar", Actor::SiteAdmin, &[], AccountSuspended),
    ("/admin/people/{id}/bar", Actor::SiteAdmin, &[("what", "ban")], AccountBanned),
    ("/admin/people/{id}/bar", Actor::SiteAdmin, &[("what", "lift")], AccountFreed),
    ("/admin/people/{id}/warn", Actor::SiteAdmin, &[], Warned),
    ("/admin/warnings/{id}/take-back", Actor::SiteAdmin, &[], WarningTakenBack),
    ("/admin/people/{id}/clear", Actor::SiteAdmin, &[], PersonCleared),
    ("/admin/people/{id}/clear", Actor::SiteAdmin, &[("also", "ban")], AccountBanned),
    ("/admin/removals/{id}/undo", Actor::SiteAdmin, &[], ClearingUndone),
    ("/admin/people/{id}/admin", Actor::SiteAdmin, &[("is_admin", "yes")], AdminMade),
    ("/admin/people/{id}/admin", Actor::SiteAdmin, &[("is_admin", "no")], AdminUnmade),
    ("/admin/people/{id}/sessions", Actor::SiteAdmin, &[], SessionRevoked),
    ("/admin/people/{id}/account", Actor::SiteAdmin, &[("what", "reset")], ResetLinkSent),
    ("/admin/people/{id}/account", Actor::SiteAdmin, &[("what", "data")], DataLinkSent),
    ("/admin/people/{id}/account", Actor::SiteAdmin, &[("what", "ask-again")], ConfirmationSent),
    (
        "/admin/people/{id}/account",
        Actor::SiteAdmin,
        &[("what", "confirm"), ("address", "next@example.org")],
        AddressConfirmed,
    ),
    ("/admin/people/{id}/account", Actor::SiteAdmin, &[("what", "clear-name")], NameCleared),
    ("/admin/people/{id}/account", Actor::SiteAdmin, &[("what", "clear-avatar")], AvatarCleared),
    ("/admin/people/{id}/account", Actor::SiteAdmin, &[("what", "second-step-off")], SecondStepOff),
    ("/admin/sign-ups", Actor::SiteAdmin, &[("one", "approve:WAITING")], SignUpApproved),
    ("/admin/sign-ups", Actor::SiteAdmin, &[("one", "decline:WAITING")], SignUpDeclined),
    ("/admin/sign-ups/links", Actor::SiteAdmin, &[], SignUpLinkMade),
    ("/admin/sign-ups/links/{id}/revoke", Actor::SiteAdmin, &[], SignUpLinkRevoked),
    ("/admin/settings", Actor::SiteAdmin, &[], SiteChanged),
    ("/admin/pages/{page}", Actor::SiteAdmin, &[], SitePageChanged),
    // After the one before: there is an earlier version to restore.
    ("/admin/pages/{page}/versions/{version}/restore", Actor::SiteAdmin, &[], SitePageChanged),
    ("/admin/jobs/{id}/retry", Actor::SiteAdmin, &[], JobRetried),
    ("/admin/jobs/{id}/drop", Actor::SiteAdmin, &[], JobDropped),
    // The last one: the account is needed before.
    ("/admin/people/{id}/delete", Actor::SiteAdmin, &[], AccountDeleted),
];

/// Actions that users take for themselves, or that anyone may take.
const NOT_LOGGED: &[&str] = &[
    "/-/sign-in",
    "/-/sign-in/code",
    "/-/forgot",
    "/-/reset",
    "/-/confirm",
    "/-/download",
    "/-/sign-up",
    "/-/sign-out",
    "/-/notice/hide",
    "/-/accept",
    // Happens once per site, by its operator: a test in domain/tests checks the log.
    "/-/first-admin",
    "/-/settings",
    "/-/settings/avatar",
    "/-/settings/password",
    "/-/settings/people",
    "/-/settings/mail",
    "/-/settings/mail/again",
    "/-/settings/notifications",
    "/-/settings/notifications/confirm",
    "/-/unsubscribe",
    "/-/settings/second-step/begin",
    "/-/settings/second-step/on",
    "/-/settings/second-step/off",
    "/-/settings/second-step/codes",
    "/-/settings/account/name",
    "/-/settings/account/delete",
    "/-/settings/sessions/{id}/revoke",
    "/-/settings/tokens",
    "/-/settings/tokens/{id}/revoke",
    "/-/push",
    "/-/push/devices",
    "/-/push/devices/{id}/remove",
    // Each needs a bot or webhook of its own: tests in domain/tests/forum/webhooks check the log.
    "/-/settings/bots",
    "/-/bots/{bot}/tokens",
    "/-/bots/{bot}/tokens/{delivery}/revoke",
    "/-/bots/{bot}/delete",
    "/-/groups/{id}/incoming",
    "/-/groups/{id}/incoming/{hook}/revoke",
    "/-/hooks/{token}",
    "/-/webhooks/{hook}/switch",
    "/-/webhooks/{hook}/test",
    "/-/webhooks/{hook}/delete",
    "/-/webhooks/{hook}/deliveries/{delivery}/again",
    "/admin/auditors/{id}",
    // They need a kind of their own: a test in domain/tests/forum/attachment_kinds.rs checks the log.
    "/-/settings/kinds/{kind}/retire",
    "/admin/kinds/{kind}/disable",
    "/-/users/{name}/ignore",
    "/-/notices/{id}/read",
    "/-/notices/read",
    "/-/held/{id}/withdraw",
    "/-/read",
    "/-/read/undo",
    "/-/mute/undo",
    "/-/mentions/read",
    "/-/direct",
    "/-/direct/{id}/add",
    "/-/groups",
    "/-/groups/{id}/join",
    "/-/groups/{id}/leave",
    // One export runs at a time in a process: a test in domain/tests/forum/exports.rs checks the log.
    "/-/groups/{id}/export",
    // They need an account that came with an import: a test in domain/tests/import/claims.rs checks the log.
    "/admin/people/{id}/claim",
    "/admin/people/{id}/claim/revoke",
    // They need an image: a test in domain/tests/forum/pictures.rs checks the log.
    "/-/groups/{id}/image",
    "/admin/logo",
    // It changes nothing that anyone can see for longer than it takes.
    "/-/groups/{id}/statistics/recompute",
    // They change nothing but what the card for admins shows.
    "/admin/mail-test",
    "/admin/first-steps/hide",
    "/-/groups/{id}/level",
    "/-/groups/{id}/read",
    "/-/groups/{id}/topics",
    "/-/groups/{id}/ask",
    "/-/groups/{id}/ask/withdraw",
    "/-/groups/{id}/invited/accept",
    "/-/groups/{id}/invited/decline",
    "/-/topics/{id}/messages",
    "/-/topics/{id}/preview",
    "/-/topics/{id}/read",
    "/-/topics/{id}/level",
    "/-/messages/{id}/edit",
    "/-/messages/{id}/star",
    "/-/messages/{id}/bookmark",
    "/-/files",
    "/-/topics/{id}/attach",
    "/-/messages/{id}/vote",
    "/-/messages/{id}/retract",
    "/-/messages/{id}/report",
    "/-/messages/{id}/unread",
];

#[test]
fn every_changing_route_is_classified_as_logged_or_not() {
    for entry in ROUTES.iter().filter(|entry| entry.method == "post") {
        let logged = LOGGED.iter().any(|(path, ..)| *path == entry.path);
        let not = NOT_LOGGED.contains(&entry.path);
        assert!(
            logged != not,
            "{} has to be in one of the lists in web/src/matrix/logged.rs: do moderators use it, so that it leaves a row in the log?",
            entry.path
        );
    }
    for path in LOGGED.iter().map(|(path, ..)| path).chain(NOT_LOGGED) {
        assert!(
            ROUTES.iter().any(|entry| entry.method == "post" && entry.path == *path),
            "{path} is no address any more"
        );
    }
}

#[actix_web::test]
async fn every_moderation_action_is_logged_on_sqlite() {
    every_moderation_action_is_logged(TestForum::sqlite().await).await;
}

#[actix_web::test]
async fn every_moderation_action_is_logged_on_postgres() {
    every_moderation_action_is_logged(TestForum::postgres().await).await;
}

async fn every_moderation_action_is_logged(forum: TestForum) {
    let cx = &forum.cx;
    let client = Client::open(&forum).await;
    let mut world = World::make(&forum).await;
    for (path, actor, typed, what) in LOGGED {
        let scene = world.stage(&forum, State::Closed, Scope::Whole).await;
        let elsewhere = forum.group(world.who(*actor), &format!("Other {}", scene.group.slug), scene.group.kind).await;
        if *what == MessageRestored {
            let message = domain::model::MessageId(scene.message);
            domain::messages::delete(cx, world.maker, message).await.expect("deleted");
        }
        if path.starts_with("/admin/held") {
            // Admins of the site answer reports only where they can read.
            let open = GroupForm::new(&scene.group.name, GroupKind::Public);
            domain::groups::update(cx, world.maker, scene.group.id, open).await.expect("opened");
        }
        // Messages of an admin cannot be bulk-deleted, and here the target is still an admin.
        let removal = match what {
            AdminUnmade => 0,
            _ => friends_words(&forum, &world, scene.group.id, domain::model::TopicId(scene.topic)).await.0,
        };
        let failed = "insert into jobs (kind, payload, state, run_at, created_at)
            select 'sweep', '{\"slot\":\"x\"}', 'failed', created_at, created_at from users order by id limit 1";
        forum.execute(failed).await;
        let job = domain::admin::jobs(cx, 1).await.expect("the jobs").1[0].id;
        let mut form = fields(&scene, &world, path);
        for (name, value) in *typed {
            if *value == "SECOND" {
                // A message that is not the only one of its topic, ticked.
                let topic = domain::model::TopicId(scene.topic);
                let second =
                    domain::messages::submit(cx, world.maker, domain::messages::Target::Topic(topic), keyed("Hello"))
                        .await
                        .expect("a message");
                form.push((Box::leak(format!("m{}", second.id).into_boxed_str()), "yes".to_owned()));
                continue;
            }
            let waits = world.who(Actor::Waiting).id().expect("an account").to_string();
            let value = match *value {
                "ELSEWHERE" => elsewhere.id.to_string(),
                "OTHER" => {
                    let other = domain::messages::submit(
                        cx,
                        world.maker,
                        domain::messages::Target::NewTopic { group: scene.group.id, title: "Other" },
                        keyed("Hello"),
                    )
                    .await;
                    let other = other.expect("a topic");
                    format!("/{}/{}/", other.group_slug, other.topic_slug)
                }
                value => value.replace("WAITING", &waits),
            };
            form.retain(|(known, _)| known != name);
            form.push((name, value));
        }
        let boss = world.who(Actor::SiteAdmin);
        domain::people::sign_ups::make_link(cx, boss, 3, 3).await.expect("a link");
        let link = domain::people::sign_ups::list(cx, boss).await.expect("the links").links[0].id;
        let friend = world.friend.id().expect("an account");
        domain::moderation::warnings::warn(cx, boss, friend, "because").await.expect("warned");
        let warning =
            domain::store::moderation::warnings::warnings(&cx.db, friend, None, 1).await.expect("the warnings")[0].id;
        let address = match (path.strip_prefix("/admin/jobs/{id}"), path.strip_prefix("/admin/removals/{id}")) {
            (Some(rest), _) => format!("/admin/jobs/{job}{rest}"),
            (_, Some(rest)) => format!("/admin/removals/{removal}{rest}"),
            _ if path.starts_with("/admin/groups/") => path.replace("{id}", &scene.group.id.to_string()),
            _ if path.starts_with("/admin/warnings/") => path.replace("{id}", &warning.to_string()),
            _ if path.starts_with("/admin/sign-ups/") => path.replace("{id}", &link.to_string()),
            _ if path.ends_with("people/{id}/delete") => path.replace("{id}", &friend.to_string()),
            _ => address(path, &scene, &world),
        };
        if path.ends_with("people/{id}/account") {
            forum
                .execute("update users set email = 'friend@example.org', new_email = 'next@example.org' where username = 'friend'")
                .await;
            forum
                .execute(
                    "insert into second_steps (user_id, secret, created_at)
                     select id, 'x', created_at from users where username = 'friend' on conflict do nothing",
                )
                .await;
        }
        match what {
            PreviewsRemoved => {
                forum.execute("update messages set previews = '[{\"url\":\"\",\"title\":\"\",\"site\":\"\"}]'").await;
            }
            TopicRestored => {
                let topic = domain::model::TopicId(scene.topic);
                domain::topics::delete(cx, world.maker, topic).await.map(drop).expect("deleted");
            }
            GroupRestored => {
                domain::groups::delete(cx, world.maker, scene.group.id, &scene.group.name).await.expect("deleted")
            }
            _ => {}
        }
        let before = rows(&forum).await;
        let answer = client.send(&forum, &mut world, "post", &address, &form, *actor).await;
        assert!(answer.status < 400, "{path} answers {}: {}", answer.status, answer.body);
        let new: Vec<_> = rows(&forum).await.into_iter().skip(before.len()).collect();
        let by = world.who(*actor).id().expect("an account");
        assert!(new.iter().any(|(did, did_what)| *did == Some(by) && did_what == what), "{path} left {new:?}");
        forum.execute("update users set banned_at = null, suspended_until = null where username <> 'suspendedx'").await;
        forum.execute("delete from jobs where state = 'failed'").await;
        forum
            .execute("update users set waiting_since = created_at, declined_at = null where username = 'waitingx'")
            .await;
    }
}

/// Bulk-deletes a message of a user from the whole site, adds one that stays, and returns the bulk delete.
async fn friends_words(
    forum: &TestForum,
    world: &World,
    group: domain::model::GroupId,
    topic: domain::model::TopicId,
) -> domain::model::BulkDeleteId {
    let (cx, friend) = (&forum.cx, world.friend.id().expect("an account"));
    let boss = world.who(Actor::SiteAdmin);
    domain::groups::admit(cx, group, friend, domain::model::Role::Member).await.expect("admitted");
    forum.post(world.friend, topic, "Gone").await;
    bulk_delete::clear_site(cx, boss, friend, Span::All, "because", None).await.expect("begun");
    forum.drain().await;
    forum.post(world.friend, topic, "Stays").await;
    domain::groups::leave(cx, world.friend, group).await.expect("left");
    domain::store::moderation::bulk_delete::of_user(&cx.db, friend, None, 1).await.expect("removals")[0].id
}

/// Returns who did what, from the moderation log.
async fn rows(forum: &TestForum) -> Vec<(Option<domain::model::UserId>, LogAction)> {
    domain::store::moderation::log::all(&forum.cx.db).await.expect("the log")
}
