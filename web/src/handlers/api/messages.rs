//! Messages of topics.

use domain::api::messages::{self, Of};
use serde_json::json;

use super::Call;
use crate::failure::Answer;

/// `GET /api/topics/ID/messages.json`.
pub async fn index(call: Call) -> Answer {
    let until_id = call.get("until_id");
    call.reply(&messages::list(call.cx(), &call.caller, call.part("id"), until_id, call.marks()).await?)
}

/// `POST /api/topics/ID/messages/create.json`.
pub async fn create(call: Call) -> Answer {
    let (text, pasted) = (call.get("message"), call.is_on("pasted"));
    let message = messages::create(call.cx(), &call.caller, call.part("id"), text, pasted).await?;
    call.reply(&json!({"message": message}))
}

/// `POST /api/messages/ID/star.json`.
pub async fn star(call: Call) -> Answer {
    toggle(&call, Of::Anything).await
}

/// Answers to a star.
pub(super) async fn toggle(call: &Call, of: Of) -> Answer {
    let (message, starred) = messages::star(call.cx(), &call.caller, call.part("id"), of).await?;
    call.reply(&json!({"message": message, "starred": starred}))
}

/// `POST /api/messages/ID/delete.json`.
pub async fn delete(call: Call) -> Answer {
    destroy(&call, Of::Anything).await
}

/// Answers to a deletion.
pub(super) async fn destroy(call: &Call, of: Of) -> Answer {
    let message = messages::delete(call.cx(), &call.caller, call.part("id"), of).await?;
    call.reply(&json!({"message": message, "deleted": true}))
}
