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

macro_rules! files {
    ($($name:literal => $kind:literal),* $(,)?) => {
        [$(($name, $kind, Compressed::new(Bytes::from_static(include_bytes!(concat!("../../static/", $name)))))),*]
    };
}

const SCRIPT: &str = "text/javascript; charset=utf-8";

static FILES: [(&str, &str, Compressed); 20] = files! {
    "klatch.css" => "text/css; charset=utf-8",
    "icon.svg" => "image/svg+xml",
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
    "js/poll.js" => "",
    "js/refresh.js" => "",
    "js/suggest.js" => "",
    "js/times.js" => "",
    "js/trusted.js" => "",
    "js/unread.js" => "",
    "js/writing.js" => "",
};

static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for (name, _, file) in &FILES {
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
        js: format!("/static/{hash}/js/klatch.js"),
        icon: format!("/static/{hash}/icon.svg"),
    }
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
    let accepted = request.headers().get_all(ACCEPT_ENCODING).filter_map(|value| value.to_str().ok());
    let coding = if *kind == "image/x-icon" { Coding::Identity } else { Coding::of(accepted) };
    match file.coded(coding) {
        Some(bytes) => response.insert_header((CONTENT_ENCODING, coding.name())).body(bytes),
        None => response.body(file.plain()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_in_static_is_served() {
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
                    assert!(FILES.iter().any(|(known, _, _)| *known == name), "{name} is not served");
                    found += 1;
                }
            }
        }
        assert_eq!(found, FILES.len());
    }
}
