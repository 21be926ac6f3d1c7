//! A request of an API client: who sends it, and its parameters, in all the forms that clients use.

use std::collections::HashMap;
use std::pin::Pin;

use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use actix_web::http::{Method, Uri};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use domain::people::basic_auth::{self, Caller, Credentials};
use domain::people::sessions;
use domain::platform::origins::Source;
use domain::{Context, Error};
use serde::Serialize;
use templates::errors::Problem;
use texts::Text;

use crate::body::{self, MostBytes, WITHOUT_TEXT};
use crate::failure::{Answer, Failure};
use crate::req::origin;
use crate::site::{CookieKind, Site};

/// The most parameters.
const MAX_FIELDS: usize = 200;
/// The longest name of a JSONP callback.
const MAX_CALLBACK: usize = 100;

/// A request of an API client.
#[derive(Debug)]
pub struct Call {
    site: Data<Site>,
    /// Who sends it.
    pub caller: Caller,
    fields: HashMap<String, String>,
    path: HashMap<String, String>,
    callback: Option<String>,
    closes: bool,
}

impl Call {
    /// The domain context.
    pub fn cx(&self) -> &Context {
        &self.site.cx
    }

    /// A parameter; empty if it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// Whether a parameter says yes.
    pub fn is_on(&self, name: &str) -> bool {
        matches!(&*self.get(name).to_ascii_lowercase(), "true" | "1" | "yes" | "on")
    }

    /// Whether reading marks as read: unless the client says no.
    pub fn marks(&self) -> bool {
        !matches!(&*self.get("mark_read").to_ascii_lowercase(), "false" | "0" | "no" | "off")
    }

    /// A part of the path; empty if the path has none of this name.
    pub fn part(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// Answers with JSON, or for JSONP with a call of the client's function.
    pub fn reply(&self, value: &impl Serialize) -> Answer {
        let json = serde_json::to_string(value).map_err(|error| Error::Internal(error.to_string()))?;
        let mut response = HttpResponse::Ok();
        response.insert_header((CACHE_CONTROL, "private, no-store"));
        if self.closes {
            // What follows may be the rest of a body whose length was wrong.
            response.force_close();
        }
        let Some(callback) = &self.callback else {
            return Ok(response.content_type("application/json; charset=utf-8").body(json));
        };
        // These two end a line in older JavaScript.
        let json = json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
        response.insert_header((CONTENT_TYPE, "application/javascript; charset=utf-8"));
        // A script of another site, with public data in it.
        response.insert_header(("cross-origin-resource-policy", "cross-origin"));
        Ok(response.body(format!("/**/{callback}({json});")))
    }
}

impl FromRequest for Call {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = payload.take();
        let request = request.clone();
        Box::pin(async move {
            let site = request.app_data::<Data<Site>>().ok_or(Failure::Problem(Problem::BadRequest))?.clone();
            let mut fields = HashMap::new();
            add(&mut fields, request.query_string().as_bytes());
            let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
            let callback = fields.get("callback").filter(|name| is_read && !name.is_empty()).cloned();
            let caller = caller(&request, &site, callback.as_deref()).await?;
            // Some clients change something with a GET, but nobody does by asking for the headers.
            let caller = if *request.method() == Method::HEAD { caller.only_reading() } else { caller };
            let most = request.app_data::<MostBytes>().map_or(WITHOUT_TEXT, |most| (most.0)(&request));
            let room = site.room.of(caller.person.is_some());
            let body = body::read_what_comes(&request, payload, most, room).await?;
            let closes = !body.bytes.is_ascii();
            add_body(&mut fields, &body.bytes);
            drop(body);
            if fields.len() > MAX_FIELDS {
                return Err(Failure::Problem(Problem::TooLarge));
            }
            let path = request.match_info().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            Ok(Self { site, caller, fields, path, callback, closes })
        })
    }
}

/// Adds the parameters of a query or form. Later ones replace earlier ones.
fn add(fields: &mut HashMap<String, String>, text: &[u8]) {
    fields.extend(
        form_urlencoded::parse(text).take(MAX_FIELDS + 1).map(|(name, value)| (name.into_owned(), value.into_owned())),
    );
}

/// Adds the parameters of a body: form-encoded whatever its type says, or a JSON object. Half a character at its end is
/// left out, since some clients count characters in `Content-Length`.
fn add_body(fields: &mut HashMap<String, String>, body: &[u8]) {
    let whole = match std::str::from_utf8(body) {
        Err(error) if error.error_len().is_none() => &body[..error.valid_up_to()],
        Ok(_) | Err(_) => body,
    };
    if whole.trim_ascii_start().starts_with(b"{")
        && let Ok(serde_json::Value::Object(object)) = serde_json::from_slice(whole)
    {
        let text = |value: serde_json::Value| match value {
            serde_json::Value::String(text) => text,
            serde_json::Value::Null => String::new(),
            other => other.to_string(),
        };
        fields.extend(object.into_iter().map(|(name, value)| (name, text(value))));
        return;
    }
    add(fields, whole);
}

/// Returns who sends the request.
///
/// # Errors
/// [`Failure::Credentials`] without credentials, or with wrong ones. Without counts toward no limit.
async fn caller(request: &HttpRequest, site: &Site, callback: Option<&str>) -> Result<Caller, Failure> {
    let cookie = request.cookie(site.cookie_name(CookieKind::Session));
    let authorization = request.headers().get(AUTHORIZATION);
    if let Some(name) = callback {
        if !is_callback(name) {
            return Err(
                Error::invalid("callback", Text::verbatim("The callback is not the name of a function.")).into()
            );
        }
        // A page of another site must not read as the user of the browser.
        if cookie.is_some() || authorization.is_some() {
            return Err(Error::forbidden(Text::verbatim(
                "JSONP is for public data: send no cookie and no credentials.",
            ))
            .into());
        }
        return Ok(Caller::ANONYMOUS);
    }
    let source = Source::read(|name| request.headers().get(name).map(|value| value.as_bytes()));
    // Browsers add credentials that somebody typed once to requests of other sites' pages too.
    if !source.is_own(&site.cx.config.base_url) {
        return Err(Error::forbidden(Text::verbatim("Pages of other sites cannot use this.")).into());
    }
    if let Some(sent) = authorization.and_then(|value| Credentials::read(value.as_bytes())) {
        return match basic_auth::identify(&site.cx, &sent, &origin(request, site)).await {
            Err(Error::Invalid(fields)) => {
                Err(Failure::Credentials(fields.iter().next().map(|(_, why)| why.to_owned())))
            }
            caller => Ok(caller?),
        };
    }
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    if let Some(cookie) = cookie.filter(|_| is_read)
        && let Some(session) = sessions::authenticate(&site.cx, cookie.value()).await?
    {
        return Ok(Caller::reading(&session));
    }
    Err(Failure::Credentials(None))
}

/// Whether this can be the name of a function, perhaps within objects.
fn is_callback(name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'.' | b'[' | b']');
    name.len() <= MAX_CALLBACK && name.bytes().all(is_part) && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// Middleware: takes `//api/…` for `/api/…`. Some clients write their base address with a slash at its end.
pub async fn without_second_slash(
    mut request: ServiceRequest,
    next: Next<impl actix_web::body::MessageBody>,
) -> Result<ServiceResponse<impl actix_web::body::MessageBody>, actix_web::Error> {
    if let Some(uri) = single(request.uri()) {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
    next.call(request).await
}

/// The address with one slash at its beginning; `None` if it is not of the API, or has one already.
fn single(uri: &Uri) -> Option<Uri> {
    let path = uri.path_and_query()?.as_str();
    let rest = path.trim_start_matches('/');
    (path.starts_with("//") && rest.starts_with("api/")).then(|| format!("/{rest}").parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(query: &str, body: &[u8]) -> HashMap<String, String> {
        let mut fields = HashMap::new();
        add(&mut fields, query.as_bytes());
        add_body(&mut fields, body);
        fields
    }

    #[test]
    fn parameters_are_found_in_the_query_and_the_body() {
        let message = |query: &str, body: &[u8]| fields(query, body).remove("message");
        assert_eq!(message("message=a+b%21", b"").as_deref(), Some("a b!"));
        assert_eq!(message("message=old", b"message=new").as_deref(), Some("new"));
        assert_eq!(message("", "message=sch\u{f6}n".as_bytes()).as_deref(), Some("sch\u{f6}n"));
        // The length counted characters: the last byte is missing.
        assert_eq!(message("", b"message=sch\xc3\xb6n \xc3").as_deref(), Some("sch\u{f6}n "));
        assert_eq!(message("", b"{\"message\": \"a\", \"n\": 7}").as_deref(), Some("a"));
        assert_eq!(message("", b"{not json").as_deref(), None);
    }

    #[test]
    fn a_jsonp_callback_must_be_an_identifier() {
        for good in ["cb", "jQuery171_123", "a.b[0].$c"] {
            assert!(is_callback(good), "{good}");
        }
        for bad in ["alert(1)", "a b", "<script>", "1a", "a;b", &"a".repeat(101)] {
            assert!(!is_callback(bad), "{bad}");
        }
    }

    #[test]
    fn a_double_slash_is_normalized_only_in_api_addresses() {
        let path = |uri: &str| single(&uri.parse().expect("an address")).map(|uri| uri.to_string());
        assert_eq!(path("//api/groups.json?a=b").as_deref(), Some("/api/groups.json?a=b"));
        assert_eq!(path("http://host.example//api/groups.json").as_deref(), Some("/api/groups.json"));
        for other in ["/api/groups.json", "//evil.example/", "//apis/"] {
            assert_eq!(path(other), None, "{other}");
        }
    }
}
