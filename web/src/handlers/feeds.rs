//! Feeds, the sitemap and oEmbed: what feed readers, search engines and other sites ask for. None of it depends on a cookie.

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Path, Query};
use domain::Error;
use domain::feeds::{self, Feed, FeedLookup, Subject};
use domain::people::basic_auth::{self, Caller};
use serde::Deserialize;
use templates::Template as _;
use templates::feeds::{Document, Sitemap, SitemapIndex};
use templates::links::Embed;
use templates::search::encoded;
use texts::within;

use crate::failure::Answer;
use crate::handlers::id;
use crate::page_cache::About;
use crate::req::Req;

const ATOM: &str = "application/atom+xml; charset=utf-8";
const JSON: &str = "application/feed+json; charset=utf-8";
const XML: &str = "application/xml; charset=utf-8";

/// A format of feeds, with the end of their addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Atom,
    Json,
}

impl Format {
    fn of(req: &Req) -> Self {
        let path = req.path.split('?').next().unwrap_or_default();
        if path.ends_with(".json") { Self::Json } else { Self::Atom }
    }

    fn file(self) -> &'static str {
        match self {
            Self::Atom => "feed.atom",
            Self::Json => "feed.json",
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Atom => ATOM,
            Self::Json => JSON,
        }
    }
}

/// The parameters of a feed.
#[derive(Deserialize)]
pub struct Params {
    /// An API token with the scope to read feeds.
    token: Option<String>,
}

async fn caller(req: &Req, params: &Params) -> Result<Caller, Error> {
    match params.token.as_deref() {
        None | Some("") => Ok(Caller::ANONYMOUS),
        Some(token) => match basic_auth::identify_token(req.cx(), token, req.origin()).await {
            Err(Error::Invalid(_)) => Err(Error::forbidden(texts::people_errors::token_invalid())),
            caller => caller,
        },
    }
}

fn answer(req: &Req, params: &Params, found: FeedLookup) -> Answer {
    let format = Format::of(req);
    let moved = |path: &str| {
        let token = params.token.as_deref().map(|token| format!("?token={}", encoded(token)));
        Ok(req.moved(&format!("{path}{}{}", format.file(), token.unwrap_or_default())))
    };
    let feed = match found {
        FeedLookup::Feed(feed) => feed,
        FeedLookup::Moved(path) => return moved(&path),
        FeedLookup::Renamed(name) => return moved(&format!("/users/{}/", encoded(&name))),
    };
    let about = about(&feed);
    let (base_url, settings) = (&req.cx().config.base_url, &req.now.settings);
    // Readers of feeds ask for no language, and all of them get the same.
    let text = within(settings.lang(), || {
        let document = Document::new(&feed, &settings.name, base_url, req.images(), format.file());
        match format {
            Format::Atom => document.render().map_err(|error| Error::Internal(error.to_string())),
            Format::Json => document.to_json().map_err(|error| Error::Internal(error.to_string())),
        }
    })?;
    let kind = format.kind();
    match params.token.as_deref() {
        None | Some("") => req.shared_text(text, kind, about),
        Some(_) => req.private_text(text, kind),
    }
}

fn about(feed: &Feed) -> About {
    match &feed.subject {
        Subject::Site | Subject::Person(_) => About::Site,
        Subject::Group(group) => About::Group(group.id),
        Subject::Topic { group, topic } => About::Topic(group.id, topic.id),
    }
}

/// `GET /feed.atom`, `/feed.json`: the newest topics of all groups.
pub async fn of_site(req: Req, params: Query<Params>) -> Answer {
    let caller = caller(&req, &params).await?;
    answer(&req, &params, feeds::of_site(req.cx(), &caller).await?)
}

/// `GET /GROUP/feed.atom`, `/GROUP/feed.json`: the newest topics of a group.
pub async fn of_group(req: Req, path: Path<String>, params: Query<Params>) -> Answer {
    let caller = caller(&req, &params).await?;
    answer(&req, &params, feeds::of_group(req.cx(), &caller, &path).await?)
}

/// `GET /GROUP/TOPIC/feed.atom`, `/GROUP/TOPIC/feed.json`: the newest messages of a topic.
pub async fn of_topic(req: Req, path: Path<(String, String)>, params: Query<Params>) -> Answer {
    let caller = caller(&req, &params).await?;
    answer(&req, &params, feeds::of_topic(req.cx(), &caller, &path.0, &path.1).await?)
}

/// `GET /users/NAME/feed.atom`, `/users/NAME/feed.json`: the newest messages of a person.
pub async fn of_person(req: Req, path: Path<String>, params: Query<Params>) -> Answer {
    let caller = caller(&req, &params).await?;
    answer(&req, &params, feeds::of_person(req.cx(), &caller, &path).await?)
}

/// `GET /sitemap.xml`: the list of the parts.
pub async fn sitemap_index(req: Req) -> Answer {
    let parts = feeds::sitemap_parts(req.cx()).await?;
    let index = SitemapIndex { base_url: req.cx().config.base_url.clone(), parts };
    xml(&req, &index)
}

/// `GET /sitemap-N.xml`: groups (0) or topics (from 1).
pub async fn sitemap(req: Req, path: Path<String>) -> Answer {
    let pages = feeds::sitemap(req.cx(), id(&path)?).await?;
    xml(&req, &Sitemap { base_url: req.cx().config.base_url.clone(), pages })
}

fn xml(req: &Req, page: &impl templates::Template) -> Answer {
    let text = page.render().map_err(|error| Error::Internal(error.to_string()))?;
    req.shared_text(text, XML, About::Site)
}

/// The parameters of oEmbed (oembed.com).
#[derive(Deserialize)]
pub struct EmbedParams {
    #[serde(default)]
    url: String,
    #[serde(default)]
    format: String,
}

/// `GET /-/oembed`: a topic or message as other sites show it.
pub async fn embed(req: Req, params: Query<EmbedParams>) -> Answer {
    if !matches!(&*params.format, "" | "json") {
        // The answer of the specification to a format that a site does not have.
        return Ok(HttpResponse::NotImplemented().insert_header((CACHE_CONTROL, "no-store")).finish());
    }
    let base_url = &req.cx().config.base_url;
    let path = params.url.strip_prefix(base_url.as_str()).ok_or(Error::NotFound)?;
    let entry = feeds::linked(req.cx(), path).await?;
    let settings = &req.now.settings;
    let embed = within(settings.lang(), || Embed::new(&entry, &settings.name, base_url));
    let json = serde_json::to_string(&embed).map_err(|error| Error::Internal(error.to_string()))?;
    req.shared_text(json, "application/json; charset=utf-8", About::Unkept)
}
