//! Every action of a page has a route here, or a reason why programs do not have it.

use super::ENDPOINTS;
use crate::routes::ROUTES;

/// Pages whose actions are about a browser or about proving who somebody is.
const BROWSER: &str = "It concerns a browser's session, or proves who somebody is.";
/// Actions for which people give their password again.
const PASSWORD: &str = "It takes the account's password, which a token does not replace.";
/// Links that programs do not follow.
const LINK: &str = "It is the target of a link in an email or of an invitation.";

/// The actions of pages, and their functions here.
const HAVE: &[(&str, &[&str])] = &[
    ("/-/settings", &["me::update"]),
    ("/-/settings/avatar", &["pictures::set_avatar", "pictures::remove_avatar"]),
    ("/-/settings/notifications", &["notifications::update"]),
    ("/-/settings/people", &["me::ignore", "me::stop_ignoring", "me::update"]),
    ("/-/push", &["push::update"]),
    ("/-/push/devices/{id}/remove", &["push::remove"]),
    ("/-/users/{name}/ignore", &["me::ignore", "me::stop_ignoring"]),
    ("/-/read", &["me::mark_read"]),
    ("/-/read/undo", &["me::undo_read"]),
    ("/-/mute/undo", &["topics::subscribe"]),
    ("/-/mentions/read", &["me::mark_mentions_read"]),
    ("/-/direct", &["conversations::create"]),
    ("/-/direct/{id}/add", &["conversations::add"]),
    ("/-/groups", &["group_changes::create"]),
    ("/-/groups/{id}/edit", &["group_changes::update"]),
    ("/-/groups/{id}/image", &["pictures::set_of_group", "pictures::remove_of_group"]),
    ("/-/groups/{id}/archive", &["group_changes::archive", "group_changes::unarchive"]),
    ("/-/groups/{id}/delete", &["group_changes::delete"]),
    ("/-/groups/{id}/statistics/recompute", &["statistics::recompute"]),
    ("/-/groups/{id}/join", &["groups::join"]),
    ("/-/groups/{id}/leave", &["groups::leave"]),
    ("/-/groups/{id}/level", &["groups::subscribe"]),
    ("/-/groups/{id}/read", &["groups::mark_read"]),
    ("/-/groups/{id}/topics", &["topics::create"]),
    ("/-/groups/{id}/members/{user}/role", &["members::set_role"]),
    ("/-/groups/{id}/members/{user}/hand-over", &["members::hand_over"]),
    ("/-/groups/{id}/members/{user}/remove", &["members::remove"]),
    ("/-/groups/{id}/members/{user}/ban", &["members::ban"]),
    ("/-/groups/{id}/members/{user}/warn", &["moderation::warn"]),
    ("/-/groups/{id}/warnings/{warning}/take-back", &["moderation::take_back_warning"]),
    ("/-/groups/{id}/members/{user}/clear", &["moderation::remove"]),
    ("/-/groups/{id}/removals/{removal}/undo", &["moderation::undo_removal"]),
    ("/-/groups/{id}/bans/{user}/lift", &["members::lift_ban"]),
    ("/-/notices/read", &["me::mark_notices_read"]),
    ("/-/notices/{id}/read", &["me::mark_notice_read"]),
    ("/-/reports/{id}", &["moderation::answer_report"]),
    ("/-/groups/{id}/held", &["moderation::approve", "moderation::decline"]),
    ("/-/held/{id}/withdraw", &["moderation::withdraw"]),
    ("/-/groups/{id}/rules", &["rules::create"]),
    ("/-/rules/{id}", &["rules::update"]),
    ("/-/rules/{id}/switch", &["rules::switch"]),
    ("/-/rules/{id}/delete", &["rules::delete"]),
    ("/-/groups/{id}/ask", &["groups::request"]),
    ("/-/groups/{id}/ask/withdraw", &["groups::withdraw_request"]),
    ("/-/groups/{id}/requests", &["members::approve_request", "members::decline_request"]),
    ("/-/groups/{id}/invitations", &["invitations::create_link"]),
    ("/-/groups/{id}/invitations/{invitation}/revoke", &["invitations::revoke_link"]),
    ("/-/groups/{id}/invited", &["invitations::invite"]),
    ("/-/groups/{id}/invited/accept", &["invitations::accept"]),
    ("/-/groups/{id}/invited/decline", &["invitations::decline"]),
    ("/-/groups/{id}/invited/{user}/uninvite", &["invitations::uninvite"]),
    ("/-/settings/bots", &["bots::create"]),
    ("/-/settings/kinds/{kind}/retire", &["attachments::retire", "attachments::resume"]),
    ("/-/bots/{bot}/delete", &["bots::delete"]),
    ("/-/groups/{id}/bots", &["bots::create_in_group"]),
    ("/-/groups/{id}/webhooks", &["webhooks::create"]),
    ("/-/groups/{id}/incoming", &["webhooks::create_incoming"]),
    ("/-/groups/{id}/incoming/{hook}/revoke", &["webhooks::revoke_incoming"]),
    ("/-/webhooks/{hook}/switch", &["webhooks::switch"]),
    ("/-/webhooks/{hook}/test", &["webhooks::test"]),
    ("/-/webhooks/{hook}/delete", &["webhooks::delete"]),
    ("/-/webhooks/{hook}/deliveries/{delivery}/again", &["webhooks::redeliver"]),
    ("/admin/webhooks", &["webhooks::create_of_site"]),
    ("/admin/auditors", &["auditors::create"]),
    ("/admin/auditors/{id}", &["auditors::switch", "auditors::delete"]),
    ("/admin/kinds/{kind}/disable", &["attachments::disable", "attachments::enable"]),
    ("/-/topics/{id}/messages", &["messages::create"]),
    ("/-/topics/{id}/preview", &["messages::preview"]),
    ("/-/topics/{id}/read", &["topics::mark_read"]),
    ("/-/topics/{id}/level", &["topics::subscribe"]),
    ("/-/topics/{id}/edit", &["topics::update"]),
    ("/-/topics/{id}/mark", &["topics::mark", "topics::unmark"]),
    ("/-/topics/{id}/move", &["topics::relocate"]),
    ("/-/topics/{id}/split", &["splits::split"]),
    ("/-/topics/{id}/merge", &["splits::merge"]),
    ("/-/topics/{id}/delete", &["topics::delete"]),
    ("/-/topics/{id}/restore", &["topics::restore"]),
    ("/-/files", &["files::create"]),
    ("/-/messages/{id}/edit", &["messages::update"]),
    ("/-/messages/{id}/delete", &["messages::delete"]),
    ("/-/messages/{id}/restore", &["messages::restore"]),
    ("/-/messages/{id}/star", &["messages::star", "messages::unstar"]),
    ("/-/messages/{id}/bookmark", &["bookmarks::add", "bookmarks::remove"]),
    ("/-/messages/{id}/wiki", &["messages::make_wiki", "messages::end_wiki"]),
    ("/-/messages/{id}/previews", &["messages::remove_previews"]),
    ("/-/messages/{id}/vote", &["attachments::vote"]),
    ("/-/messages/{id}/retract", &["attachments::retract"]),
    ("/-/messages/{id}/close", &["attachments::close"]),
    ("/-/messages/{id}/report", &["messages::report"]),
    ("/-/messages/{id}/unread", &["messages::mark_unread"]),
    ("/admin/people/{id}/bar", &["admin::restrict", "admin::lift"]),
    ("/admin/people/{id}/claim", &["admin::create_claim_link"]),
    ("/admin/people/{id}/claim/revoke", &["admin::revoke_claim_link"]),
    ("/admin/people/{id}/warn", &["admin::warn"]),
    ("/admin/warnings/{id}/take-back", &["admin::take_back_warning"]),
    ("/admin/people/{id}/clear", &["admin::remove"]),
    ("/admin/removals/{id}/undo", &["admin::undo_removal"]),
    ("/admin/sign-ups", &["admin::approve", "admin::decline"]),
    ("/admin/groups/{id}/restore", &["deleted::restore_group"]),
    ("/admin/held", &["moderation::approve", "moderation::decline"]),
    ("/admin/rules", &["rules::create_of_site"]),
    ("/admin/settings", &["admin::update_settings"]),
    ("/admin/logo", &["pictures::set_logo", "pictures::remove_logo"]),
    ("/admin/pages/{page}", &["site_pages::publish"]),
    ("/admin/pages/{page}/versions/{version}/restore", &["site_pages::restore"]),
];

/// The actions of pages that programs do not have, with the reason.
const LACK: &[(&str, &str)] = &[
    ("/-/sign-in", BROWSER),
    ("/-/sign-in/code", BROWSER),
    ("/-/sign-up", BROWSER),
    ("/-/sign-out", BROWSER),
    ("/-/forgot", BROWSER),
    ("/-/reset", LINK),
    ("/-/download", LINK),
    ("/-/confirm", LINK),
    ("/-/invite/{token}", LINK),
    ("/-/first-admin", BROWSER),
    ("/-/notice/hide", BROWSER),
    ("/-/accept", "A person reads the pages and accepts them."),
    ("/-/settings/password", PASSWORD),
    ("/-/settings/mail", PASSWORD),
    ("/-/settings/mail/again", PASSWORD),
    ("/-/settings/notifications/confirm", PASSWORD),
    ("/-/unsubscribe", LINK),
    ("/-/settings/second-step/begin", PASSWORD),
    ("/-/settings/second-step/on", PASSWORD),
    ("/-/settings/second-step/off", PASSWORD),
    ("/-/settings/second-step/codes", PASSWORD),
    ("/-/settings/account/name", PASSWORD),
    ("/-/settings/account/delete", PASSWORD),
    ("/-/push/devices", "A browser registers itself: only it has the keys that decrypt its messages."),
    ("/-/settings/sessions/{id}/revoke", BROWSER),
    ("/-/settings/tokens", PASSWORD),
    ("/-/settings/tokens/{id}/revoke", "A token that was stolen must not revoke the others."),
    ("/-/bots/{bot}/tokens", PASSWORD),
    ("/-/bots/{bot}/tokens/{delivery}/revoke", "A token that was stolen must not revoke the others."),
    ("/-/groups/{id}/export", "It makes a file for people. Programs read the same in the lists."),
    ("/-/hooks/{token}", "Programs call it as it is."),
    ("/-/groups/{id}/mail-in", "Addresses are for people: programs start topics here."),
    ("/-/topics/{id}/attach", "It uploads files and shows a preview, for browsers without scripts."),
    ("/-/log/{entry}/hide", "A person decides on the page which name the log hides."),
    ("/admin/people/{id}/account", "It hands out access to another account: an admin gives the password again first."),
    ("/admin/people/{id}/delete", "It cannot be undone: an admin gives the password again first."),
    ("/admin/people/{id}/admin", "It hands out an admin's rights: an admin gives the password again first."),
    ("/admin/people/{id}/sessions", BROWSER),
    ("/admin/sign-ups/links", "It lets strangers in: an admin does it on the page."),
    ("/admin/sign-ups/links/{id}/revoke", "As making them, on the page."),
    ("/admin/rules/newcomers", "It is a part of the rules page alone."),
    ("/admin/mail-test", "It tells the operator, on the page, whether the mail server answers."),
    ("/admin/first-steps/hide", "It is about a card on the page."),
    ("/admin/jobs/{id}/retry", "It is work on the machine: see the commands of the operator."),
    ("/admin/jobs/{id}/drop", "It is work on the machine: see the commands of the operator."),
];

#[test]
fn every_action_of_a_page_has_a_route_or_a_reason() {
    for entry in ROUTES.iter().filter(|entry| entry.method == "post") {
        let has = HAVE.iter().any(|(path, _)| *path == entry.path);
        let lacks = LACK.iter().any(|(path, _)| *path == entry.path);
        assert!(
            has != lacks,
            "{} has to be in one of the lists in web/src/v1/parity.rs: what can a program call instead, or why not?",
            entry.path
        );
    }
    for path in HAVE.iter().map(|(path, _)| path).chain(LACK.iter().map(|(path, _)| path)) {
        assert!(
            ROUTES.iter().any(|entry| entry.method == "post" && entry.path == *path),
            "{path} is no action any more"
        );
    }
    for (path, functions) in HAVE {
        for function in *functions {
            let known = ENDPOINTS.iter().find(|endpoint| endpoint.function == *function);
            assert!(known.is_some_and(|endpoint| endpoint.method != "get"), "{path}: {function} is no action");
        }
    }
}

/// What no page's action of its own does: programs register kinds of attachments and delete their unused files, and the page of
/// an account removes a display name or an avatar with its other actions.
const OF_PROGRAMS: &[&str] = &["admin::clear_name", "attachments::register", "files::delete", "pictures::clear_avatar"];

#[test]
fn every_changing_route_of_the_api_is_an_action_of_a_page() {
    for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.needs.changes()) {
        let of_page = HAVE.iter().any(|(_, functions)| functions.contains(&endpoint.function));
        assert!(
            of_page || OF_PROGRAMS.contains(&endpoint.function),
            "{} changes something, but no page does it",
            endpoint.function
        );
    }
}
