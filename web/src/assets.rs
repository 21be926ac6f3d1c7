//! The files under `/static/`. They are part of the program. Their address contains a hash over all files, so browsers
//! may cache them forever. The address of a style sheet with an accent color contains the color too.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName,
    HeaderValue, IF_NONE_MATCH, VARY,
};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::site::accent;
use sha2::{Digest, Sha256};
use texts::Lang;

use crate::compressed::{Coding, Compressed};
use crate::site::Site;

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
    "js/copy-code.js" => "",
    "js/cursor.js" => "",
    "js/draft-list.js" => "",
    "js/drafts.js" => "",
    "js/format.js" => "",
    "js/images.js" => "",
    "js/keyboard.js" => "",
    "js/keys.js" => "",
    "js/live.js" => "",
    "js/messages.js" => "",
    "js/more.js" => "",
    "js/passwords.js" => "",
    "js/poll.js" => "",
    "js/push.js" => "",
    "js/reading.js" => "",
    "js/refresh.js" => "",
    "js/sending.js" => "",
    "js/sessions.js" => "",
    "js/style.js" => "",
    "js/suggest.js" => "",
    "js/switcher.js" => "",
    "js/texts.js" => "",
    "js/times.js" => "",
    "js/trusted.js" => "",
    "js/unread.js" => "",
    "js/upload.js" => "",
    "js/writing.js" => "",
    "sw.js" => "",
};
const FILES_COUNT: usize = 38;

/// The files as they are sent: without comments and indentation. The translations of the scripts' texts are among them.
static FILES: LazyLock<Vec<(String, &str, Compressed)>> = LazyLock::new(|| {
    let small = |(name, kind, bytes): (&'static str, &'static str, &'static [u8])| {
        let bytes = match (std::str::from_utf8(bytes), name.rsplit_once('.').map(|(_, end)| end)) {
            (Ok(text), Some("js")) => Bytes::from(smaller::script(text)),
            (Ok(text), Some("css")) => Bytes::from(smaller::style(text)),
            _ => Bytes::from_static(bytes),
        };
        (name.to_owned(), kind, Compressed::new(bytes))
    };
    let in_language = |lang| Some((translations(lang), "", Compressed::new(texts::script(lang)?.into())));
    SOURCES.into_iter().map(small).chain(Lang::ALL.into_iter().filter_map(in_language)).collect()
});

/// The name of the file with the texts of the scripts in a language.
fn translations(lang: Lang) -> String {
    format!("js/texts-{}.js", lang.code())
}

static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for (name, _, file) in &*FILES {
        hash.update(name.as_bytes());
        hash.update(file.plain());
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
});

/// The style sheet.
const CSS: &str = "klatch.css";

/// The last style sheet with an accent color, and the color.
static COLORED: Mutex<Option<(String, Arc<Compressed>)>> = Mutex::new(None);

/// Returns the addresses of the files that pages in a language use. The accent color of the site may be empty.
pub fn addresses(accent: &str, lang: Lang) -> templates::Assets {
    let hash = HASH.as_str();
    let color = match accent.strip_prefix('#') {
        Some(digits) => format!("-{digits}"),
        None => String::new(),
    };
    templates::Assets {
        css: format!("/static/{hash}{color}/{CSS}"),
        more_css: format!("/static/{hash}/more.css"),
        js: format!("/static/{hash}/js/klatch.js"),
        // The scripts have the English texts.
        texts: (lang != Lang::En).then(|| format!("/static/{hash}/{}", translations(lang))),
        touch_icon: format!("/static/{hash}/icon-180.png"),
        icon: format!("/static/{hash}/icon.svg"),
    }
}

/// Returns the address of an icon of the app, by the length of its side.
pub fn app_icon(side: u32) -> String {
    format!("/static/{}/icon-{side}.png", HASH.as_str())
}

/// Returns the style sheet with the rules for an accent color, if it is the site's: compressing others would be work that
/// anybody could cause.
async fn colored(site: &Site, accent: &str) -> Option<Arc<Compressed>> {
    let kept = || COLORED.lock().unwrap_or_else(PoisonError::into_inner);
    let known = kept().as_ref().filter(|(known, _)| known == accent).map(|(_, file)| file.clone());
    if known.is_some() || domain::site::current(&site.cx).await.settings.accent != accent {
        return known;
    }
    let style = accent::style(accent)?;
    let (_, _, css) = FILES.iter().find(|(name, _, _)| name == CSS)?;
    let file = Arc::new(Compressed::new([&*css.plain(), style.as_bytes()].concat().into()));
    *kept() = Some((accent.to_owned(), file.clone()));
    Some(file)
}

/// `GET /static/HASH/NAME`. Any other hash comes from a page of another version: it gets the current file, cached for a
/// minute.
pub async fn show(request: HttpRequest, site: web::Data<Site>, path: web::Path<(String, String)>) -> HttpResponse {
    let (folder, name) = path.into_inner();
    let (hash, color) = folder.split_once('-').unwrap_or((folder.as_str(), ""));
    let for_ever = hash == *HASH;
    if name == CSS
        && let Some(file) = colored(&site, &format!("#{color}")).await
    {
        return answer(&request, "text/css; charset=utf-8", &file, &folder, for_ever);
    }
    file(&request, &name, for_ever && color.is_empty())
}

/// `GET /favicon.ico` and `/icon.svg`, which browsers request automatically.
pub async fn icon(request: HttpRequest) -> HttpResponse {
    let name = request.path().trim_start_matches('/').to_owned();
    file(&request, &name, false)
}

/// `GET /sw.js`: the service worker, which may act for the whole site.
pub async fn worker(request: HttpRequest) -> HttpResponse {
    let mut response = file(&request, "sw.js", false);
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("service-worker-allowed"), HeaderValue::from_static("/"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; connect-src 'self'"));
    response
}

fn file(request: &HttpRequest, name: &str, for_ever: bool) -> HttpResponse {
    let Some((_, kind, file)) = FILES.iter().find(|(known, _, _)| known == name) else {
        return HttpResponse::NotFound().insert_header((CACHE_CONTROL, "no-store")).body("File not found.\n");
    };
    answer(request, if kind.is_empty() { SCRIPT } else { kind }, file, HASH.as_str(), for_ever)
}

fn answer(request: &HttpRequest, kind: &str, file: &Compressed, version: &str, for_ever: bool) -> HttpResponse {
    let tag = format!("\"{version}\"");
    let keep = if for_ever { "public, max-age=31536000, immutable" } else { "public, max-age=60" };
    let known = request.headers().get(IF_NONE_MATCH).is_some_and(|seen| seen.as_bytes() == tag.as_bytes());
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((CACHE_CONTROL, keep)).insert_header((ETAG, tag));
    response.insert_header(("x-content-type-options", "nosniff"));
    response.insert_header((CONTENT_TYPE, kind));
    response.insert_header((VARY, "Accept-Encoding"));
    if known {
        return response.finish();
    }
    let accepted: Vec<&str> =
        request.headers().get_all(ACCEPT_ENCODING).filter_map(|value| value.to_str().ok()).collect();
    let is_text = kind.is_empty() || kind.starts_with("text/") || kind == "image/svg+xml";
    let coding = if is_text { Coding::of_file(&accepted) } else { Coding::Identity };
    match file.coded(coding) {
        Some(bytes) => response.insert_header((CONTENT_ENCODING, coding.name())).body(bytes),
        None => response.body(file.plain()),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::App;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use domain::testing::TestForum;

    use super::*;
    use crate::Config;

    #[actix_web::test]
    async fn the_style_sheet_of_an_accent_color_ends_with_its_rules() {
        let forum = TestForum::sqlite().await;
        let boss = forum.site_admin("boss").await;
        let color = async |accent: &str| {
            let settings = domain::site::settings(&forum.cx).await.unwrap();
            let settings = domain::site::Settings { accent: accent.to_owned(), ..settings };
            domain::site::update(&forum.cx, boss, settings).await.unwrap();
        };
        color("#8a2be2").await;
        let site = web::Data::new(Site::new(forum.cx.clone(), Config::default()));
        let app = App::new().app_data(site).route("/static/{hash}/{name:.*}", web::get().to(show));
        let app = init_service(app).await;
        let get = async |path: &str| {
            let answer = call_service(&app, TestRequest::get().uri(path).to_request()).await;
            let keep = answer.headers().get(CACHE_CONTROL).unwrap().to_str().unwrap().to_owned();
            let status = answer.status().as_u16();
            (status, keep.contains("immutable"), String::from_utf8(read_body(answer).await.to_vec()).unwrap())
        };
        let (plain, purple) = (addresses("", Lang::En).css, addresses("#8a2be2", Lang::En).css);
        assert_ne!(plain, purple);
        let (status, for_ever, css) = get(&plain).await;
        assert!(status == 200 && for_ever && !css.contains("#8a2be2"));
        let (status, for_ever, colored) = get(&purple).await;
        assert!(status == 200 && for_ever && colored.starts_with(&css) && colored.contains("--accent:#8a2be2"));
        // Whatever no site can have as its color is the plain file, and not kept.
        for odd in ["ffffff", "8A2BE2", "8a2be2;", "0b6b62"] {
            let (status, for_ever, css) = get(&plain.replace("/klatch.css", &format!("-{odd}/klatch.css"))).await;
            assert!(status == 200 && !for_ever && !css.contains(&format!(":#{odd};--tint")), "{odd}");
        }
        let (status, for_ever, other) = get("/static/0-8a2be2/klatch.css").await;
        assert!(status == 200 && !for_ever && other == colored, "a page of another version");
        assert_eq!(get(&purple.replace("klatch.css", "nothing.css")).await.0, 404);
        // A color that another site has is not made for anybody who asks.
        let blue = addresses("#0000aa", Lang::En).css;
        let (status, for_ever, css) = get(&blue).await;
        assert!(status == 200 && !for_ever && !css.contains("--accent:#0000aa"));
        color("#0000aa").await;
        let (status, for_ever, css) = get(&blue).await;
        assert!(status == 200 && for_ever && css.contains("--accent:#0000aa"));
    }

    #[actix_web::test]
    async fn pages_in_another_language_name_the_texts_of_the_scripts() {
        assert_eq!(addresses("", Lang::En).texts, None);
        let german = addresses("", Lang::De).texts.expect("an address");
        let name = translations(Lang::De);
        assert_eq!(german, format!("/static/{}/{name}", HASH.as_str()));
        let answer = file(&TestRequest::get().to_http_request(), &name, true);
        let header = |name: HeaderName| answer.headers().get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!(header(CONTENT_TYPE), SCRIPT);
        assert!(answer.status() == 200 && header(CACHE_CONTROL).contains("immutable"));
        let module = actix_web::body::to_bytes(answer.into_body()).await.unwrap();
        assert_eq!(Some(String::from_utf8(module.to_vec()).unwrap()), texts::script(Lang::De));
    }

    /// Returns the texts that a script names: `t('…')`, and of `t(['…', '…'], …)` the last one.
    fn named(script: &str) -> Vec<String> {
        let calls = script.match_indices("t(").filter(|(at, _)| {
            !script[..*at].ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.' | '#'))
        });
        let text = |(at, _): (usize, &str)| {
            let call = script[at + 2..].trim_start();
            let (list, first) = match call.strip_prefix('[') {
                Some(list) => (true, list.trim_start()),
                None => (false, call),
            };
            let quote = first.chars().next().filter(|quote| ['\'', '"'].contains(quote))?;
            let given = if list { first.split_once(']')?.0 } else { first };
            let mut strings = Vec::new();
            let mut rest = given;
            while let Some(inner) = rest.strip_prefix(quote) {
                let end = inner.match_indices(quote).find(|(end, _)| !inner[..*end].ends_with('\\'))?.0;
                strings.push(inner[..end].replace('\\', ""));
                rest = inner[end + 1..].trim_start_matches([',', ' ', '\n']);
            }
            strings.pop()
        };
        calls.filter_map(text).collect()
    }

    #[test]
    fn every_text_of_a_script_is_in_the_files_of_languages() {
        let script = "t('a') + t(\"it's\", {}) + t('don\\'t') + start('b') + this.t('c')\nt(['{count} d', '{count} ds'], e); t(f)";
        assert_eq!(named(script), ["a", "it's", "don't", "{count} ds"]);
        let known = texts::script_texts();
        let mut found = 0;
        for (name, _, bytes) in SOURCES.iter().filter(|(name, ..)| name.ends_with(".js")) {
            for text in named(&smaller::script(std::str::from_utf8(bytes).unwrap())) {
                assert!(known.contains(&text), "{name}: domain/texts/languages/en/scripts.ftl has not {text:?}");
                found += 1;
            }
        }
        assert!(found >= 5, "{found}");
    }

    #[actix_web::test]
    async fn the_service_worker_may_act_for_the_whole_site() {
        let app = init_service(App::new().route("/sw.js", web::get().to(worker))).await;
        let answer = call_service(&app, TestRequest::get().uri("/sw.js").to_request()).await;
        let header = |name: &str| answer.headers().get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!((header("service-worker-allowed").as_str(), header("cache-control").as_str()), ("/", "no-cache"));
        assert_eq!(header("content-type"), SCRIPT);
        assert!(header("content-security-policy").starts_with("default-src 'none'"));
    }

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
