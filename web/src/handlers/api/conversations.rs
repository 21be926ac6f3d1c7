//! Conversations: direct messages.

use domain::api::conversations;
use domain::api::messages::Of;
use serde_json::json;

use super::{Call, messages};
use crate::failure::Answer;

/// `GET /api/messages.json`, and `/api/users/messages.json`.
pub async fn index(call: Call) -> Answer {
    call.reply(&conversations::list(call.cx(), &call.caller, call.get("until_id")).await?)
}

/// `GET /api/messages/USER.json`.
pub async fn show(call: Call) -> Answer {
    call.reply(&conversations::with(call.cx(), &call.caller, call.part("user"), call.get("until_id")).await?)
}

/// `POST /api/messages/USER/create.json`.
pub async fn create(call: Call) -> Answer {
    let (text, pasted) = (call.get("message"), call.is_on("pasted"));
    let message = conversations::send(call.cx(), &call.caller, call.part("user"), text, pasted).await?;
    call.reply(&json!({"message": message}))
}

/// `POST /api/messages/message/ID/star.json`.
pub async fn star(call: Call) -> Answer {
    messages::toggle(&call, Of::Conversation).await
}

/// `POST /api/messages/message/ID/delete.json`.
pub async fn delete(call: Call) -> Answer {
    messages::destroy(&call, Of::Conversation).await
}
