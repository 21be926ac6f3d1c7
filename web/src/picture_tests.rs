//! Tests of pictures over HTTP: forms with a file, their errors, and the headers of images.

use std::io::Write;
use std::net::Ipv4Addr;
use std::time::Duration;

use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;
use actix_web::{App, middleware};
use domain::groups::pictures;
use domain::model::{GroupKind, picture_address};
use domain::people::proofs::LASTS;
use domain::people::sessions::{self, Origin};
use domain::people::{accounts, avatars};
use domain::platform::secrets;
use domain::platform::storage::Files;
use domain::policy::Viewer;
use domain::testing::TestForum;
use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

use crate::{Config, Site, errors, routes};

/// A response: its status, its headers and its body.
struct Said {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Said {
    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

async fn send(forum: &TestForum, request: TestRequest) -> Said {
    let site = Data::new(Site::new(forum.cx.clone(), Config::default()));
    let app = App::new().app_data(site).wrap(middleware::from_fn(errors::render_errors));
    let app = init_service(app.configure(routes::configure)).await;
    let answer = call_service(&app, request.to_request()).await;
    let headers = answer.headers().iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()));
    Said { status: answer.status().as_u16(), headers: headers.collect(), body: read_body(answer).await.to_vec() }
}

/// Somebody's browser.
struct Browser<'a> {
    forum: &'a TestForum,
    session: String,
    token: String,
}

impl<'a> Browser<'a> {
    async fn of(forum: &'a TestForum, who: Viewer) -> Self {
        let user = who.id().expect("an account");
        let session = sessions::open(&forum.cx, user, &Origin::new(Ipv4Addr::LOCALHOST, "")).await.expect("a session");
        let token = forum.cx.config.secret.sign("form", &secrets::digest(&session));
        Self { forum, session, token }
    }

    fn cookie(&self) -> (&'static str, String) {
        ("cookie", format!("__Host-klatch={}", self.session))
    }

    async fn get(&self, path: &str) -> Said {
        send(self.forum, TestRequest::get().uri(path).insert_header(self.cookie())).await
    }

    /// Sends a form with a file, as browsers do.
    async fn upload(&self, path: &str, file: &[u8]) -> Said {
        self.upload_with(path, &self.token, "same-origin", file).await
    }

    async fn upload_with(&self, path: &str, token: &str, site: &'static str, file: &[u8]) -> Said {
        let mut body =
            format!("--edge\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{token}\r\n").into_bytes();
        body.extend(b"--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.svg\"\r\n");
        body.extend(b"Content-Type: image/svg+xml\r\n\r\n");
        body.extend_from_slice(file);
        body.extend(b"\r\n--edge--\r\n");
        let request = TestRequest::post().uri(path).insert_header(self.cookie()).set_payload(body);
        let request = request.insert_header(("content-type", "multipart/form-data; boundary=edge"));
        send(self.forum, request.insert_header(("sec-fetch-site", site))).await
    }

    async fn remove(&self, path: &str) -> Said {
        let form = [("csrf", self.token.as_str()), ("remove", "yes")];
        send(self.forum, TestRequest::post().uri(path).insert_header(self.cookie()).set_form(form)).await
    }
}

async fn anonymous(forum: &TestForum, path: &str) -> Said {
    send(forum, TestRequest::get().uri(path)).await
}

/// A black image.
fn png(width: u32, height: u32) -> Vec<u8> {
    let chunk = |kind: &[u8], data: &[u8]| {
        let body = [kind, data].concat();
        let mut sum = Crc::new();
        sum.update(&body);
        [&(data.len() as u32).to_be_bytes()[..], &body, &sum.sum().to_be_bytes()].concat()
    };
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    let mut pixels = ZlibEncoder::new(Vec::new(), Compression::fast());
    pixels.write_all(&vec![0; ((width + 1) * height) as usize]).expect("pixels");
    let pixels = pixels.finish().expect("pixels");
    let chunks = [chunk(b"IHDR", &head), chunk(b"IDAT", &pixels), chunk(b"IEND", b"")];
    [&b"\x89PNG\r\n\x1a\n"[..], chunks.concat().as_slice()].concat()
}

/// The first address of a picture in a page.
fn address(page: &str) -> String {
    let (_, rest) = page.split_once("src=\"/-/pictures/").expect("a picture");
    format!("/-/pictures/{}", rest.split('"').next().expect("its end"))
}

#[actix_web::test]
async fn an_avatar_is_uploaded_shown_and_removed_without_scripts() {
    let forum = TestForum::sqlite().await;
    let mira = forum.person("mira").await;
    let browser = Browser::of(&forum, mira).await;
    let page = browser.get("/-/settings").await.text();
    assert!(page.contains("action=\"/-/settings/avatar\" enctype=\"multipart/form-data\""), "{page}");
    assert!(!page.contains("/-/pictures/") && !page.contains("name=\"remove\""), "{page}");
    let said = browser.upload("/-/settings/avatar", &png(300, 200)).await;
    assert_eq!((said.status, said.header("location")), (303, "/-/settings"));
    let page = browser.get("/-/settings").await.text();
    assert!(page.contains("name=\"remove\" value=\"yes\""), "{page}");
    let address = address(&page);
    let image =
        format!("<img class=\"avatar\" src=\"{address}\" alt=\"\" width=\"36\" height=\"36\" loading=\"lazy\">");
    assert!(page.contains(&image), "{page}");
    let profile = anonymous(&forum, "/users/mira/").await.text();
    let large = address.replace("-96", "-192");
    assert!(
        profile.contains(&image)
            && profile.contains(&format!("property=\"og:image\" content=\"{}{large}\"", forum.cx.config.base_url))
    );

    let said = anonymous(&forum, &address).await;
    assert_eq!((said.status, said.header("content-type")), (200, "image/jpeg"));
    assert_eq!(said.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(said.header("x-content-type-options"), "nosniff");
    assert_eq!(said.header("content-security-policy"), "sandbox; default-src 'none'");
    let again = TestRequest::get().uri(&address).insert_header(("if-none-match", said.header("etag")));
    assert_eq!(send(&forum, again).await.status, 304);
    assert_eq!(anonymous(&forum, &large).await.status, 200);

    assert_eq!(browser.remove("/-/settings/avatar").await.status, 303);
    assert_eq!(anonymous(&forum, &address).await.status, 404);
    assert!(!browser.get("/-/settings").await.text().contains("/-/pictures/"));
}

#[actix_web::test]
async fn a_bad_upload_says_what_to_fix() {
    let forum = TestForum::sqlite().await;
    let mira = forum.person("mira").await;
    let browser = Browser::of(&forum, mira).await;
    let path = "/-/settings/avatar";
    let huge = vec![0; domain::files::pictures::MOST_BYTES + 1];
    for (file, why) in [
        (&b""[..], "Choose an image."),
        (&b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"[..], "Save it as PNG or JPEG"),
        (&b"\x89PNG\r\n\x1a\n"[..], "Save it as PNG or JPEG"),
        (&huge[..], "at most 8 MB"),
    ] {
        let said = browser.upload(path, file).await;
        assert_eq!(said.status, 422, "{why}");
        let page = said.text();
        assert!(page.contains(why) && page.contains("id=\"f-file-error\""), "{why}: {page}");
        // The profile is still in its form.
        assert!(page.contains("action=\"/-/settings\""), "{why}");
    }
    let png = png(20, 20);
    assert_eq!(browser.upload_with(path, "wrong", "same-origin", &png).await.status, 403);
    assert_eq!(browser.upload_with(path, &browser.token, "cross-site", &png).await.status, 403);
    assert_eq!(browser.upload(path, &vec![0; 17 << 20]).await.status, 413);
    assert_eq!(accounts::own(&forum.cx, mira.id().expect("an account")).await.expect("it").avatar, "");
    let mut forum = forum;
    forum.limit(|limits| limits.files_per_day = 1);
    let browser = Browser::of(&forum, mira).await;
    let said = browser.upload(path, &png).await;
    assert_eq!(said.status, 429);
    assert!(said.text().contains("too many files"), "{}", said.text());
}

#[actix_web::test]
async fn the_image_of_a_private_group_is_hidden_from_others() {
    let forum = TestForum::sqlite().await;
    let (mira, noor, omar) = (forum.person("mira").await, forum.person("noor").await, forum.person("omar").await);
    let den = forum.group(mira, "Den", GroupKind::Private).await;
    forum.admit(&den, &[noor]).await;
    let path = format!("/-/groups/{}/image", den.id);
    let (admin, member, outsider) =
        (Browser::of(&forum, mira).await, Browser::of(&forum, noor).await, Browser::of(&forum, omar).await);
    let file = png(80, 80);
    assert_eq!(member.upload(&path, &file).await.status, 403);
    assert_eq!(outsider.upload(&path, &file).await.status, 404);
    let bad = admin.upload(&path, b"no image").await;
    assert!(bad.status == 422 && bad.text().contains("id=\"f-file-error\"") && bad.text().contains("value=\"Den\""));
    assert_eq!(admin.upload(&path, &file).await.status, 303);
    let page = member.get(&format!("/{}/", den.slug)).await.text();
    let address = address(&page);
    let said = member.get(&address).await;
    assert_eq!((said.status, said.header("cache-control")), (200, "private, no-cache"));
    assert_eq!(outsider.get(&address).await.status, 404);
    assert_eq!(anonymous(&forum, &address).await.status, 404);
    assert_eq!(member.remove(&path).await.status, 403);
    assert_eq!(admin.remove(&path).await.status, 303);
    assert_eq!(member.get(&address).await.status, 404);

    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    assert_eq!(admin.upload(&format!("/-/groups/{}/image", garden.id), &file).await.status, 303);
    assert_eq!(anonymous(&forum, &address).await.header("cache-control"), "public, max-age=31536000, immutable");
    for page in [format!("/{}/", garden.slug), "/groups/".to_owned()] {
        assert!(anonymous(&forum, &page).await.text().contains(&address), "{page}");
    }
}

#[actix_web::test]
async fn a_browser_that_has_a_picture_gets_no_bytes_from_the_storage() {
    let mut forum = TestForum::sqlite().await;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let den = forum.group(mira, "Den", GroupKind::Private).await;
    let group = pictures::set(&forum.cx, mira, den.id, png(80, 80)).await.expect("an image");
    let address = picture_address(&group.picture, 96);
    let tag = Browser::of(&forum, mira).await.get(&address).await.header("etag").to_owned();
    // A storage that has nothing.
    forum.cx.files = Files::folder(forum.cx.files.arriving().await.expect("a folder").join("other"));
    for (who, status, fresh) in [(mira, 304, 404), (noor, 404, 404)] {
        let browser = Browser::of(&forum, who).await;
        let request = TestRequest::get().uri(&address).insert_header(browser.cookie());
        let said = send(&forum, request.insert_header(("if-none-match", tag.as_str()))).await;
        assert_eq!((said.status, browser.get(&address).await.status), (status, fresh));
    }
}

#[actix_web::test]
async fn the_logo_has_the_name_of_the_site_and_needs_an_admins_proof() {
    let forum = TestForum::sqlite().await;
    let (boss, mira) = (forum.site_admin("boss").await, forum.person("mira").await);
    let (admin, other) = (Browser::of(&forum, boss).await, Browser::of(&forum, mira).await);
    assert_eq!(other.upload("/admin/logo", &png(200, 40)).await.status, 404);
    assert_eq!(admin.upload("/admin/logo", b"no image").await.status, 422);
    assert_eq!(admin.upload("/admin/logo", &png(300, 60)).await.status, 303);
    let page = anonymous(&forum, "/").await.text();
    let name = domain::site::settings(&forum.cx).await.expect("the settings").name;
    let address = address(&page);
    let image = format!("<img alt=\"{name}\" src=\"{address}\" width=\"150\" height=\"30\">");
    assert_eq!(page.matches(&image).count(), 2, "in the bar and the sidebar: {page}");
    assert_eq!(anonymous(&forum, &address).await.header("content-type"), "image/webp");
    forum.pass(LASTS + Duration::from_secs(1));
    assert_eq!(admin.upload("/admin/logo", &png(200, 40)).await.status, 403, "the password is asked for");
    assert_eq!(admin.remove("/admin/logo").await.status, 403);
    let admin = Browser::of(&forum, boss).await;
    assert_eq!(admin.remove("/admin/logo").await.status, 303);
    assert!(!anonymous(&forum, "/").await.text().contains("/-/pictures/"));
}

#[actix_web::test]
async fn a_page_with_avatars_costs_no_further_statements() {
    let forum = TestForum::sqlite().await;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let plums = forum.topic(mira, &garden, "Plums", "One").await;
    forum.drain().await;
    let reader = Browser::of(&forum, noor).await;
    let path = format!("/garden/{}/", plums.topic_slug);
    let cost = async || {
        for _ in 0..2 {
            assert_eq!(reader.get(&path).await.status, 200);
        }
        domain::testing::counting_statements(reader.get(&path)).await
    };
    let (_, before) = cost().await;
    avatars::set(&forum.cx, mira.id().expect("an account"), png(50, 50)).await.expect("an avatar");
    let (page, after) = cost().await;
    assert!(page.text().contains("src=\"/-/pictures/"));
    assert_eq!(before, after);
}
