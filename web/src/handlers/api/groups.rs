//! Groups.

use domain::api::groups;
use domain::model::DirectoryOrder;
use serde_json::json;

use super::Call;
use crate::failure::Answer;

/// `GET /api/groups.json`.
pub async fn index(call: Call) -> Answer {
    call.reply(&groups::mine(call.cx(), &call.caller).await?)
}

/// `GET /api/groups/ID.json`.
pub async fn show(call: Call) -> Answer {
    call.reply(&json!({"group": groups::show(call.cx(), &call.caller, call.part("id")).await?}))
}

/// `POST /api/groups/create.json`.
pub async fn create(call: Call) -> Answer {
    let (name, kind) = (call.get("name"), call.get("kind"));
    let (description, slug) = (call.get("description"), call.get("slug"));
    let group = groups::create(call.cx(), &call.caller, name, kind, description, slug).await?;
    call.reply(&json!({"group": group}))
}

/// `GET /api/groups/ID/members.json`.
pub async fn members(call: Call) -> Answer {
    let (filter, until_id) = (call.get("filter"), call.get("until_id"));
    call.reply(&groups::members(call.cx(), &call.caller, call.part("id"), filter, until_id).await?)
}

/// `POST /api/groups/ID/join.json`.
pub async fn join(call: Call) -> Answer {
    call.reply(&json!({"group": groups::join(call.cx(), &call.caller, call.part("id")).await?}))
}

/// `POST /api/groups/ID/request.json`.
pub async fn request(call: Call) -> Answer {
    let group = groups::request(call.cx(), &call.caller, call.part("id"), call.get("message")).await?;
    call.reply(&json!({"group": group, "requested": true}))
}

/// `POST /api/groups/ID/leave.json`.
pub async fn leave(call: Call) -> Answer {
    call.reply(&json!({"group": groups::leave(call.cx(), &call.caller, call.part("id")).await?}))
}

/// `GET` or `POST /api/groups/ID/online.json`.
pub async fn online(call: Call) -> Answer {
    call.reply(&groups::online(call.cx(), &call.caller, call.part("id")).await?)
}

/// `POST` or `GET /api/groups/ID/mark_read.json`.
pub async fn mark_read(call: Call) -> Answer {
    groups::mark_read(call.cx(), &call.caller, call.part("id")).await?;
    call.reply(&json!({"success": true}))
}

/// `POST` or `GET /api/groups/ID/track.json`.
pub async fn track(call: Call) -> Answer {
    let tracked = groups::track(call.cx(), &call.caller, call.part("id")).await?;
    call.reply(&json!({"success": true, "tracked": tracked}))
}

async fn discover(call: &Call, order: DirectoryOrder, words: &str, category: Option<&str>) -> Answer {
    let until_id = call.get("until_id");
    call.reply(&groups::discover(call.cx(), &call.caller, order, words, category, until_id).await?)
}

/// `GET /api/groups/discover/friend.json`. There are no friends here.
pub async fn friends(call: Call) -> Answer {
    call.reply(&groups::of_friends(&call.caller)?)
}

/// `GET /api/groups/discover/category.json`.
pub async fn categories(call: Call) -> Answer {
    call.reply(&json!({"categories": groups::categories(call.cx(), &call.caller).await?}))
}

/// `GET /api/groups/discover/category/SLUG.json`.
pub async fn category(call: Call) -> Answer {
    discover(&call, DirectoryOrder::Popular, "", Some(call.part("slug"))).await
}

/// `GET /api/groups/discover/search.json?q=`.
pub async fn search(call: Call) -> Answer {
    discover(&call, DirectoryOrder::Popular, call.get("q"), None).await
}

/// `GET /api/groups/discover/explore/popular.json`.
pub async fn popular(call: Call) -> Answer {
    discover(&call, DirectoryOrder::Popular, "", None).await
}

/// `GET /api/groups/discover/explore/recent.json`, and the same for what is trending.
pub async fn recent(call: Call) -> Answer {
    discover(&call, DirectoryOrder::Recent, "", None).await
}

/// `GET /api/groups/discover/explore/alphabetical.json`.
pub async fn alphabetical(call: Call) -> Answer {
    discover(&call, DirectoryOrder::Name, "", None).await
}
