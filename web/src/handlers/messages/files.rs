//! Uploaded files: they arrive in forms with files, and everyone who may read a message that shows them may read them.
//! Images of other hosts, which readers get from here.

use actix_web::body::SizedStream;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG};
use actix_web::web::{Data, Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};
use domain::Error;
use domain::files::{self, Found, remote_images};
use domain::model::{FileRow, TopicId};
use domain::platform::remote::Kept;
use serde::Deserialize;
use serde_json::json;

use super::composer;
use crate::body::WITH_TEXT;
use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::topics::polls::message_form;
use crate::handlers::{FILE_POLICY, id, if_known, refill};
use crate::multipart::{self, Begun, File, Parts};
use crate::req::Req;
use crate::site::Site;

/// The most files of a form.
const MOST_FILES: usize = 10;
/// A form may have so many times the most bytes of a file.
const TIMES: usize = 4;

/// A form with files, as far as they could be stored.
struct Received {
    form: Form,
    files: Vec<FileRow>,
    /// Why a file was refused.
    error: Option<Error>,
}

/// Reads a form with files, or one without. The files come after the token: those before it are dropped. A form with a text is
/// also read when the session ended, so that the text can be given back.
async fn receive(req: &Req, request: &HttpRequest, payload: Payload, has_text: bool) -> Result<Received, Failure> {
    let largest = usize::try_from(files::most_bytes(req.cx())).unwrap_or(usize::MAX);
    let most = largest.saturating_mul(TIMES).saturating_add(WITH_TEXT);
    let mut parts = match multipart::begin(req, request, payload, most).await? {
        Begun::Form(form) => return Ok(Received { form, files: Vec::new(), error: None }),
        Begun::Parts(parts) => parts,
    };
    if !has_text {
        req.signed_in()?;
    }
    let (mut stored, mut error) = (Vec::new(), None);
    while let Some(mut file) = parts.next_file().await? {
        // Without a choice, browsers send a file without a name.
        let is_taken = parts.is_ours() && error.is_none() && !file.name.is_empty();
        match store(req, &mut parts, &mut file, is_taken, stored.len()).await? {
            Ok(Some(file)) => stored.push(file),
            Ok(None) => {}
            Err(why) => error = Some(why),
        }
    }
    Ok(Received { form: parts.finish().await?, files: stored, error })
}

/// Stores one file of a form. If it is not taken or refused, its bytes are read and dropped, so that the rest of the form
/// arrives.
async fn store(
    req: &Req,
    parts: &mut Parts<'_>,
    file: &mut File,
    is_taken: bool,
    before: usize,
) -> Result<Result<Option<FileRow>, Error>, Failure> {
    let mut upload = match is_taken {
        false => Ok(None),
        true if before >= MOST_FILES => Err(Error::invalid("file", texts::forms::too_many_files(MOST_FILES))),
        true => files::begin(req.cx(), req.viewer()).await.map(Some),
    };
    while let Some(piece) = parts.piece(file).await? {
        if let Ok(Some(arriving)) = &mut upload
            && let Err(error) = arriving.write(&piece).await
        {
            upload = Err(error);
        }
    }
    Ok(match upload {
        Ok(Some(upload)) => upload.finish(req.cx(), &file.name).await.map(Some),
        Ok(None) => Ok(None),
        Err(error) => Err(error),
    })
}

/// `POST /-/files`: stores the files of a form, for the composer's script.
pub async fn create(req: Req, request: HttpRequest, payload: Payload) -> Answer {
    let received = receive(&req, &request, payload, false).await?;
    req.signed_in()?;
    if let Some(error) = received.error {
        return Err(error.into());
    }
    if received.files.is_empty() {
        return Err(Error::invalid("file", texts::forms::choose_file()).into());
    }
    let file = |file: &FileRow| json!({"id": file.id, "address": file.address(), "markup": file.markup("")});
    let files: Vec<_> = received.files.iter().map(file).collect();
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "private, no-store")).json(json!({"files": files})))
}

/// `POST /-/topics/ID/attach`: stores the files of a composer and adds them to its text, which comes back with a preview.
pub async fn attach(req: Req, request: HttpRequest, path: Path<String>, payload: Payload) -> Answer {
    let topic: TopicId = id(&path)?;
    let Received { mut form, files, error } = receive(&req, &request, payload, true).await?;
    let mut text = form.get("text").trim_end().to_owned();
    for file in &files {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(&file.markup(""));
    }
    if !files.is_empty() {
        form.set("text", text);
    }
    let Some(error) = error else { return composer::preview(req, path, form).await };
    let back = refill(message_form(&form), error)?;
    req.with_field_errors(&composer::topic_page(&req, topic, back).await?)
}

/// The query parameters of a file.
#[derive(Deserialize)]
pub struct Params {
    /// The width of an image.
    w: Option<String>,
}

/// `GET /-/files/ID/NAME`: the bytes. Images are shown; everything else is downloaded.
pub async fn show(req: Req, request: HttpRequest, path: Path<(String, String)>, params: Query<Params>) -> Answer {
    let Found { file, is_public } = files::find(req.cx(), req.viewer(), id(&path.0)?).await?;
    let key = file.key(params.w.as_deref().and_then(|width| width.parse().ok()));
    let tag = format!("\"{key}\"");
    // The browser asks each time, so a reader who lost access gets no copy.
    let caching = if is_public { "public, max-age=600" } else { "private, no-cache" };
    if let Some(answer) = if_known(&request, &tag, caching) {
        return Ok(answer);
    }
    let Some(stored) = req.cx().files.open(&key).await? else { return Err(Error::NotFound.into()) };
    let name: String = form_urlencoded::byte_serialize(file.name.as_bytes()).collect();
    let shown = if file.pixels().is_some() { "inline" } else { "attachment" };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, file.kind))
        .insert_header((CONTENT_DISPOSITION, format!("{shown}; filename*=UTF-8''{name}")))
        .insert_header(("content-security-policy", FILE_POLICY))
        .insert_header(("x-content-type-options", "nosniff"))
        .insert_header((CACHE_CONTROL, caching))
        .insert_header((ETAG, tag))
        .body(SizedStream::new(stored.len, stored.bytes)))
}

/// `GET /-/image/SIGNATURE/ADDRESS`: an image of another host. The same for everyone who has the address, so nobody is asked
/// who they are.
pub async fn remote(site: Data<Site>, path: Path<(String, String)>) -> Answer {
    let Kept { kind, bytes } = remote_images::find(&site.cx, &path.0, &path.1).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, kind))
        .insert_header(("content-security-policy", FILE_POLICY))
        .insert_header(("x-content-type-options", "nosniff"))
        .insert_header((CACHE_CONTROL, "public, max-age=86400"))
        .body(bytes))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use actix_web::web::Data;
    use actix_web::{App, dev::ServiceResponse};
    use domain::model::GroupKind;
    use domain::people::sessions::{self, Origin};
    use domain::platform::secrets;
    use domain::platform::storage::{Bucket, Files};
    use domain::policy::Viewer;
    use domain::testing::TestForum;

    use crate::{Config, Site, routes};

    const PAGE: &[u8] = b"<!doctype html><script>alert(1)</script>";
    /// One white pixel.
    const GIF: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3b";

    /// A form with fields and files, as browsers send it.
    fn body(fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut body = Vec::new();
        for (name, value) in fields {
            let part = format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(part.as_bytes());
        }
        for (name, bytes) in files {
            let head = format!(
                "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: image/svg+xml\r\n\r\n"
            );
            body.extend(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--edge--\r\n");
        body
    }

    fn header(answer: &ServiceResponse, name: &str) -> String {
        answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    }

    #[actix_web::test]
    async fn while_the_storage_is_away_forms_come_back_and_files_get_503() {
        let mut forum = TestForum::sqlite().await;
        let mira = forum.person("mira").await;
        let group = forum.group(mira, "Garden", GroupKind::Public).await;
        let topic = forum.topic(mira, &group, "Plums", "Ripe.").await.topic;
        let mut upload = domain::files::begin(&forum.cx, mira).await.expect("an upload");
        upload.write(b"Notes").await.expect("written");
        let file = upload.finish(&forum.cx, "notes.txt").await.expect("a file");
        // Nothing listens there.
        let bucket = Bucket {
            name: "bucket".into(),
            endpoint: Bucket::parse_endpoint("http://127.0.0.1:1"),
            region: "us-east-1".into(),
            access_key: "access".into(),
            secret_key: "secret".into(),
            ..Bucket::default()
        };
        let arriving = forum.cx.files.arriving().await.expect("a folder");
        forum.cx.files = Files::bucket(&bucket, arriving).expect("a bucket");
        let Viewer::User { id, .. } = mira else { panic!("an account") };
        let session = sessions::open(&forum.cx, id, &Origin::new(Ipv4Addr::LOCALHOST, "")).await.expect("a session");
        let token = forum.cx.config.secret.sign("form", &secrets::digest(&session));
        let site = Data::new(Site::new(forum.cx.clone(), Config::default()));
        let app = App::new().app_data(site).wrap(actix_web::middleware::from_fn(crate::errors::render_errors));
        let app = init_service(app.configure(routes::configure)).await;
        let cookie = ("cookie", format!("__Host-klatch={session}"));
        let ask = async |request: TestRequest| {
            let request = request.peer_addr(([203, 0, 113, 7], 5_000).into()).insert_header(cookie.clone());
            let answer = call_service(&app, request.to_request()).await;
            let (status, wait) = (answer.status().as_u16(), header(&answer, "retry-after"));
            (status, wait, String::from_utf8(read_body(answer).await.to_vec()).expect("text"))
        };
        let fields = [("csrf", token.as_str()), ("text", "Typed with care"), ("key", "k")];
        let form = |path: &str, accept: &'static str| {
            TestRequest::post()
                .uri(path)
                .set_payload(body(&fields, &[("a.html", PAGE)]))
                .insert_header(("content-type", "multipart/form-data; boundary=edge"))
                .insert_header(("sec-fetch-site", "same-origin"))
                .insert_header(("accept", accept))
        };
        let (status, wait, page) = ask(form(&format!("/-/topics/{topic}/attach"), "text/html")).await;
        assert_eq!((status, wait.as_str()), (503, "60"));
        assert!(page.contains("Typed with care") && page.contains("right now. Try again in a few minutes."), "{page}");
        let (status, _, said) = ask(form("/-/files", "application/json")).await;
        assert!(status == 503 && said.contains("Try again in a few minutes"), "{status} {said}");
        let (status, _, page) =
            ask(TestRequest::get().uri(&file.address()).insert_header(("accept", "text/html"))).await;
        assert!(status == 503 && page.contains("temporarily unavailable"), "{status} {page}");
        let (status, _, _) = ask(TestRequest::get().uri(&format!("/{}/", group.slug))).await;
        assert!(status < 400, "messages can be read: {status}");
    }

    #[actix_web::test]
    async fn a_text_comes_back_when_its_session_ended_before_files_are_attached() {
        let forum = TestForum::sqlite().await;
        let mira = forum.person("mira").await;
        let group = forum.group(mira, "Garden", GroupKind::Public).await;
        let topic = forum.topic(mira, &group, "Plums", "Ripe.").await.topic;
        let site = Data::new(Site::new(forum.cx.clone(), Config::default()));
        let app = App::new().app_data(site).wrap(actix_web::middleware::from_fn(crate::errors::render_errors));
        let app = init_service(app.configure(routes::configure)).await;
        let (ended, browser) = ("e".repeat(64), "f".repeat(64));
        let cookie = format!("__Host-klatch={ended}; __Host-klatch-form={browser}");
        let sign = |secret: &str| forum.cx.config.secret.sign("form", secret);
        // The token of the session that ended, and one of the browser itself.
        for token in [sign(&secrets::digest(&ended)), sign(&browser)] {
            let fields = [("csrf", token.as_str()), ("text", "Typed with care"), ("key", "k")];
            let send = async |path: &str, accept: &'static str| {
                let request = TestRequest::post()
                    .uri(path)
                    .peer_addr(([203, 0, 113, 7], 5_000).into())
                    .set_payload(body(&fields, &[("a.html", PAGE)]))
                    .insert_header(("cookie", cookie.clone()))
                    .insert_header(("content-type", "multipart/form-data; boundary=edge"))
                    .insert_header(("sec-fetch-site", "same-origin"))
                    .insert_header(("accept", accept));
                let answer = call_service(&app, request.to_request()).await;
                (answer.status().as_u16(), String::from_utf8(read_body(answer).await.to_vec()).expect("text"))
            };
            let (status, page) = send(&format!("/-/topics/{topic}/attach"), "text/html").await;
            assert!((400..500).contains(&status) && page.contains("Typed with care"), "{status} {page}");
            let (status, said) = send("/-/files", "application/json").await;
            assert!((400..500).contains(&status) && said.contains("signed out"), "{status} {said}");
        }
        assert!(forum.cx.files.names(None).await.expect("names").found.is_empty(), "nothing is stored");
    }

    #[actix_web::test]
    async fn files_arrive_with_a_form_and_are_shown_or_downloaded() {
        let forum = TestForum::sqlite().await;
        let mira = forum.person("mira").await;
        let group = forum.group(mira, "Garden", GroupKind::Private).await;
        let topic = forum.topic(mira, &group, "Plums", "Ripe.").await.topic;
        let Viewer::User { id, .. } = mira else { panic!("an account") };
        let session = sessions::open(&forum.cx, id, &Origin::new(Ipv4Addr::LOCALHOST, "")).await.expect("a session");
        let token = forum.cx.config.secret.sign("form", &secrets::digest(&session));
        let site = Data::new(Site::new(forum.cx.clone(), Config::default()));
        let app = init_service(App::new().app_data(site).configure(routes::configure)).await;
        let cookie = ("cookie", format!("__Host-klatch={session}"));
        let send = async |path: &str, body: Vec<u8>, site: &'static str| {
            let request = TestRequest::post().uri(path).insert_header(cookie.clone()).set_payload(body);
            let request = request.insert_header(("content-type", "multipart/form-data; boundary=edge"));
            let request = request.insert_header(("sec-fetch-site", site)).insert_header(("accept", "application/json"));
            let answer = call_service(&app, request.to_request()).await;
            let status = answer.status().as_u16();
            (status, String::from_utf8(read_body(answer).await.to_vec()).expect("text"))
        };
        let fields = [("csrf", token.as_str()), ("text", "Look:"), ("key", "k")];
        // Files before the token, with a wrong one, or from another site are not stored.
        let (status, _) = send("/-/files", body(&[("csrf", "wrong")], &[("a.html", PAGE)]), "same-origin").await;
        assert_eq!(status, 403);
        let (status, _) = send("/-/files", body(&fields, &[("a.html", PAGE)]), "cross-site").await;
        assert_eq!(status, 403);
        let (status, _) = send("/-/files", body(&fields, &[("a.html", &b""[..])]), "same-origin").await;
        assert_eq!(status, 422, "an empty file");
        let (status, _) = send("/-/files", body(&fields, &[]), "same-origin").await;
        assert_eq!(status, 422, "no file");
        let (status, said) =
            send("/-/files", body(&fields, &[("a b.html", PAGE), ("x.svg", GIF)]), "same-origin").await;
        assert_eq!(status, 200, "{said}");
        assert!(
            said.contains("[a-b.html](/-/files/1/a-b.html)") && said.contains("![](/-/files/2/x.gif?1x1)"),
            "{said}"
        );
        let attach = format!("/-/topics/{topic}/attach");
        let (status, said) = send(&attach, body(&fields, &[("c.html", PAGE)]), "same-origin").await;
        assert!(status == 200 && said.contains("/-/files/3/c.html"), "{status} {said}");
        forum.drain().await;
        let get = async |path: &str, is_mira: bool, tag: &str| {
            let mut request = TestRequest::get().uri(path).insert_header(("if-none-match", tag));
            if is_mira {
                request = request.insert_header(cookie.clone());
            }
            call_service(&app, request.to_request()).await
        };
        for path in ["/-/files/1/a-b.html", "/-/files/2/x.gif", "/-/files/99/x.gif", "/-/files/x/x.gif"] {
            assert_eq!(get(path, false, "").await.status().as_u16(), 404, "{path}");
        }
        let page = get("/-/files/1/other-name.html", true, "").await;
        assert_eq!(page.status().as_u16(), 200);
        assert_eq!(header(&page, "content-type"), "application/octet-stream");
        assert_eq!(header(&page, "content-disposition"), "attachment; filename*=UTF-8''a-b.html");
        assert_eq!(header(&page, "content-security-policy"), "sandbox; default-src 'none'");
        assert_eq!(header(&page, "x-content-type-options"), "nosniff");
        assert_eq!(header(&page, "cache-control"), "private, no-cache");
        assert_eq!(read_body(page).await, PAGE);
        let image = get("/-/files/2/x.gif?w=480", true, "").await;
        assert_eq!(
            (header(&image, "content-type"), header(&image, "cache-control")),
            ("image/gif".into(), "private, no-cache".into())
        );
        assert!(header(&image, "content-disposition").starts_with("inline;"));
        let tag = header(&image, "etag");
        assert!(read_body(image).await.starts_with(b"GIF89a"));
        assert_eq!(get("/-/files/2/x.gif", true, &tag).await.status().as_u16(), 304);
    }
}
