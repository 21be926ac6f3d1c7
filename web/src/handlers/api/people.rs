//! The caller's account, and users.

use domain::api::people;
use serde_json::json;

use super::Call;
use crate::failure::Answer;

/// `GET /api/account/verify.json`.
pub async fn verify(call: Call) -> Answer {
    let user = people::verify(call.cx(), &call.caller).await?;
    // Some clients look for the fields at the top, others in `user`.
    let mut reply = json!(user);
    reply["user"] = json!(user);
    call.reply(&reply)
}

/// `POST` or `GET /api/account/mark_read.json`.
pub async fn mark_read(call: Call) -> Answer {
    people::mark_read(call.cx(), &call.caller).await?;
    call.reply(&json!({"success": true}))
}

/// `GET /api/account/online.json`.
pub async fn online(call: Call) -> Answer {
    call.reply(&people::online(call.cx(), &call.caller).await?)
}

/// `GET /api/account/mentions.json`.
pub async fn mentions(call: Call) -> Answer {
    call.reply(&people::mentions(call.cx(), &call.caller, call.get("until_id")).await?)
}

/// `GET /api/users/ID.json`.
pub async fn show(call: Call) -> Answer {
    call.reply(&json!({"user": people::by_id(call.cx(), &call.caller, call.part("id")).await?}))
}

/// `GET /api/users/username/NAME.json`.
pub async fn show_by_name(call: Call) -> Answer {
    call.reply(&json!({"user": people::by_name(call.cx(), &call.caller, call.part("name")).await?}))
}
