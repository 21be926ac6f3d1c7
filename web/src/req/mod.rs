//! The request extractor: session, viewer, layout and answers; every handler begins with it.

mod answers;
mod sender;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{ACCEPT_ENCODING, HeaderMap, IF_NONE_MATCH};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use domain::bus::{Backlog, Stream};
use domain::model::{Group, SignUps};
use domain::people::sessions::Origin;
use domain::platform::caches::sessions::Session;
use domain::platform::caches::site::{Notice, SiteState as SiteNow};
use domain::platform::secrets;
use domain::policy::{Access, Permission, Viewer};
use domain::{Context, Error};
use templates::when::Now;
use templates::{Layout, Live};
use texts::Lang;

use crate::failure::Failure;
use crate::flash;
use crate::page_cache::Reading;
use crate::site::{CookieKind, Site};

pub(crate) use sender::{asked, origin};

/// A request as handlers see it.
#[derive(Clone, Debug)]
pub struct Req {
    pub site: Data<Site>,
    /// `None` for visitors and for accounts that wait for approval.
    pub session: Option<Session>,
    /// The session of an account that waits for approval: everything else treats its user as an anonymous reader.
    pub waiting: Option<Session>,
    /// The current settings of the site.
    pub now: Arc<SiteNow>,
    /// The language of the answer: what the user chose, else what the browser asks for, else the site's.
    pub lang: Lang,
    /// Path and query.
    pub path: String,
    /// Whether the browser prefetches the page, so no one may be looking at it.
    pub is_prefetch: bool,
    /// Whether a script of an open page asks. It says itself what was seen.
    pub is_background: bool,
    /// Whether a script wants JSON.
    pub wants_json: bool,
    /// Whether the page can be reloaded from its address, which is not so for the answer to a form.
    is_fetched: bool,
    origin: Origin,
    nonce: String,
    /// The id of the session that the browser names, where it could not be read.
    unread_session: Option<String>,
    form_secret: String,
    form_cookie_is_new: bool,
    flash: Option<String>,
    hidden_notice: Option<String>,
    /// If the page may be kept in memory for others.
    reading: Option<Reading>,
    /// `If-None-Match` and `Accept-Encoding`.
    cache_headers: HeaderMap,
}

impl Req {
    /// Reads the request. A second call for the same request returns the same value.
    pub async fn of(request: &HttpRequest) -> Result<Self, Failure> {
        if let Some(known) = request.extensions().get::<Self>() {
            return Ok(known.clone());
        }
        let site =
            request.app_data::<Data<Site>>().ok_or_else(|| Error::Internal("the server has no site".into()))?.clone();
        let opened = match request.cookie(site.cookie_name(CookieKind::Session)) {
            Some(cookie) => domain::people::sessions::opened(&site.cx, cookie.value()).await?,
            None => None,
        };
        let req = Self::with(request, site, opened, None).await?;
        request.extensions_mut().insert(req.clone());
        Ok(req)
    }

    /// Reads the request without the database, for an error page. Whether anybody is signed in is not known then. If
    /// they are, their forms on the page can be sent again once the database is back.
    pub async fn without_session(request: &HttpRequest) -> Result<Self, Failure> {
        let site =
            request.app_data::<Data<Site>>().ok_or_else(|| Error::Internal("the server has no site".into()))?.clone();
        let unread =
            request.cookie(site.cookie_name(CookieKind::Session)).map(|cookie| secrets::digest(cookie.value()));
        Self::with(request, site, None, unread).await
    }

    async fn with(
        request: &HttpRequest,
        site: Data<Site>,
        opened: Option<Session>,
        unread_session: Option<String>,
    ) -> Result<Self, Failure> {
        let now = domain::site::current(&site.cx).await;
        let (waiting, session) = match opened {
            Some(session) if session.is_waiting => (Some(session), None),
            session => (None, session),
        };
        let known = request
            .cookie(site.cookie_name(CookieKind::Form))
            .map(|cookie| cookie.value().to_owned())
            .filter(|value| value.len() == 64);
        let form_cookie_is_new = known.is_none();
        let has_session = session.is_some() || waiting.is_some() || unread_session.is_some();
        let form_secret = match (has_session, known) {
            (true, _) => String::new(),
            (false, Some(value)) => value,
            (false, None) => secrets::token()?,
        };
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let chosen = session.as_ref().or(waiting.as_ref()).and_then(|session| session.language.0);
        Ok(Self {
            lang: chosen.or_else(|| asked(request.headers())).unwrap_or_else(|| now.settings.lang()),
            path: request.uri().path_and_query().map_or_else(|| request.path().to_owned(), ToString::to_string),
            is_prefetch: request.method() == Method::HEAD
                || header("sec-purpose").contains("prefetch")
                || header("purpose").contains("prefetch"),
            is_background: !header(BACKGROUND).is_empty(),
            wants_json: crate::failure::wants_json(request),
            is_fetched: matches!(*request.method(), Method::GET | Method::HEAD),
            origin: origin(request, &site),
            nonce: secrets::token()?[..32].to_owned(),
            form_secret,
            form_cookie_is_new,
            // A background reload of an open page must not use up the flash of the next page.
            flash: request
                .cookie(site.cookie_name(CookieKind::Flash))
                .filter(|_| header(BACKGROUND).is_empty())
                .map(|cookie| cookie.value().to_owned()),
            hidden_notice: request.cookie(site.cookie_name(CookieKind::Notice)).map(|cookie| cookie.value().to_owned()),
            reading: request.extensions().get::<Reading>().cloned(),
            cache_headers: [IF_NONE_MATCH, ACCEPT_ENCODING]
                .into_iter()
                .flat_map(|name| request.headers().get_all(&name).map(move |value| (name.clone(), value.clone())))
                .collect(),
            session,
            waiting,
            unread_session,
            now,
            site,
        })
    }

    /// Returns the domain context.
    pub fn cx(&self) -> &Context {
        &self.site.cx
    }

    /// Returns the viewer for the policy.
    pub fn viewer(&self) -> Viewer {
        self.session.as_ref().map_or(Viewer::Anonymous, Session::viewer)
    }

    /// Returns the session of the signed-in user.
    ///
    /// # Errors
    /// [`Error::SignedOut`].
    pub fn signed_in(&self) -> Result<&Session, Failure> {
        self.session.as_ref().ok_or(Failure::Domain(Error::SignedOut))
    }

    /// Returns the session of an admin of the site.
    ///
    /// # Errors
    /// [`Error::SignedOut`]; [`Failure::NeedsTwoFactor`]; for other users `Error::NotFound`.
    pub fn admin(&self) -> Result<&Session, Failure> {
        let session = self.signed_in()?;
        if session.lacks_two_factor {
            return Err(Failure::NeedsTwoFactor);
        }
        if session.is_admin { Ok(session) } else { Err(Failure::Domain(Error::NotFound)) }
    }

    /// Returns where the request comes from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Returns the session, also of an account that waits for approval.
    pub fn any_session(&self) -> Option<&Session> {
        self.session.as_ref().or(self.waiting.as_ref())
    }

    /// Returns a CSRF token for forms of this browser, different for each page.
    fn csrf(&self) -> String {
        let secret = &self.cx().config.secret;
        let token = match self.any_session().map(|session| &session.id).or(self.unread_session.as_ref()) {
            Some(id) => secret.sign("form", id),
            None => secret.sign("form", &self.form_secret),
        };
        secrets::mask(&token).unwrap_or_else(|error| {
            tracing::error!(%error, "the forms of a page cannot be sent");
            String::new()
        })
    }

    /// Whether a CSRF token belongs to this browser. One without a mask is taken too: pages from before it are still open.
    pub fn token_holds(&self, token: &str) -> bool {
        let secret = &self.cx().config.secret;
        let unmasked = if token.len() == 128 { secrets::unmask(token) } else { None };
        let token = unmasked.as_deref().unwrap_or(token);
        match self.any_session() {
            Some(session) => secret.verify("form", &session.id, token),
            None => !self.form_cookie_is_new && secret.verify("form", &self.form_secret, token),
        }
    }

    /// Returns a layout without queries, for when the database is unavailable.
    pub fn bare_layout(&self) -> Layout {
        Layout {
            site_name: self.now.settings.name.clone(),
            logo: self.now.logo.clone(),
            viewer: self.session.as_ref().map(|session| templates::Viewer {
                person: session.person.clone(),
                // The link to the admin pages leads to what is missing.
                is_admin: session.is_admin || session.lacks_two_factor,
                theme: session.theme,
            }),
            waiting: self.waiting.as_ref().map(|session| session.person.clone()),
            sign_up_open: matches!(self.now.settings.sign_ups, SignUps::Open | SignUps::Approved),
            sends_email: self.cx().mail.reaches_people(),
            read_only: self.now.settings.read_only,
            notice: self.notice().cloned(),
            csrf: self.csrf(),
            nonce: self.nonce.clone(),
            assets: crate::assets::addresses(&self.now.settings.accent, self.lang),
            lang: self.lang,
            pages: self.now.pages.iter().map(|current| current.page).collect(),
            asks: self.asks(),
            flash: self.flash.as_deref().and_then(|value| flash::shown(value, self.cx().mail.reaches_people())),
            path: self.path.clone(),
            now: Now { at: self.cx().now(), lasting: self.any_session().is_none() },
            ..Layout::default()
        }
    }

    /// Returns the site's notice, unless it was hidden in this browser.
    fn notice(&self) -> Option<&Notice> {
        self.now.notice.as_ref().filter(|notice| Some(&notice.version) != self.hidden_notice.as_ref())
    }

    /// Returns the layout of a page. Call it before reading anything else: live events continue from its cursor.
    pub async fn layout(&self) -> Result<Layout, Failure> {
        let mut layout = self.bare_layout();
        if let Some(session) = &self.session {
            let user = session.person.id;
            let (after, sidebar) = domain::live::unread::open(self.cx(), user, self.is_fetched).await?;
            layout.live = after.map(|after| Live { after: after.to_string(), group: None });
            layout.sidebar = sidebar;
            if session.has_unread_notice {
                layout.told = domain::live::notices::unread(self.cx(), session.person.id).await?;
            }
        }
        Ok(layout)
    }

    /// Returns where the page's poll begins. `None` without the bus, or for a page that cannot be reloaded.
    async fn live(&self, stream: Stream, group: Option<domain::model::GroupId>) -> Option<Live> {
        if !self.is_fetched {
            return None;
        }
        match self.cx().bus.open(stream).await {
            Ok(after) => Some(Live { after: after.to_string(), group }),
            Err(error) => {
                tracing::warn!(%error, "a page will not be live");
                None
            }
        }
    }

    /// Starts the page's poll behind the event by which the page itself marked its topic as read, so that it does not
    /// return at once. The page's counts are read after that event. Other events are not skipped.
    pub async fn skip_own_read(&self, layout: &mut Layout, topic: domain::model::TopicId) {
        let (Some(session), Some(live)) = (&self.session, &mut layout.live) else { return };
        let Ok(after) = live.after.parse() else { return };
        let backlog = self.cx().bus.backlog(Stream::User(session.person.id), after).await;
        let Ok(Backlog::Entries { events, .. }) = backlog else { return };
        for event in events {
            if domain::topics::reads::topics_of_event(event.json()) != [topic] {
                break;
            }
            live.after = event.id.to_string();
        }
    }

    /// Reads the viewer's sidebar again, after this request changed what is unread in the topic of its page.
    pub async fn sidebar(&self, topic: &domain::model::Topic) -> Result<domain::model::Sidebar, Failure> {
        let Some(session) = &self.session else { return Ok(domain::model::Sidebar::default()) };
        let mut sidebar = domain::live::unread::sidebar(self.cx(), session.person.id).await?;
        domain::live::unread::list_also(self.cx(), self.viewer(), &mut sidebar, [topic].into_iter()).await?;
        Ok(sidebar)
    }

    /// The data beside a group's pages, without the people whom the viewer ignores.
    pub async fn beside(&self, group: domain::model::GroupId) -> Result<crate::site::Beside, Failure> {
        let crate::site::Beside { aside, topics } = self.site.beside(group).await?;
        let aside = domain::people::ignores::leave_out(self.cx(), self.viewer(), aside).await?;
        Ok(crate::site::Beside { aside, topics })
    }

    /// Returns the group with the name that the viewer sees: a conversation's name leaves out the viewer.
    pub fn called(&self, mut group: Group) -> Group {
        if let Some(session) = &self.session {
            group.name = group.name_for(&session.person.username);
        }
        group
    }

    /// Completes the layout of a page in a group. Non-members who read a public group receive its events too.
    pub async fn group_layout(&self, layout: &mut Layout, group: &Group, access: &Access) -> Result<(), Failure> {
        let id = group.id;
        layout.group = Some(id);
        layout.moderates = access.may(Permission::Moderate);
        if domain::policy::anyone_reads(group.kind) {
            match (&self.session, &mut layout.live) {
                (Some(session), Some(live)) if access.role().is_none() => {
                    if let Err(error) = self.cx().bus.watch_group(session.person.id, id).await {
                        tracing::warn!(%error, "a page of a group will not be live");
                    }
                    live.group = Some(id);
                }
                // Polls know the session of an account that waits, and refuse it.
                (None, _) if self.waiting.is_some() => {}
                (None, _) => {
                    layout.live = self.live(Stream::Group(id), Some(id)).await;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Header by which `static/js/refresh.js` reloads a page that is already open.
pub(crate) const BACKGROUND: &str = "x-klatch-background";

/// In the extensions of a request whose form has been read, and is kept for the error page.
#[derive(Clone, Copy, Debug)]
pub struct FormIsRead;

/// How long reading the form may take when there is no use for it but to give it back, and how often to look.
const READING: Duration = Duration::from_secs(3);
const LOOK: Duration = Duration::from_millis(5);

/// What works while an account waits: signing out, and confirming the address that the answer is sent to.
const WHILE_WAITING: [&str; 3] = ["/-/sign-out", "/-/confirm", "/-/notice/hide"];

/// Pages that tell an account that it waits, although anonymous readers get them: the start page, and forms that the
/// account cannot send.
const CLOSED_WHILE_WAITING: [&str; 6] = ["/", "/-/sign-in", "/-/sign-up", "/-/forgot", "/-/reset", "/-/first-admin"];

/// Whether an account that waits for approval may send this request. It reads what anonymous readers read.
fn is_open_while_waiting(request: &HttpRequest) -> bool {
    let path = request.path();
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    WHILE_WAITING.contains(&path) || is_read && !CLOSED_WHILE_WAITING.contains(&path) && !path.ends_with("/report")
}

impl FromRequest for Req {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let req = match Self::of(&request).await {
                Err(failure) if failure.is_unavailable() && request.method() == Method::POST => {
                    // The error page gives back what was typed: let the extractor of the form, which runs beside this
                    // one, finish reading it.
                    let is_read = async {
                        while request.extensions().get::<FormIsRead>().is_none() {
                            tokio::time::sleep(LOOK).await;
                        }
                    };
                    let _ = tokio::time::timeout(READING, is_read).await;
                    return Err(failure);
                }
                req => req?,
            };
            if req.waiting.is_some() && !is_open_while_waiting(&request) {
                return Err(Failure::Waiting);
            }
            Ok(req)
        })
    }
}
