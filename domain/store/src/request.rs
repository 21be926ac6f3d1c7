//! The request that caused a job: its id goes into the job's payload, so that the log of the job can name it.

use std::borrow::Cow;

use serde::Deserialize;

tokio::task_local! {
    static REQUEST: String;
}

/// Runs a future for a request, or for a job that a request caused. The id consists of ASCII letters, digits, `-`, `_`
/// and `.`.
pub async fn for_request<T>(id: String, work: impl Future<Output = T>) -> T {
    REQUEST.scope(id, work).await
}

/// Returns the id of the current request, for a task that continues with it.
pub fn current_request() -> Option<String> {
    REQUEST.try_with(Clone::clone).ok()
}

/// The member that names the request in a JSON object after others; empty outside of a request.
pub(crate) fn member() -> String {
    REQUEST.try_with(|id| format!(r#","request":"{id}""#)).unwrap_or_default()
}

/// Adds the request to a job's payload, a JSON object.
pub(crate) fn add_to(payload: &str) -> Cow<'_, str> {
    let (member, fields) = (member(), payload.strip_suffix('}'));
    match fields {
        Some("{") if !member.is_empty() => Cow::Owned(format!("{{{}}}", &member[1..])),
        Some(fields) if !member.is_empty() => Cow::Owned(format!("{fields}{member}}}")),
        _ => Cow::Borrowed(payload),
    }
}

/// Returns the request that a job's payload names.
pub fn request_of(payload: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Payload {
        request: Option<String>,
    }
    serde_json::from_str::<Payload>(payload).ok()?.request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_payload_names_its_request_and_keeps_its_fields() {
        assert_eq!(add_to(r#"{"message":1}"#), r#"{"message":1}"#);
        for (payload, with) in
            [(r#"{"message":1}"#, r#"{"message":1,"request":"a-1"}"#), ("{}", r#"{"request":"a-1"}"#)]
        {
            let added = for_request("a-1".into(), async { add_to(payload).into_owned() }).await;
            assert_eq!(added, with);
            assert_eq!(request_of(&added).as_deref(), Some("a-1"));
        }
        assert_eq!(request_of(r#"{"message":1}"#), None);
    }
}
