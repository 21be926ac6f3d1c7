//! Topics.

use domain::api::topics;
use serde_json::json;

use super::Call;
use crate::failure::Answer;

/// `GET /api/groups/ID/topics.json`.
pub async fn index(call: Call) -> Answer {
    call.reply(&topics::list(call.cx(), &call.caller, call.part("id"), call.get("until_id")).await?)
}

/// `POST /api/groups/ID/topics/create.json`.
pub async fn create(call: Call) -> Answer {
    let (name, message) = (call.get("name"), call.get("message"));
    let topic = topics::create(call.cx(), &call.caller, call.part("id"), name, message).await?;
    call.reply(&json!({"topic": topic}))
}

/// `GET /api/topics/ID.json`.
pub async fn show(call: Call) -> Answer {
    call.reply(&json!({"topic": topics::show(call.cx(), &call.caller, call.part("id")).await?}))
}

/// `POST /api/topics/ID/edit.json`.
pub async fn edit(call: Call) -> Answer {
    call.reply(&json!({"topic": topics::edit(call.cx(), &call.caller, call.part("id"), call.get("name")).await?}))
}

/// `POST /api/topics/ID/delete.json`.
pub async fn delete(call: Call) -> Answer {
    call.reply(&json!({"topic": topics::delete(call.cx(), &call.caller, call.part("id")).await?, "deleted": true}))
}

/// `POST /api/topics/ID/track.json`.
pub async fn track(call: Call) -> Answer {
    let tracked = topics::track(call.cx(), &call.caller, call.part("id")).await?;
    call.reply(&json!({"success": true, "tracked": tracked}))
}

/// `POST /api/topics/ID/mark_read.json`.
pub async fn mark_read(call: Call) -> Answer {
    topics::mark_read(call.cx(), &call.caller, call.part("id")).await?;
    call.reply(&json!({"success": true}))
}
