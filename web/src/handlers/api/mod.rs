//! The public API of Convore (2011), for programs. Each handler calls one function of `domain::api`.

mod call;
mod conversations;
mod groups;
mod messages;
mod people;
mod topics;

pub use call::{Call, without_second_slash};

use crate::entry::{Entry, routes};

/// All routes of the API, except `live.json`, which the realtime service has.
pub const ROUTES: &[Entry] = routes! {
    get "/api/account/verify.json" => people::verify;
    get "/api/account/mark_read.json" => people::mark_read;
    post "/api/account/mark_read.json" => people::mark_read;
    get "/api/account/online.json" => people::online;
    get "/api/account/mentions.json" => people::mentions;

    get "/api/groups.json" => groups::index;
    post "/api/groups/create.json" with text => groups::create;
    get "/api/groups/discover/friend.json" => groups::friends;
    get "/api/groups/discover/category.json" => groups::categories;
    get "/api/groups/discover/category/{slug}.json" => groups::category;
    get "/api/groups/discover/search.json" => groups::search;
    get "/api/groups/discover/explore/search.json" => groups::search;
    get "/api/groups/discover/explore/popular.json" => groups::popular;
    get "/api/groups/discover/explore/recent.json" => groups::recent;
    get "/api/groups/discover/explore/alphabetical.json" => groups::alphabetical;
    get "/api/groups/discover/trending.json" => groups::recent;
    get "/api/groups/{id}.json" => groups::show;
    get "/api/groups/{id}/members.json" => groups::members;
    post "/api/groups/{id}/join.json" => groups::join;
    post "/api/groups/{id}/request.json" => groups::request;
    post "/api/groups/{id}/leave.json" => groups::leave;
    get "/api/groups/{id}/online.json" => groups::online;
    post "/api/groups/{id}/online.json" => groups::online;
    get "/api/groups/{id}/mark_read.json" => groups::mark_read;
    post "/api/groups/{id}/mark_read.json" => groups::mark_read;
    get "/api/groups/{id}/track.json" => groups::track;
    post "/api/groups/{id}/track.json" => groups::track;
    get "/api/groups/{id}/topics.json" => topics::index;
    post "/api/groups/{id}/topics/create.json" with text => topics::create;

    get "/api/topics/{id}.json" => topics::show;
    post "/api/topics/{id}/edit.json" => topics::edit;
    post "/api/topics/{id}/delete.json" => topics::delete;
    post "/api/topics/{id}/track.json" => topics::track;
    post "/api/topics/{id}/mark_read.json" => topics::mark_read;
    get "/api/topics/{id}/messages.json" => messages::index;
    post "/api/topics/{id}/messages/create.json" with text => messages::create;

    get "/api/users/messages.json" => conversations::index;
    get "/api/users/username/{name}.json" => people::show_by_name;
    get "/api/users/{id}.json" => people::show;

    get "/api/messages.json" => conversations::index;
    post "/api/messages/message/{id}/star.json" => conversations::star;
    post "/api/messages/message/{id}/delete.json" => conversations::delete;
    post "/api/messages/{id}/star.json" => messages::star;
    post "/api/messages/{id}/delete.json" => messages::delete;
    get "/api/messages/{user}.json" => conversations::show;
    post "/api/messages/{user}/create.json" with text => conversations::create;
};
