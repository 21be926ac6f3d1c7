//! Answers anonymous readers with finished pages from memory, before anything else runs.

use std::sync::Arc;
use std::time::Duration;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, COOKIE, HeaderValue, RETRY_AFTER};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpResponse};
use texts::Lang;

use crate::failure::wants_json;
use crate::page_cache::{Memory, Page, Role};
use crate::req::{BACKGROUND, asked};
use crate::site::Site;

/// How long requests wait for another one that reads the same page, and until fewer other pages are rendered.
const PATIENCE: Duration = Duration::from_secs(10);
/// The first parts of paths at which no page is kept. Polls must not wait for each other.
const NO_PAGES: [&str; 6] = ["live", "api", "static", "search", "admin", "-"];
/// The longest path and query of a page that is kept.
const LONGEST: usize = 300;
/// The cookies of [`crate::site::CookieKind`] all contain this.
const OUR_COOKIE: &[u8] = b"klatch";

/// Returns the pages and this page's key, if a kept page may answer the request.
fn keyed(request: &ServiceRequest) -> Option<(Data<Site>, Arc<Memory>, String)> {
    if request.method() != Method::GET {
        return None;
    }
    let path = request.uri().path_and_query()?.as_str();
    let first = request.path().split('/').nth(1)?;
    let site = request.app_data::<Data<Site>>()?;
    let memory = site.pages.memory()?;
    let headers = request.headers();
    let has_cookie = |value: &HeaderValue| value.as_bytes().windows(OUR_COOKIE.len()).any(|part| part == OUR_COOKIE);
    let is_own = headers.get_all(COOKIE).any(has_cookie) || headers.contains_key(BACKGROUND);
    if NO_PAGES.contains(&first) || path.len() > LONGEST || is_own || wants_json(request.request()) {
        return None;
    }
    // The site decides for browsers that ask for no language of ours, and its changes drop all pages.
    let language = asked(headers).map_or("", Lang::code);
    Some((site.clone(), memory.clone(), format!("{language} {path}")))
}

/// Middleware: answers with a kept page. Of several requests for a page that is not kept, one reads it and the others
/// wait. While the database is away, pages that were kept are answered, with a line that says so.
pub async fn serve(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<BoxBody, impl MessageBody>>, actix_web::Error> {
    let Some((site, pages, key)) = keyed(&request) else {
        return Ok(next.call(request).await?.map_into_right_body());
    };
    let hears = || !site.cx.bus.is_deaf();
    let mut turn = None;
    if hears() {
        if let Some(page) = pages.current(&key) {
            return Ok(hit(request, &page));
        }
        match pages.role(&key) {
            Role::Reads(own) => turn = Some(own),
            Role::Waits(mut end) => {
                let _ = tokio::time::timeout(PATIENCE, end.changed()).await;
                if let Some(page) = pages.current(&key) {
                    return Ok(hit(request, &page));
                }
            }
        }
    }
    let Some(_drawn) = pages.turn_to_draw(PATIENCE).await else {
        return Ok(match pages.last(&key) {
            Some(page) if hears() => hit(request, &page),
            _ => {
                let busy = busy(asked(request.headers()).unwrap_or_default());
                request.into_response(busy).map_into_left_body()
            }
        });
    };
    // While it waited, another request may have read it.
    if hears()
        && let Some(page) = pages.current(&key)
    {
        return Ok(hit(request, &page));
    }
    request.extensions_mut().insert(pages.begin(key.clone()));
    let answered = next.call(request).await?;
    drop(turn);
    if answered.status() == StatusCode::SERVICE_UNAVAILABLE
        && hears()
        && let Some(page) = pages.last(&key)
    {
        let (request, _) = answered.into_parts();
        return Ok(ServiceResponse::new(request, page.answer_late()).map_into_left_body());
    }
    Ok(answered.map_into_right_body())
}

fn busy(lang: Lang) -> HttpResponse {
    let mut answer = HttpResponse::ServiceUnavailable();
    answer.insert_header((RETRY_AFTER, "10")).insert_header((CACHE_CONTROL, "no-store"));
    answer.content_type("text/plain; charset=utf-8").body(format!("{}\n", texts::errors::busy_pages().to(lang)))
}

fn hit<B>(request: ServiceRequest, page: &Page) -> ServiceResponse<EitherBody<BoxBody, B>> {
    let answer = page.answer(request.headers(), true);
    request.into_response(answer).map_into_left_body()
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::pin::pin;

    use actix_web::App;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service};
    use domain::model::GroupKind;
    use domain::people::sessions::{self, Origin};
    use domain::testing::TestForum;

    use super::*;
    use crate::{Config, routes};

    #[actix_web::test]
    async fn anonymous_pages_wait_while_many_are_rendered_but_members_do_not() {
        let forum = TestForum::sqlite().await;
        let mira = forum.person("mira").await;
        forum.group(mira, "Garden", GroupKind::Public).await;
        let origin = Origin::new(Ipv4Addr::LOCALHOST, "");
        let token = sessions::open(&forum.cx, mira.id().expect("an id"), &origin).await.expect("a session");
        let site = Data::new(Site::new(forum.cx.clone(), Config::default()));
        let app = App::new().app_data(site.clone()).wrap(from_fn(serve));
        let app = init_service(app.configure(routes::configure)).await;
        let memory = site.pages.memory().expect("pages are kept").clone();
        let mut drawn = Vec::new();
        while let Some(turn) = memory.turn_to_draw(Duration::ZERO).await {
            drawn.push(turn);
        }
        let get = || TestRequest::get().uri("/garden/");
        let mut anonymous = pin!(call_service(&app, get().to_request()));
        let member = get().insert_header(("cookie", format!("__Host-klatch={token}"))).to_request();
        tokio::select! {
            biased;
            _ = &mut anonymous => panic!("it did not wait"),
            answer = call_service(&app, member) => assert_eq!(answer.status(), 200),
        }
        drawn.clear();
        assert_eq!(anonymous.await.status(), 200);
    }
}
