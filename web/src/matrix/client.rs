//! The requests of the matrix: actor, address and form fields.

use actix_web::dev::ServiceResponse;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;
use actix_web::{App, middleware};
use domain::platform::secrets;
use domain::testing::TestForum;

use super::actors::Actor;
use super::states::{ABSENT, Scene, Scope, State};
use super::world::{World, id};
use crate::routes::{Entry, configure};
use crate::{Config, Site, errors, from_memory};

/// Whether a route is about a group, or something in one.
pub fn is_in_group(path: &str) -> bool {
    [
        "/-/groups/{id}/",
        "/-/topics/{id}/",
        "/-/messages/{id}",
        "/-/reports/{id}",
        "/-/rules/{id}",
        "/-/held/{id}",
        "/-/log/{entry}/",
        "/-/direct/{id}/",
        "/-/invite/{token}",
        "/{group}/",
        "/api/groups/{id}",
        "/api/topics/{id}",
        "/api/messages/{id}/",
        "/api/messages/message/{id}/",
    ]
    .iter()
    .any(|begins| path.starts_with(begins))
}

/// The response to a request.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
    signs_in: bool,
}

impl Answer {
    pub fn word(&self) -> String {
        if self.signs_in { "in".to_owned() } else { self.status.to_string() }
    }
}

type Heard = (u16, Vec<(String, String)>, String);
type Called = Box<dyn Fn(TestRequest) -> std::pin::Pin<Box<dyn Future<Output = Heard>>>>;

/// The web service under test.
pub struct Client(Called);

impl Client {
    pub async fn open(forum: &TestForum) -> Self {
        let site = Data::new(Site::new(forum.cx.clone(), Config::default()));
        let app = App::new().app_data(site).wrap(middleware::from_fn(errors::render_errors));
        let app = app.wrap(middleware::from_fn(from_memory::serve)).configure(configure);
        let app = std::rc::Rc::new(init_service(app).await);
        Self(Box::new(move |request| {
            let app = app.clone();
            Box::pin(async move { read(call_service(&*app, request.to_request()).await).await })
        }))
    }

    /// Sends a request as an actor, with a form that contains the fields of all forms.
    pub async fn request(
        &self,
        forum: &TestForum,
        world: &mut World,
        entry: &Entry,
        state: State,
        actor: Actor,
    ) -> Answer {
        let scene = world.scene(forum, state, Scope::of(entry.path)).await;
        let path = address(entry.path, &scene, world);
        let fields = fields(&scene, world, entry.path);
        let answer = self.send(forum, world, entry.method, &path, &fields, actor).await;
        if entry.method == "post" && answer.status < 400 {
            world.strike(forum, state).await;
            // Undo what the request may have done to the users.
            forum.execute("delete from topic_levels").await;
            forum.execute("delete from ignores where user_id <> (select id from users where username = 'maker')").await;
            forum
                .execute("update users set banned_at = null, suspended_until = null where username <> 'suspendedx'")
                .await;
            forum.execute("update users set direct_from = 'anyone', name = '', bio = '', email = null").await;
        }
        answer
    }

    pub async fn send(
        &self,
        forum: &TestForum,
        world: &mut World,
        method: &str,
        path: &str,
        fields: &[(&str, String)],
        actor: Actor,
    ) -> Answer {
        let answer = match path.starts_with("/api/") {
            true => self.call(forum, world, method, path, fields, actor).await,
            false => self.visit(forum, world, method, path, fields, actor).await,
        };
        if method == "post" && answer.status < 400 {
            world.forget_sessions();
        }
        answer
    }

    /// Sends a request of a browser, with a session of the actor.
    async fn visit(
        &self,
        forum: &TestForum,
        world: &mut World,
        method: &str,
        path: &str,
        fields: &[(&str, String)],
        actor: Actor,
    ) -> Answer {
        let secret = &forum.cx.config.secret;
        let nobody = "f".repeat(64);
        let (cookie, token) = match (actor, world.who(actor).id()) {
            (Actor::Anonymous, _) | (_, None) => (format!("__Host-klatch-form={nobody}"), secret.sign("form", &nobody)),
            (actor, Some(_)) => {
                let session = world.session(forum, actor).await;
                (format!("__Host-klatch={session}"), secret.sign("form", &secrets::digest(&session)))
            }
        };
        let request = match method {
            "get" => TestRequest::get().uri(path),
            _ => {
                let mut body: Vec<(&str, String)> = fields.to_vec();
                body.push(("csrf", token.clone()));
                TestRequest::post().uri(path).set_form(body)
            }
        };
        let request = request.insert_header(("cookie", cookie));
        let (status, headers, body) = (self.0)(request).await;
        if actor == Actor::Anonymous && method == "get" {
            // Without a cookie, the page may come from memory; the second time it does.
            for _ in 0..2 {
                let (in_memory, _, _) = (self.0)(TestRequest::get().uri(path)).await;
                assert_eq!(in_memory, status, "{path} from memory");
            }
        }
        let encoded = templates::search::encoded(path);
        // The submitted name is that of the group and is echoed as it was sent.
        let sent = fields.iter().find(|(name, _)| *name == "name").map(|(_, name)| format!("\n{name}</textarea>"));
        let plain = |text: &str| {
            let text = text.replace(&encoded, "ADDRESS").replace(path, "ADDRESS");
            sent.iter().fold(text, |text, sent| text.replace(sent, "\nNAME</textarea>"))
        };
        let signs_in = headers.iter().any(|(name, value)| name == "location" && value.starts_with("/-/sign-in?"));
        let mut headers: Vec<(String, String)> = headers
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "set-cookie" | "date"))
            .map(|(name, value)| (name.clone(), plain(&without_chance(value))))
            .collect();
        headers.sort();
        Answer { status, headers, body: plain(&without_chance(&body)), signs_in }
    }
}

impl Client {
    /// Sends a request of the API, with a token of the actor.
    async fn call(
        &self,
        forum: &TestForum,
        world: &mut World,
        method: &str,
        path: &str,
        fields: &[(&str, String)],
        actor: Actor,
    ) -> Answer {
        let request = match method {
            "get" => TestRequest::get().uri(path),
            _ => TestRequest::post().uri(path).set_form(fields),
        };
        let request = match world.who(actor).id() {
            None => request,
            Some(_) => request.insert_header(("authorization", world.authorization(forum, actor).await)),
        };
        let (status, headers, body) = (self.0)(request).await;
        let mut headers: Vec<(String, String)> = headers.into_iter().filter(|(name, _)| name != "date").collect();
        headers.sort();
        Answer { status, headers, body: body.replace(path, "ADDRESS"), signs_in: false }
    }
}

impl Client {
    /// Sends a request of the modern API, with a token of the actor. Returns the status and the body.
    pub async fn ask(
        &self,
        forum: &TestForum,
        world: &mut World,
        method: &str,
        path: &str,
        body: Option<serde_json::Value>,
        actor: Actor,
    ) -> (u16, String) {
        let method = actix_web::http::Method::from_bytes(method.to_ascii_uppercase().as_bytes()).expect("a method");
        let mut request = TestRequest::default().method(method).uri(path);
        if world.who(actor).id().is_some() {
            request = request.insert_header(("authorization", world.authorization(forum, actor).await));
        }
        if let Some(body) = body {
            request = request.insert_header(("content-type", "application/json")).set_payload(body.to_string());
        }
        let (status, _, body) = (self.0)(request).await;
        (status, body)
    }
}

async fn read<B: actix_web::body::MessageBody>(answer: ServiceResponse<B>) -> Heard {
    let status = answer.status().as_u16();
    let text = |value: &actix_web::http::header::HeaderValue| value.to_str().unwrap_or_default().to_owned();
    let headers = answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    let body = read_body(answer).await;
    (status, headers, String::from_utf8_lossy(&body).into_owned())
}

/// Replaces nonces, tokens, keys and the stream cursor, which differ by request.
fn without_chance(text: &str) -> String {
    let mut clean = text.to_owned();
    for (before, after) in [
        ("nonce=\"", "\""),
        ("'nonce-", "'"),
        ("name=\"csrf\" value=\"", "\""),
        ("name=\"key\" value=\"", "\""),
        ("data-live-after=\"", "\""),
    ] {
        let mut parts = clean.split(before);
        let mut kept = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            kept += before;
            kept += part.split_once(after).map_or("", |(_, rest)| rest);
        }
        clean = kept;
    }
    clean
}

/// Returns the address of a route with the ids of the scene in it.
pub fn address(path: &str, scene: &Scene, world: &World) -> String {
    let own = if path.starts_with("/-/topics/") || path.starts_with("/api/topics/") {
        scene.topic
    } else if path.starts_with("/-/messages/") || path.starts_with("/api/messages/") {
        scene.message
    } else if path.starts_with("/-/reports/") {
        scene.report
    } else if path.starts_with("/-/rules/") {
        scene.rule
    } else if path.starts_with("/-/held/") {
        scene.held
    } else if ["/-/groups/", "/-/direct/", "/api/groups/"].iter().any(|begins| path.starts_with(begins)) {
        scene.group.id.0
    } else if path == "/admin/people/{id}/delete" {
        // Refused, so that nobody is missing afterwards.
        id(world.who(Actor::SiteAdmin)).0
    } else if path.starts_with("/admin/people/") || path.starts_with("/api/users/") {
        id(world.friend).0
    } else {
        ABSENT
    };
    let user = if path.contains("/bans/") {
        world.outcast
    } else if path.contains("/invited/") {
        world.guest
    } else {
        world.target
    };
    path.replace("{name:.*}", "klatch.css")
        .replace("{hash}", "0")
        .replace("{id}", &own.to_string())
        .replace("{user}", &id(user).to_string())
        .replace("{invitation}", &scene.invitation.to_string())
        .replace("{removal}", &scene.removal.to_string())
        .replace("{warning}", &scene.warning.to_string())
        .replace("{entry}", &scene.entry.to_string())
        .replace("{token}", &scene.token)
        .replace("{name}", "friend")
        .replace("{group}", &scene.group.slug)
        .replace("{topic}", &scene.topic_slug)
        .replace("{message}", &scene.message.to_string())
        .replace("{bot}", &ABSENT.to_string())
        .replace("{hook}", &ABSENT.to_string())
        .replace("{kind}", &ABSENT.to_string())
        .replace("{delivery}", &ABSENT.to_string())
        .replace("{reducer}", "activity")
        .replace("{slug}", "other")
        .replace("{page}", "rules")
        .replace("{version}", "0")
}

/// Returns the fields of all forms, and some that no form has.
pub fn fields(scene: &Scene, world: &World, path: &str) -> Vec<(&'static str, String)> {
    let key = secrets::token().expect("randomness")[..32].to_owned();
    let name = match path {
        "/-/groups" | "/api/groups/create.json" => format!("Name {key}"),
        _ if path.starts_with("/-/groups/") => scene.group.name.clone(),
        _ => "Name".to_owned(),
    };
    let kind = if scene.group.is_direct() || path.starts_with("/api/") { "public" } else { scene.group.kind.as_str() };
    [
        ("text", "Hello".to_owned()),
        ("title", "Hello".to_owned()),
        ("key", key),
        ("name", name),
        ("kind", if path.contains("rules") { "words".to_owned() } else { kind.to_owned() }),
        ("category", "other".to_owned()),
        ("username", "friend".to_owned()),
        ("password", "a wrong password".to_owned()),
        ("current_password", "a wrong password".to_owned()),
        ("new_password", "another password".to_owned()),
        ("to", "friend".to_owned()),
        ("role", "member".to_owned()),
        ("uses", "3".to_owned()),
        ("days", "3".to_owned()),
        ("reason", "because".to_owned()),
        ("message", "please".to_owned()),
        ("level", "muted".to_owned()),
        ("seq", "1".to_owned()),
        ("upto", if path.contains("mentions") || path.contains("notices") { "1".to_owned() } else { String::new() }),
        (
            "one",
            if path.contains("held") {
                format!("approve:{}", scene.held)
            } else {
                format!("approve:{}", id(world.asker))
            },
        ),
        ("body", "plums".to_owned()),
        ("in_text", "yes".to_owned()),
        ("effect", "refuse".to_owned()),
        ("version", "1".to_owned()),
        ("slow", "0".to_owned()),
        ("first_held", "0".to_owned()),
        ("messages", "5".to_owned()),
        ("links", "2".to_owned()),
        ("archived", "yes".to_owned()),
        ("ignored", "yes".to_owned()),
        ("direct_from", "anyone".to_owned()),
        ("what", "suspend".to_owned()),
        (Box::leak(format!("vote-{}", scene.message).into_boxed_str()), "1".to_owned()),
        ("mark", "resolved".to_owned()),
        ("on", "yes".to_owned()),
        ("group", scene.group.id.to_string()),
        ("from", scene.message.to_string()),
        ("which", "from".to_owned()),
        ("into", format!("/{}/{}/", scene.group.slug, scene.topic_slug)),
        ("grounds", "spam".to_owned()),
        ("words", "Look".to_owned()),
        ("warning", "because".to_owned()),
        ("span", "all".to_owned()),
        ("hidden", "yes".to_owned()),
        ("verdict", "deleted".to_owned()),
        ("sign_ups", "open".to_owned()),
        ("images", "load".to_owned()),
        ("waiting_since", "1".to_owned()),
        ("author_id", id(world.maker).to_string()),
        ("creator_id", id(world.friend).to_string()),
        ("is_admin", "true".to_owned()),
    ]
    .into()
}
