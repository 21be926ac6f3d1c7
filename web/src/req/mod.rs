//! Who asks, with what, and how they are answered: the extractor that every handler begins with.

mod answers;

use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use domain::bus::Stream;
use domain::model::{Group, SignUps};
use domain::people::sessions::Origin;
use domain::platform::caches::sessions::Session;
use domain::platform::caches::site::{Notice, Site as SiteNow};
use domain::platform::secrets;
use domain::policy::{Access, Permission, Viewer};
use domain::{Context, Error};
use templates::{Layout, Live};

use crate::failure::Failure;
use crate::flash;
use crate::site::Site;

/// A request as handlers see it.
#[derive(Clone, Debug)]
pub struct Req {
    /// What all requests share.
    pub site: Data<Site>,
    /// Who is signed in.
    pub session: Option<Session>,
    /// Who is signed in to an account that waits for an admin of the site: to everything else they are a stranger.
    pub waiting: Option<Session>,
    /// What the admins decided about the site.
    pub now: Arc<SiteNow>,
    /// Path and query.
    pub path: String,
    /// Whether the page is fetched without anyone looking at it, or before.
    pub is_prefetch: bool,
    /// Whether a script wants JSON.
    pub wants_json: bool,
    /// Whether the page may be fetched again from where it is: the answer to a form may not.
    is_fetched: bool,
    origin: Origin,
    nonce: String,
    form_secret: String,
    form_cookie_is_new: bool,
    flash: Option<String>,
    hidden_notice: Option<String>,
}

impl Req {
    /// Reads the request; the second time it is asked for the same one, it is only handed out.
    pub async fn of(request: &HttpRequest) -> Result<Self, Failure> {
        if let Some(known) = request.extensions().get::<Self>() {
            return Ok(known.clone());
        }
        let site =
            request.app_data::<Data<Site>>().ok_or_else(|| Error::Internal("the server has no site".into()))?.clone();
        let now = domain::site::current(&site.cx).await;
        let opened = match request.cookie(site.session_cookie()) {
            Some(cookie) => domain::people::sessions::opened(&site.cx, cookie.value()).await?,
            None => None,
        };
        let (waiting, session) = match opened {
            Some(session) if session.is_waiting => (Some(session), None),
            session => (None, session),
        };
        let known = request
            .cookie(site.form_cookie())
            .map(|cookie| cookie.value().to_owned())
            .filter(|value| value.len() == 64);
        let form_cookie_is_new = known.is_none();
        let form_secret = match (session.as_ref().or(waiting.as_ref()), known) {
            (Some(_), _) => String::new(),
            (None, Some(value)) => value,
            (None, None) => secrets::token()?,
        };
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let req = Self {
            path: request.uri().path_and_query().map_or_else(|| request.path().to_owned(), ToString::to_string),
            is_prefetch: request.method() == Method::HEAD
                || header("sec-purpose").contains("prefetch")
                || header("purpose").contains("prefetch"),
            wants_json: crate::failure::wants_json(request),
            is_fetched: matches!(*request.method(), Method::GET | Method::HEAD),
            origin: Origin { address: address(request, &site.config.proxies), agent: header("user-agent").to_owned() },
            nonce: secrets::token()?[..24].to_owned(),
            form_secret,
            form_cookie_is_new,
            // An open page that is drawn anew is not the next page: what was done is said by that.
            flash: request
                .cookie(flash::COOKIE)
                .filter(|_| header(BACKGROUND).is_empty())
                .map(|cookie| cookie.value().to_owned()),
            hidden_notice: request.cookie(NOTICE).map(|cookie| cookie.value().to_owned()),
            session,
            waiting,
            now,
            site,
        };
        request.extensions_mut().insert(req.clone());
        Ok(req)
    }

    /// The parts of the forum.
    pub fn cx(&self) -> &Context {
        &self.site.cx
    }

    /// Who asks, as the policy sees them.
    pub fn viewer(&self) -> Viewer {
        self.session.as_ref().map_or(Viewer::Anonymous, Session::viewer)
    }

    /// The session of whoever is signed in.
    ///
    /// # Errors
    /// [`Error::SignedOut`].
    pub fn signed_in(&self) -> Result<&Session, Failure> {
        self.session.as_ref().ok_or(Failure::Domain(Error::SignedOut))
    }

    /// The session of a site admin.
    ///
    /// # Errors
    /// [`Error::SignedOut`]; to everyone else the page is not there.
    pub fn admin(&self) -> Result<&Session, Failure> {
        let session = self.signed_in()?;
        if session.is_admin { Ok(session) } else { Err(Failure::Domain(Error::NotFound)) }
    }

    /// From where they come.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The session of whoever is signed in, also where their account waits.
    pub fn any_session(&self) -> Option<&Session> {
        self.session.as_ref().or(self.waiting.as_ref())
    }

    /// The token that forms of this browser carry.
    fn csrf(&self) -> String {
        let secret = &self.cx().config.secret;
        match self.any_session() {
            Some(session) => secret.sign("form", &session.id),
            None => secret.sign("form", &self.form_secret),
        }
    }

    /// Whether a form's token is this browser's.
    pub fn token_holds(&self, token: &str) -> bool {
        let secret = &self.cx().config.secret;
        match self.any_session() {
            Some(session) => secret.verify("form", &session.id, token),
            None => !self.form_cookie_is_new && secret.verify("form", &self.form_secret, token),
        }
    }

    /// A layout without figures, for when those cannot be had.
    pub fn bare_layout(&self) -> Layout {
        Layout {
            site_name: self.now.settings.name.clone(),
            viewer: self.session.as_ref().map(|session| templates::Viewer {
                person: session.person.clone(),
                is_admin: session.is_admin,
                theme: session.theme,
            }),
            waiting: self.waiting.as_ref().map(|session| session.person.clone()),
            sign_up_open: matches!(self.now.settings.sign_ups, SignUps::Open | SignUps::Approved),
            read_only: self.now.settings.read_only,
            notice: self.notice().cloned(),
            csrf: self.csrf(),
            nonce: self.nonce.clone(),
            assets: crate::assets::addresses(),
            flash: self
                .flash
                .as_deref()
                .and_then(flash::text)
                .map(|text| templates::Flash { kind: templates::FlashKind::Done, text: text.to_owned() }),
            path: self.path.clone(),
            now: self.cx().now(),
            ..Layout::default()
        }
    }

    /// What stands above every page, unless it was hidden in this browser.
    fn notice(&self) -> Option<&Notice> {
        self.now.notice.as_ref().filter(|notice| Some(&notice.version) != self.hidden_notice.as_ref())
    }

    /// The layout around a page. Call it before anything of the page is read: its cursor is where the live events go on.
    pub async fn layout(&self) -> Result<Layout, Failure> {
        let mut layout = self.bare_layout();
        if let Some(session) = &self.session {
            layout.live = self.live(Stream::User(session.person.id), None).await;
            layout.sidebar = domain::live::unread::sidebar(self.cx(), session.person.id).await?;
            if session.has_unread_notice {
                layout.told = domain::live::notices::unread(self.cx(), session.person.id).await?;
            }
        }
        Ok(layout)
    }

    /// Where the page's poll begins. Without the bus a page is drawn all the same, and is not live; nor is one that cannot be drawn anew.
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

    /// The group as whoever asks reads its name: in that of a conversation they do not read their own.
    pub fn called(&self, mut group: Group) -> Group {
        if let Some(session) = &self.session {
            group.name = group.name_for(&session.person.username);
        }
        group
    }

    /// The layout around a page of a group. Readers of a public group who are not in it hear it too.
    pub async fn group_layout(&self, layout: &mut Layout, group: &Group, access: &Access) -> Result<(), Failure> {
        let id = group.id;
        layout.group = Some(id);
        layout.moderates = access.may(Permission::Moderate);
        if domain::policy::anyone_reads(group.kind) {
            match (&self.session, &mut layout.live) {
                (Some(session), Some(live)) if access.role.is_none() => {
                    if let Err(error) = self.cx().bus.watch_group(session.person.id, id).await {
                        tracing::warn!(%error, "a page of a group will not be live");
                    }
                    live.group = Some(id);
                }
                (None, _) => {
                    layout.live = self.live(Stream::Group(id), Some(id)).await;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Holds the key of the form that was taken last, for `static/js/drafts.js`, which lets go of it.
const ACCEPTED: &str = "klatch-taken";

/// With this header `static/js/refresh.js` fetches the page that is open already.
const BACKGROUND: &str = "x-klatch-background";

/// Holds the version of the notice that was hidden in this browser.
const NOTICE: &str = "klatch-notice";

/// What may be done while an account waits: going, and confirming the address to which the answer is sent.
const WHILE_WAITING: [&str; 3] = ["/-/sign-out", "/-/confirm", "/-/notice/hide"];

impl FromRequest for Req {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let req = Self::of(&request).await?;
            if req.waiting.is_some() && !WHILE_WAITING.contains(&request.path()) {
                return Err(Failure::Waiting);
            }
            Ok(req)
        })
    }
}

/// The address at the other end: what a trusted proxy says, else the connection's.
fn address(request: &HttpRequest, proxies: &[IpAddr]) -> IpAddr {
    let Some(peer) = request.peer_addr().map(|peer| peer.ip().to_canonical()) else {
        return Ipv4Addr::UNSPECIFIED.into();
    };
    if !proxies.contains(&peer) {
        return peer;
    }
    let said = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = said.flat_map(|value| value.split(',')).map(str::trim).collect();
    let outside = hops.iter().rev().map_while(|hop| hop.parse::<IpAddr>().ok()).map(|hop| hop.to_canonical());
    outside.into_iter().find(|hop| !proxies.contains(hop)).unwrap_or(peer)
}
