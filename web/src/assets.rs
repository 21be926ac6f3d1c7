//! The files under `/static/`. They are part of the program. Their address contains a hash over all files, so browsers
//! may cache them forever.

use std::sync::LazyLock;

use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use sha2::{Digest, Sha256};

use crate::compressed::{Coding, Compressed};

mod smaller;

macro_rules! files {
    ($($name:literal => $kind:literal),* $(,)?) => {
        [$(($name, $kind, include_bytes!(concat!("../../static/", $name)).as_slice())),*]
    };
}

const SCRIPT: &str = "text/javascript; charset=utf-8";

const SOURCES: [(&str, &str, &[u8]); FILES_COUNT] = files! {
    "klatch.css" => "text/css; charset=utf-8",
    "more.css" => "text/css; charset=utf-8",
    "icon.svg" => "image/svg+xml",
    "icon-180.png" => "image/png",
    "icon-192.png" => "image/png",
    "icon-512.png" => "image/png",
    "favicon.ico" => "image/x-icon",
    "js/klatch.js" => "",
    "js/complete.js" => "",
    "js/composer.js" => "",
    "js/cursor.js" => "",
    "js/drafts.js" => "",
    "js/format.js" => "",
    "js/images.js" => "",
    "js/keyboard.js" => "",
    "js/live.js" => "",
    "js/messages.js" => "",
    "js/passwords.js" => "",
    "js/poll.js" => "",
    "js/refresh.js" => "",
    "js/sessions.js" => "",
    "js/suggest.js" => "",
    "js/times.js" => "",
    "js/trusted.js" => "",
    "js/unread.js" => "",
    "js/writing.js" => "",
};
const FILES_COUNT: usize = 26;

/// The files as they are sent: without comments and indentation.
static FILES: LazyLock<Vec<(&str, &str, Compressed)>> = LazyLock::new(|| {
    let small = |(name, kind, bytes): (&'static str, &'static str, &'static [u8])| {
        let bytes = match (std::str::from_utf8(bytes), name.rsplit_once('.').map(|(_, end)| end)) {
            (Ok(text), Some("js")) => Bytes::from(smaller::script(text)),
            (Ok(text), Some("css")) => Bytes::from(smaller::style(text)),
            _ => Bytes::from_static(bytes),
        };
        (name, kind, Compressed::new(bytes))
    };
    SOURCES.into_iter().map(small).collect()
});

static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for (name, _, file) in &*FILES {
        hash.update(name.as_bytes());
        hash.update(file.plain());
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
});

/// Returns the addresses of the files that pages use.
pub fn addresses() -> templates::Assets {
    let hash = HASH.as_str();
    templates::Assets {
        css: format!("/static/{hash}/klatch.css"),
        more_css: format!("/static/{hash}/more.css"),
        js: format!("/static/{hash}/js/klatch.js"),
        touch_icon: format!("/static/{hash}/icon-180.png"),
        icon: format!("/static/{hash}/icon.svg"),
    }
}

/// Returns the address of an icon of the app, by the length of its side.
pub fn app_icon(side: u32) -> String {
    format!("/static/{}/icon-{side}.png", HASH.as_str())
}

/// `GET /static/HASH/NAME`. Any other hash comes from a page of another version: it gets the current file, cached for a
/// minute.
pub async fn show(request: HttpRequest, path: web::Path<(String, String)>) -> HttpResponse {
    let (hash, name) = path.into_inner();
    file(&request, &name, hash == *HASH)
}

/// `GET /favicon.ico` and `/icon.svg`, which browsers request automatically.
pub async fn icon(request: HttpRequest) -> HttpResponse {
    let name = request.path().trim_start_matches('/').to_owned();
    file(&request, &name, false)
}

fn file(request: &HttpRequest, name: &str, for_ever: bool) -> HttpResponse {
    let Some((_, kind, file)) = FILES.iter().find(|(known, _, _)| *known == name) else {
        return HttpResponse::NotFound().insert_header((CACHE_CONTROL, "no-store")).body("File not found.\n");
    };
    let tag = format!("\"{}\"", HASH.as_str());
    let keep = if for_ever { "public, max-age=31536000, immutable" } else { "public, max-age=60" };
    let known = request.headers().get(IF_NONE_MATCH).is_some_and(|seen| seen.as_bytes() == tag.as_bytes());
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((CACHE_CONTROL, keep)).insert_header((ETAG, tag));
    response.insert_header(("x-content-type-options", "nosniff"));
    response.insert_header((CONTENT_TYPE, if kind.is_empty() { SCRIPT } else { kind }));
    response.insert_header((VARY, "Accept-Encoding"));
    if known {
        return response.finish();
    }
    let accepted: Vec<&str> =
        request.headers().get_all(ACCEPT_ENCODING).filter_map(|value| value.to_str().ok()).collect();
    let is_text = kind.is_empty() || kind.starts_with("text/") || *kind == "image/svg+xml";
    let coding = if is_text { Coding::of_file(&accepted) } else { Coding::Identity };
    match file.coded(coding) {
        Some(bytes) => response.insert_header((CONTENT_ENCODING, coding.name())).body(bytes),
        None => response.body(file.plain()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_served() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../static");
        let mut found = 0;
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                    assert!(SOURCES.iter().any(|(known, _, _)| *known == name), "{name} is not served");
                    found += 1;
                }
            }
        }
        assert_eq!(found, SOURCES.len());
    }

    #[test]
    fn scripts_and_styles_of_a_page_stay_small() {
        let size = |names: &[&str]| -> usize {
            let files = names.iter().map(|name| FILES.iter().find(|(known, _, _)| known == name).unwrap());
            files.map(|(_, _, file)| crate::compressed::brotli(&file.plain(), 11).unwrap().len()).sum()
        };
        // What a topic loads at once for a signed-in member.
        let modules: Vec<String> =
            templates::assets::LIVE.iter().chain(&templates::assets::ALWAYS).map(|name| format!("js/{name}")).collect();
        let mut names: Vec<&str> = modules.iter().map(String::as_str).collect();
        names.extend(["klatch.css", "js/klatch.js"]);
        let sum = size(&names);
        assert!(sum <= 25 * 1_024, "{sum} bytes");
    }
}
