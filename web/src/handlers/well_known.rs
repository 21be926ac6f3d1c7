//! `/.well-known/` and `robots.txt`: addresses that programs look for.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use domain::Error;
use domain::time::Timestamp;
use serde_json::json;

use crate::failure::Answer;
use crate::req::Req;

/// How long readers may rely on what `security.txt` says.
const VALID: Duration = Duration::from_secs(180 * 24 * 3_600);
const DAY: i64 = 24 * 3_600 * 1_000_000;

/// `GET /.well-known/security.txt`: where to report vulnerabilities (RFC 9116), if the operator says so.
pub async fn security(req: Req) -> Answer {
    let contact = req.site.config.security_contact.as_ref().ok_or(Error::NotFound)?;
    let expires = req.cx().now().plus(VALID).0;
    let expires = Timestamp(expires - expires.rem_euclid(DAY)).rfc3339();
    let base = &req.cx().config.base_url;
    let text = format!(
        "Contact: {contact}\nExpires: {expires}\nPreferred-Languages: en\nCanonical: {base}/.well-known/security.txt\n"
    );
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "public, max-age=3600"))
        .insert_header(("x-content-type-options", "nosniff"))
        .body(text))
}

/// `GET /robots.txt`: the paths that search engines should not index, and the list of those that they should.
pub async fn robots(req: Req) -> HttpResponse {
    let base = &req.cx().config.base_url;
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "public, max-age=3600"))
        .body(format!(
            "User-agent: *\nAllow: /-/pages/\nDisallow: /-/\nDisallow: /search\nDisallow: /live\nDisallow: /api/\nDisallow: /admin/\n\
             Sitemap: {base}/sitemap.xml\n"
        ))
}

/// `GET /manifest.webmanifest`: what the site is called and looks like as an app.
pub async fn manifest(req: Req) -> HttpResponse {
    let settings = &req.now.settings;
    let icon = |side: u32, purpose: &str| {
        json!({
            "src": crate::assets::app_icon(side),
            "sizes": format!("{side}x{side}"),
            "type": "image/png",
            "purpose": purpose,
        })
    };
    let manifest = json!({
        "id": "/",
        "name": settings.name,
        "short_name": settings.name,
        "description": settings.line,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#fbfaf7",
        "theme_color": "#f3f1ea",
        // The picture leaves room for any mask.
        "icons": [icon(192, "any"), icon(512, "any"), icon(512, "maskable")],
    });
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/manifest+json"))
        .insert_header((CACHE_CONTROL, "public, max-age=3600"))
        .insert_header(("x-content-type-options", "nosniff"))
        .body(manifest.to_string())
}

/// `GET /.well-known/change-password`: where password managers send people.
pub async fn change_password() -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, "/-/settings/password"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish()
}

#[cfg(test)]
mod tests {
    use actix_web::App;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use actix_web::web::Data;
    use domain::testing::TestForum;

    use crate::{Config, Site, routes};

    #[actix_web::test]
    async fn the_manifest_names_the_site_and_icons_that_are_served() {
        let forum = TestForum::sqlite().await;
        let site = Data::new(Site::new(forum.cx.clone(), Config::default()));
        let app = init_service(App::new().app_data(site).configure(routes::configure)).await;
        let get = async |path: &str| call_service(&app, TestRequest::get().uri(path).to_request()).await;
        let answer = get("/manifest.webmanifest").await;
        assert_eq!(answer.headers().get("content-type").expect("a type"), "application/manifest+json");
        let manifest: serde_json::Value = serde_json::from_slice(&read_body(answer).await).expect("JSON");
        assert_eq!(manifest["name"], "Test");
        assert_eq!(manifest["start_url"], "/");
        let icons = manifest["icons"].as_array().expect("icons");
        assert!(icons.iter().any(|icon| icon["purpose"] == "maskable"));
        for icon in icons {
            let file = get(icon["src"].as_str().expect("an address")).await;
            assert_eq!(file.headers().get("content-type").expect("a type"), "image/png");
            assert!(read_body(file).await.starts_with(b"\x89PNG"));
        }
    }

    #[actix_web::test]
    async fn security_txt_names_the_contact_of_the_settings_and_when_it_expires() {
        let forum = TestForum::sqlite().await;
        for (contact, status) in [(None, 404), (Some("mailto:security@example.org".to_owned()), 200)] {
            let config = Config { security_contact: contact, ..Config::default() };
            let site = Data::new(Site::new(forum.cx.clone(), config));
            let app = init_service(App::new().app_data(site).configure(routes::configure)).await;
            let get = async |path: &str| call_service(&app, TestRequest::get().uri(path).to_request()).await;
            let answer = get("/.well-known/security.txt").await;
            assert_eq!(answer.status().as_u16(), status);
            if status == 200 {
                assert_eq!(answer.headers().get("content-type").expect("a type"), "text/plain; charset=utf-8");
                let text = String::from_utf8(read_body(answer).await.to_vec()).expect("text");
                let lines: Vec<&str> = text.lines().collect();
                assert_eq!(lines[0], "Contact: mailto:security@example.org");
                let expires = lines[1].strip_prefix("Expires: ").expect("when it expires");
                assert!(expires.ends_with("T00:00:00Z"), "{expires}");
                let now = forum.cx.now();
                let latest = now.plus(2 * super::VALID).rfc3339();
                assert!(expires > now.rfc3339().as_str() && expires < latest.as_str());
            }
            let answer = get("/.well-known/change-password").await;
            assert_eq!(answer.status().as_u16(), 303);
            assert_eq!(answer.headers().get("location").expect("an address"), "/-/settings/password");
        }
    }
}
