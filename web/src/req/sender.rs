//! Who sends a request, as far as its headers say.

use std::net::Ipv4Addr;

use actix_web::HttpRequest;
use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};
use domain::model::Language;
use domain::people::sessions::Origin;
use texts::Lang;

use crate::site::{CookieKind, Site};

/// Returns where a request comes from.
pub(crate) fn origin(request: &HttpRequest, site: &Site) -> Origin {
    let peer = request.peer_addr().map_or_else(|| Ipv4Addr::UNSPECIFIED.into(), |peer| peer.ip());
    let forwarded = request.headers().get_all("x-forwarded-for").map(|value| value.as_bytes());
    let client = site.config.proxies.client(peer, forwarded);
    let agent = request.headers().get("user-agent").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let known = request
        .cookie(site.cookie_name(CookieKind::Browser))
        .map(|cookie| cookie.value().to_owned())
        .unwrap_or_default();
    let language = Language(asked(request.headers()).filter(|lang| Lang::CHOICES.contains(lang)));
    Origin { address: client.address, agent: agent.to_owned(), is_unsure: client.is_unsure, known, language }
}

/// Returns the first language that a browser asks for and that we have.
pub(crate) fn asked(headers: &HeaderMap) -> Option<Lang> {
    headers.get_all(ACCEPT_LANGUAGE).find_map(|value| Lang::asked(value.to_str().ok()?))
}
