//! The route table: every address of the program but the long poll.

use actix_web::Route;
use actix_web::guard::{Any, Get, Head};
use actix_web::web::{self, PayloadConfig, ServiceConfig, post, to};

use templates::errors::Problem;

use crate::assets;
use crate::failure::Failure;
use crate::form::MAX_BODY;
use crate::handlers::{
    account, addresses, admin, groups, health, help, home, mentions, messages, own_account, passwords, people, reads,
    search, second_step, settings, topics,
};

/// Mounts everything. Group and topic addresses come last: they take whatever is not ours.
pub fn configure(app: &mut ServiceConfig) {
    app.app_data(PayloadConfig::new(MAX_BODY))
        .route("/", get().to(home::index))
        .route("/favicon.ico", get().to(assets::icon))
        .route("/icon.svg", get().to(assets::icon))
        .route("/robots.txt", get().to(assets::robots))
        .route("/static/{hash}/{name:.*}", get().to(assets::show))
        .route("/groups/", get().to(groups::index))
        .route("/mentions", get().to(mentions::index))
        .route("/search", get().to(search::index))
        .route("/users/{name}/", get().to(people::show))
        .service(web::scope("/-").configure(ours))
        .service(web::scope("/admin").configure(for_admins))
        .route("/{group}/", get().to(groups::show))
        .route("/{group}/{topic}/", get().to(topics::show))
        .default_service(to(nothing));
}

fn ours(app: &mut ServiceConfig) {
    app.route("/health", get().to(health::show))
        .route("/help", get().to(help::show))
        .route("/menu", get().to(home::menu))
        .route("/sign-in", get().to(account::sign_in_form))
        .route("/sign-in", post().to(account::sign_in))
        .route("/sign-in/code", post().to(second_step::pass))
        .route("/forgot", get().to(passwords::forgot_form))
        .route("/forgot", post().to(passwords::forgot))
        .route("/reset", get().to(passwords::reset_form))
        .route("/reset", post().to(passwords::reset))
        .route("/confirm", get().to(addresses::confirm_form))
        .route("/confirm", post().to(addresses::confirm))
        .route("/sign-up", get().to(account::sign_up_form))
        .route("/sign-up", post().to(account::sign_up))
        .route("/sign-out", post().to(account::sign_out))
        .route("/first-admin", get().to(account::first_admin_form))
        .route("/first-admin", post().to(account::first_admin))
        .route("/settings", get().to(settings::edit))
        .route("/settings", post().to(settings::update))
        .route("/settings/password", get().to(settings::password_form))
        .route("/settings/password", post().to(settings::password))
        .route("/settings/mail", get().to(addresses::edit))
        .route("/settings/mail", post().to(addresses::update))
        .route("/settings/mail/again", post().to(addresses::again))
        .route("/settings/second-step", get().to(second_step::edit))
        .route("/settings/second-step/begin", post().to(second_step::begin))
        .route("/settings/second-step/on", post().to(second_step::turn_on))
        .route("/settings/second-step/off", post().to(second_step::turn_off))
        .route("/settings/second-step/codes", post().to(second_step::new_codes))
        .route("/settings/account", get().to(own_account::edit))
        .route("/settings/account/name", post().to(own_account::rename))
        .route("/settings/account/download", get().to(own_account::download))
        .route("/settings/account/delete", get().to(own_account::delete))
        .route("/settings/account/delete", post().to(own_account::destroy))
        .route("/settings/sessions", get().to(settings::sessions))
        .route("/settings/sessions/{id}/revoke", post().to(settings::revoke))
        .route("/read", post().to(reads::mark_all))
        .route("/mentions/read", post().to(mentions::mark_read))
        .route("/groups/new", get().to(groups::new))
        .route("/groups", post().to(groups::create))
        .route("/groups/{id}/edit", get().to(groups::edit))
        .route("/groups/{id}/edit", post().to(groups::update))
        .route("/groups/{id}/members", get().to(groups::members))
        .route("/groups/{id}/join", post().to(groups::join))
        .route("/groups/{id}/leave", post().to(groups::leave))
        .route("/groups/{id}/read", post().to(reads::mark_group))
        .route("/groups/{id}/topics", post().to(topics::create))
        .route("/topics/{id}/messages", post().to(messages::create))
        .route("/topics/{id}/read", post().to(reads::mark_topic))
        .route("/topics/{id}/edit", get().to(topics::edit))
        .route("/topics/{id}/edit", post().to(topics::update))
        .route("/topics/{id}/mark", post().to(topics::mark))
        .route("/topics/{id}/move", post().to(topics::relocate))
        .route("/topics/{id}/delete", get().to(topics::delete))
        .route("/topics/{id}/delete", post().to(topics::destroy))
        .route("/messages/{id}", get().to(messages::show))
        .route("/messages/{id}/edit", get().to(messages::edit))
        .route("/messages/{id}/edit", post().to(messages::update))
        .route("/messages/{id}/delete", get().to(messages::delete))
        .route("/messages/{id}/delete", post().to(messages::destroy))
        .route("/messages/{id}/history", get().to(messages::history))
        .route("/messages/{id}/restore", post().to(messages::restore))
        .route("/messages/{id}/star", post().to(messages::star));
}

fn for_admins(app: &mut ServiceConfig) {
    app.route("/", get().to(admin::index))
        .route("/people", get().to(admin::people))
        .route("/groups", get().to(admin::groups))
        .route("/jobs", get().to(admin::jobs))
        .route("/jobs/{id}/retry", post().to(admin::retry_job))
        .route("/jobs/{id}/drop", post().to(admin::drop_job));
}

/// What is read: HEAD is a GET of which the server keeps the body.
fn get() -> Route {
    web::route().guard(Any(Get()).or(Head()))
}

/// Whatever has no route. An address that only lacks its last slash is sent to where it has one.
async fn nothing(request: actix_web::HttpRequest) -> crate::failure::Answer {
    let path = request.path();
    // The address is one of ours: then it was the method that has no route.
    if request.resource_map().has_resource(path) {
        return Err(Failure::Problem(Problem::MethodNotAllowed));
    }
    let is_page = request.method() == actix_web::http::Method::GET
        && !path.ends_with('/')
        && !path.starts_with("/-/")
        && !path.starts_with("/static/")
        && !path.starts_with("/api/")
        && path.split('/').count() <= 3
        && crate::form::own_path(path).is_some();
    if is_page {
        let query =
            if request.query_string().is_empty() { String::new() } else { format!("?{}", request.query_string()) };
        return Ok(actix_web::HttpResponse::PermanentRedirect()
            .insert_header((actix_web::http::header::LOCATION, format!("{path}/{query}")))
            .finish());
    }
    Err(Failure::Domain(domain::Error::NotFound))
}
