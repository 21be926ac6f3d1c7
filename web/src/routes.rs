//! The route table: every address of the program except the long poll.

use actix_web::HttpRequest;
use actix_web::http::header::HeaderValue;
use actix_web::web::{self, ServiceConfig, to};

use templates::errors::Problem;

use crate::assets;
use crate::body::{MostBytes, WITHOUT_TEXT};
pub use crate::entry::Entry;
use crate::entry::routes;
use crate::failure::Failure;
use crate::handlers::admin::{health, person, site, site_pages, statistics};
use crate::handlers::groups::statistics as group_statistics;
use crate::handlers::groups::{exports, invitations, mail_in, members, requests};
use crate::handlers::messages::{bookmarks, composer, conversations, drafts, files, kinds, mentions};
use crate::handlers::moderation::{approval_queue, bulk_delete, log, reports, restorations, rules, warnings};
use crate::handlers::people::{
    account, addresses, api_tokens, bots, ignores, notices, own_account, passwords, profiles, push, settings, sign_ups,
    two_factor,
};
use crate::handlers::topics::{merges, reads, splits, subscriptions};
use crate::handlers::webhooks::{auditors, incoming};
use crate::handlers::{
    admin, api, feeds, groups, help, home, messages, notifications, pictures, search, switcher, topics, v1, webhooks,
    well_known,
};

/// All routes except the long poll and the API. Forms that may contain a long text are marked `with text`; others are small. Group
/// and topic paths come last: they match everything else.
pub const ROUTES: &[Entry] = routes! {
    get "/" => home::index;
    get "/favicon.ico" => assets::icon;
    get "/icon.svg" => assets::icon;
    get "/sw.js" => assets::worker;
    get "/manifest.webmanifest" => well_known::manifest;
    get "/robots.txt" => well_known::robots;
    get "/sitemap.xml" => feeds::sitemap_index;
    get "/sitemap-{part}.xml" => feeds::sitemap;
    get "/feed.atom" => feeds::of_site;
    get "/feed.json" => feeds::of_site;
    get "/users/{name}/feed.atom" => feeds::of_person;
    get "/users/{name}/feed.json" => feeds::of_person;
    get "/.well-known/security.txt" => well_known::security;
    get "/.well-known/change-password" => well_known::change_password;
    get "/static/{hash}/{name:.*}" => assets::show;
    get "/groups/" => groups::index;
    get "/mentions" => mentions::index;
    get "/notices" => notices::index;
    get "/search" => search::index;
    get "/users/{name}/" => profiles::show;

    get "/-/health" => health::show;
    get "/-/help" => help::show;
    get "/-/api" => v1::page;
    get "/-/oembed" => feeds::embed;
    get "/-/menu" => home::menu;
    get "/-/search/suggest" => search::suggest;
    get "/-/go" => switcher::index;
    get "/-/sign-in" => account::sign_in_form;
    post "/-/sign-in" => account::sign_in;
    post "/-/sign-in/code" => two_factor::pass;
    get "/-/forgot" => passwords::forgot_form;
    post "/-/forgot" => passwords::forgot;
    get "/-/reset" => passwords::reset_form;
    post "/-/reset" => passwords::reset;
    get "/-/download" => own_account::download_form;
    post "/-/download" => own_account::download_by_link;
    get "/-/confirm" => addresses::confirm_form;
    post "/-/confirm" => addresses::confirm;
    get "/-/unsubscribe" => notifications::unsubscribe_form;
    post "/-/unsubscribe" => notifications::unsubscribe;
    get "/-/sign-up" => account::sign_up_form;
    post "/-/sign-up" => account::sign_up;
    post "/-/sign-out" => account::sign_out;
    get "/-/first-admin" => account::first_admin_form;
    post "/-/first-admin" => account::first_admin;

    post "/-/notice/hide" => site::hide_notice;
    get "/-/pages/{page}" => site_pages::show;
    post "/-/accept" => site_pages::accept;

    get "/-/settings" => settings::edit;
    post "/-/settings" with text => settings::update;
    post "/-/settings/avatar" with text => pictures::avatar;
    get "/-/settings/password" => settings::password_form;
    post "/-/settings/password" => settings::password;
    get "/-/settings/people" => ignores::index;
    post "/-/settings/people" => ignores::update;
    get "/-/settings/mail" => addresses::edit;
    post "/-/settings/mail" => addresses::update;
    post "/-/settings/mail/again" => addresses::again;
    get "/-/settings/notifications" => notifications::edit;
    post "/-/settings/notifications" => notifications::update;
    post "/-/settings/notifications/confirm" => notifications::confirm;
    get "/-/settings/second-step" => two_factor::edit;
    post "/-/settings/second-step/begin" => two_factor::begin;
    post "/-/settings/second-step/on" => two_factor::turn_on;
    post "/-/settings/second-step/off" => two_factor::turn_off;
    post "/-/settings/second-step/codes" => two_factor::new_codes;
    get "/-/settings/account" => own_account::edit;
    post "/-/settings/account/name" => own_account::rename;
    get "/-/settings/account/download" => own_account::download;
    get "/-/settings/account/delete" => own_account::delete;
    post "/-/settings/account/delete" => own_account::destroy;
    get "/-/settings/sessions" => settings::sessions;
    post "/-/settings/sessions/{id}/revoke" => settings::revoke;
    get "/-/settings/tokens" => api_tokens::index;
    post "/-/settings/tokens" => api_tokens::create;
    post "/-/settings/tokens/{id}/revoke" => api_tokens::revoke;
    get "/-/settings/push" => push::index;
    post "/-/push" => push::update;
    post "/-/push/devices" => push::create;
    post "/-/push/devices/{id}/remove" => push::destroy;
    post "/-/users/{name}/ignore" => ignores::ignore;

    get "/-/settings/bots" => bots::index;
    post "/-/settings/bots" => bots::create;
    get "/-/settings/kinds" => kinds::index;
    post "/-/settings/kinds/{kind}/retire" => kinds::retire;
    get "/-/bots/{bot}" => bots::show;
    post "/-/bots/{bot}/tokens" => bots::create_token;
    post "/-/bots/{bot}/tokens/{delivery}/revoke" => bots::revoke_token;
    post "/-/bots/{bot}/delete" => bots::destroy;
    post "/-/groups/{id}/bots" => bots::create_in_group;
    get "/-/groups/{id}/webhooks" => webhooks::of_group;
    post "/-/groups/{id}/webhooks" => webhooks::create;
    post "/-/groups/{id}/incoming" => incoming::create;
    post "/-/groups/{id}/incoming/{hook}/revoke" => incoming::revoke;
    post "/-/hooks/{token}" with text => incoming::receive;
    get "/-/webhooks/{hook}" => webhooks::show;
    post "/-/webhooks/{hook}/switch" => webhooks::switch;
    post "/-/webhooks/{hook}/test" => webhooks::test;
    post "/-/webhooks/{hook}/delete" => webhooks::destroy;
    post "/-/webhooks/{hook}/deliveries/{delivery}/again" => webhooks::redeliver;
    get "/admin/webhooks" => webhooks::of_site;
    post "/admin/webhooks" => webhooks::create_of_site;
    post "/admin/auditors" => auditors::create;
    post "/admin/auditors/{id}" => auditors::change;

    get "/-/bookmarks" => bookmarks::index;
    get "/-/starred" => bookmarks::starred;
    get "/-/drafts" => drafts::index;
    get "/-/following" => subscriptions::index;
    post "/-/read" => reads::mark_all;
    post "/-/read/undo" => reads::undo;
    post "/-/mute/undo" => subscriptions::undo_mute;
    post "/-/mentions/read" => mentions::mark_read;

    get "/-/direct/new" => conversations::new;
    post "/-/direct" with text => conversations::create;
    get "/-/direct/{id}/add" => conversations::add_form;
    post "/-/direct/{id}/add" with text => conversations::add;

    get "/-/invitations" => invitations::index;
    get "/-/invite/{token}" => invitations::offer;
    post "/-/invite/{token}" => invitations::follow;

    get "/-/groups/new" => groups::new;
    post "/-/groups" with text => groups::create;
    get "/-/groups/{id}/edit" => groups::edit;
    post "/-/groups/{id}/edit" with text => groups::update;
    post "/-/groups/{id}/image" with text => pictures::of_group;
    get "/-/groups/{id}/history" => groups::versions::index;
    post "/-/groups/{id}/archive" => groups::archive;
    get "/-/groups/{id}/mail-in" => mail_in::show;
    post "/-/groups/{id}/mail-in" => mail_in::update;
    get "/-/groups/{id}/delete" => groups::delete;
    post "/-/groups/{id}/delete" => groups::destroy;
    get "/-/groups/{id}/export" => exports::new;
    post "/-/groups/{id}/export" => exports::create;
    get "/-/groups/{id}/statistics" => group_statistics::show;
    get "/-/groups/{id}/statistics/{reducer}" => group_statistics::states;
    post "/-/groups/{id}/statistics/recompute" => group_statistics::recompute;
    post "/-/groups/{id}/join" => groups::join;
    post "/-/groups/{id}/leave" => groups::leave;
    post "/-/groups/{id}/level" => groups::level;
    post "/-/groups/{id}/read" => reads::mark_group;
    post "/-/groups/{id}/topics" with text => topics::create;

    get "/-/groups/{id}/members" => members::index;
    get "/-/groups/{id}/members/{user}" => members::edit;
    post "/-/groups/{id}/members/{user}/role" => members::role;
    post "/-/groups/{id}/members/{user}/hand-over" => members::hand_over;
    post "/-/groups/{id}/members/{user}/remove" => members::remove;
    post "/-/groups/{id}/members/{user}/ban" => members::ban;
    post "/-/groups/{id}/members/{user}/warn" => warnings::warn_in_group;
    post "/-/groups/{id}/warnings/{warning}/take-back" => warnings::withdraw_in_group;
    get "/-/groups/{id}/members/{user}/clear" => bulk_delete::of_group;
    post "/-/groups/{id}/members/{user}/clear" => bulk_delete::clear_group;
    post "/-/groups/{id}/removals/{removal}/undo" => bulk_delete::undo_in_group;
    get "/-/groups/{id}/bans" => members::bans;
    post "/-/groups/{id}/bans/{user}/lift" => members::lift_ban;

    get "/-/groups/{id}/deleted" => restorations::topics;
    get "/-/groups/{id}/log" => log::of_group;
    get "/-/log" => log::of_site;
    post "/-/log/{entry}/hide" => log::hide;
    post "/-/notices/read" => notices::mark_all_read;
    post "/-/notices/{id}/read" => notices::mark_read;

    get "/-/groups/{id}/reports" => reports::index;
    post "/-/reports/{id}" => reports::answer;

    get "/-/groups/{id}/held" => approval_queue::index;
    post "/-/groups/{id}/held" => approval_queue::answer;
    post "/-/held/{id}/withdraw" => approval_queue::withdraw;

    get "/-/groups/{id}/rules" => rules::index;
    post "/-/groups/{id}/rules" with text => rules::create;
    get "/-/groups/{id}/rules/new" => rules::new;
    get "/-/rules/{id}" => rules::edit;
    post "/-/rules/{id}" with text => rules::update;
    post "/-/rules/{id}/switch" => rules::switch;
    post "/-/rules/{id}/delete" => rules::destroy;

    post "/-/groups/{id}/ask" => requests::create;
    post "/-/groups/{id}/ask/withdraw" => requests::withdraw;
    get "/-/groups/{id}/requests" => requests::index;
    post "/-/groups/{id}/requests" => requests::answer;

    get "/-/groups/{id}/invitations" => invitations::of_group;
    post "/-/groups/{id}/invitations" => invitations::create;
    post "/-/groups/{id}/invitations/{invitation}/revoke" => invitations::revoke;
    post "/-/groups/{id}/invited" => invitations::invite;
    post "/-/groups/{id}/invited/accept" => invitations::accept;
    post "/-/groups/{id}/invited/decline" => invitations::decline;
    post "/-/groups/{id}/invited/{user}/uninvite" => invitations::uninvite;

    post "/-/topics/{id}/messages" with text => messages::create;
    post "/-/topics/{id}/preview" with text => composer::preview;
    post "/-/topics/{id}/attach" with text => files::attach;
    post "/-/files" with text => files::create;
    get "/-/files/{id}/{name}" => files::show;
    get "/-/pictures/{name}" => pictures::show;
    get "/-/image/{hash}/{name}" => files::remote;
    get "/-/topics/{id}/complete" => composer::complete;
    post "/-/topics/{id}/read" => reads::mark_topic;
    post "/-/topics/{id}/level" => topics::level;
    get "/-/topics/{id}/edit" => topics::edit;
    post "/-/topics/{id}/edit" => topics::update;
    get "/-/topics/{id}/history" => topics::titles::index;
    post "/-/topics/{id}/mark" => topics::mark;
    post "/-/topics/{id}/move" => topics::relocate;
    get "/-/topics/{id}/split" => splits::new;
    post "/-/topics/{id}/split" => splits::create;
    get "/-/topics/{id}/merge" => merges::new;
    post "/-/topics/{id}/merge" => merges::create;
    get "/-/topics/{id}/delete" => topics::delete;
    post "/-/topics/{id}/delete" => topics::destroy;
    post "/-/topics/{id}/restore" => restorations::restore_topic;
    get "/-/messages/{id}" => messages::show;
    get "/-/messages/{id}/reply" => composer::reply;
    get "/-/messages/{id}/replies" => composer::replies;
    get "/-/messages/{id}/edit" => messages::edit;
    post "/-/messages/{id}/edit" with text => messages::update;
    get "/-/messages/{id}/delete" => messages::delete;
    post "/-/messages/{id}/delete" => messages::destroy;
    get "/-/messages/{id}/history" => messages::history;
    post "/-/messages/{id}/restore" => messages::restore;
    post "/-/messages/{id}/star" => messages::star;
    get "/-/messages/{id}/stars" => bookmarks::stars;
    post "/-/messages/{id}/bookmark" => bookmarks::set;
    post "/-/messages/{id}/wiki" => messages::wiki;
    post "/-/messages/{id}/previews" => messages::remove_previews;
    post "/-/messages/{id}/vote" => messages::polls::vote;
    post "/-/messages/{id}/retract" => messages::polls::retract;
    post "/-/messages/{id}/close" => messages::polls::close;
    get "/-/messages/{id}/votes" => messages::polls::voters;
    get "/-/messages/{id}/report" => reports::new;
    post "/-/messages/{id}/report" => reports::create;
    post "/-/messages/{id}/unread" => reads::unread_from;

    get "/admin/" => admin::index;
    get "/admin/figures" => statistics::index;
    get "/admin/people" => admin::people;
    get "/admin/people/{id}" => person::show;
    post "/admin/people/{id}/bar" => person::restrict;
    post "/admin/people/{id}/account" => person::assist;
    post "/admin/people/{id}/claim" => person::create_claim;
    post "/admin/people/{id}/claim/revoke" => person::revoke_claim;
    get "/admin/people/{id}/delete" => person::delete;
    post "/admin/people/{id}/delete" => person::destroy;
    post "/admin/people/{id}/warn" => warnings::warn;
    post "/admin/warnings/{id}/take-back" => warnings::withdraw;
    get "/admin/people/{id}/clear" => bulk_delete::of_site;
    post "/admin/people/{id}/clear" => bulk_delete::clear_site;
    post "/admin/removals/{id}/undo" => bulk_delete::undo_in_site;
    get "/admin/log" => log::of_admins;
    post "/admin/people/{id}/admin" => person::set_admin;
    post "/admin/people/{id}/sessions" => person::end_sessions;
    get "/admin/sign-ups" => sign_ups::index;
    post "/admin/sign-ups" => sign_ups::answer;
    post "/admin/sign-ups/links" => sign_ups::create;
    post "/admin/sign-ups/links/{id}/revoke" => sign_ups::revoke;
    get "/admin/groups" => admin::groups;
    get "/admin/deleted-groups" => restorations::groups;
    post "/admin/groups/{id}/restore" => restorations::restore_group;
    get "/admin/reports" => reports::of_site;
    get "/admin/held" => approval_queue::of_site;
    post "/admin/held" => approval_queue::answer_of_site;
    get "/admin/rules" => rules::of_site;
    post "/admin/rules" with text => rules::create_of_site;
    get "/admin/rules/new" => rules::new_of_site;
    post "/admin/rules/newcomers" => rules::set_newcomers;
    get "/admin/jobs" => admin::jobs;
    post "/admin/jobs/{id}/retry" => admin::retry_job;
    post "/admin/jobs/{id}/drop" => admin::drop_job;
    get "/admin/kinds" => kinds::of_site;
    post "/admin/kinds/{kind}/disable" => kinds::disable;
    get "/admin/settings" => site::edit;
    post "/admin/settings" with text => site::update;
    post "/admin/logo" with text => pictures::logo;
    get "/admin/mail" => notifications::index;
    post "/admin/mail-test" => site::test_mail;
    post "/admin/first-steps/hide" => site::hide_first_steps;
    get "/admin/pages" => site_pages::index;
    get "/admin/pages/{page}" => site_pages::edit;
    post "/admin/pages/{page}" with text => site_pages::update;
    get "/admin/pages/{page}/versions/{version}" => site_pages::version;
    post "/admin/pages/{page}/versions/{version}/restore" => site_pages::restore;

    get "/{group}/feed.atom" => feeds::of_group;
    get "/{group}/feed.json" => feeds::of_group;
    get "/{group}/{topic}/feed.atom" => feeds::of_topic;
    get "/{group}/{topic}/feed.json" => feeds::of_topic;
    get "/{group}/" => groups::show;
    get "/{group}/{topic}/" => topics::show;
    get "/{group}/{topic}/{message}/" => messages::at_own_address;
};

/// Path prefixes that are matched as one scope.
const SCOPES: [&str; 3] = ["/-", "/admin", "/api"];

/// All routes that this crate mounts.
fn all() -> impl Iterator<Item = &'static Entry> {
    ROUTES.iter().chain(api::ROUTES)
}

/// Mounts all routes.
pub fn configure(app: &mut ServiceConfig) {
    app.app_data(MostBytes(most_bytes));
    // Before the scope of the other API, whose path is a part of this one's.
    v1::configure(app);
    for scope in SCOPES {
        let part = |entry: &&Entry| entry.path.strip_prefix(scope).is_some_and(|rest| rest.starts_with('/'));
        let mounted = all()
            .filter(part)
            .fold(web::scope(scope), |mounted, entry| mounted.route(&entry.path[scope.len()..], (entry.route)()));
        app.service(mounted);
    }
    let others = all().filter(|entry| !SCOPES.iter().any(|scope| entry.path.starts_with(&format!("{scope}/"))));
    for entry in others {
        app.route(entry.path, (entry.route)());
    }
    app.default_service(to(nothing));
}

/// Returns the maximum bytes of a form that was sent to this route.
fn most_bytes(request: &HttpRequest) -> usize {
    let pattern = request.match_pattern();
    let entry = all().find(|entry| entry.method == "post" && Some(entry.path) == pattern.as_deref());
    entry.map_or(WITHOUT_TEXT, |entry| entry.most_bytes)
}

/// Returns the methods of a path in the table for `Allow`; `None` for an unknown path.
pub fn allowed(pattern: &str) -> Option<HeaderValue> {
    let methods: Vec<&str> = all()
        .filter(|entry| entry.path == pattern)
        .map(|entry| if entry.method == "get" { "GET, HEAD" } else { "POST" })
        .collect();
    let methods = if methods.is_empty() { v1::allowed(pattern)? } else { methods.join(", ") };
    HeaderValue::from_str(&methods).ok()
}

/// Handles paths without a route. A path that only lacks its last slash is redirected.
async fn nothing(request: actix_web::HttpRequest) -> crate::failure::Answer {
    let path = request.path();
    // The path exists, so the method was wrong.
    if request.resource_map().has_resource(path) {
        return Err(Failure::Problem(Problem::MethodNotAllowed));
    }
    let is_get = matches!(*request.method(), actix_web::http::Method::GET | actix_web::http::Method::HEAD);
    let is_page = request.method() == actix_web::http::Method::GET
        && !path.ends_with('/')
        && !path.starts_with("/-/")
        && !path.starts_with("/static/")
        && !path.starts_with("/api/")
        && path.split('/').count() <= 4
        && crate::form::own_path(path).is_some();
    if is_page {
        let query =
            if request.query_string().is_empty() { String::new() } else { format!("?{}", request.query_string()) };
        return Ok(actix_web::HttpResponse::PermanentRedirect()
            .insert_header((actix_web::http::header::LOCATION, format!("{path}/{query}")))
            .finish());
    }
    let is_ours = ["/-/", "/static/", "/api/", "/admin/"].iter().any(|scope| path.starts_with(scope));
    if is_get && !is_ours {
        let req = <crate::req::Req as actix_web::FromRequest>::extract(&request).await?;
        return crate::handlers::topics::old_address(&req, path).await;
    }
    Err(Failure::Domain(domain::Error::NotFound))
}
