//! Puts hostile inputs into every field of every form, then checks everything: all pages for all kinds of users, in a
//! browser with the pages' content security policy, live events in open pages, emails and logs.

mod corpus;
mod fields;
mod harmless;
mod sow;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::browser::{Browser, Driver};
use crate::support::{Forum, Running, Visitor};
use corpus::{CANARY, FORGED, READ_AS_TYPED, lines, long, singles};
use world::{READERS, Who, World};

crate::both_ways!(hostile_text_in_every_field_is_harmless_on_every_page,);

/// How many pages of a kind each reader gets, and how many each browser opens.
const ASKED: usize = 20;
const OPENED: usize = 2;

/// The readers when the program runs as services. Only events, emails and logs are made differently there, and only these
/// are looked at. Pages are rendered by the same code, from data that domain/tests covers on Postgres.
const READERS_OF_SERVICES: [Who; 2] = [Who::Member, Who::Stranger];

const ON_A_PHONE: [Who; 3] = [Who::Moderator, Who::Member, Who::Outsider];

/// Records violations of the content security policy. Runs before any script of a page.
const WATCH: &str = "window.violations = [];
    document.addEventListener('securitypolicyviolation', (e) =>
        window.violations.push(e.violatedDirective + ' ' + e.blockedURI + ' ' + (e.sample || '')));";

const LOOK: &str = "
    const wrong = [...window.violations];
    if ('canary' in window) wrong.push('a script ran');
    if (/[\\p{Mn}\\p{Me}]{4}/u.test(document.documentElement.textContent)) wrong.push('a pile of marks on one letter');
    for (const node of document.querySelectorAll('.markup, main h1, main .title'))
        if (!['clip', 'hidden'].includes(getComputedStyle(node).overflowY)) wrong.push(node.tagName + '.' + node.className + ' may paint outside of its place');
    for (const { name } of performance.getEntriesByType('resource'))
        if (new URL(name).origin !== location.origin) wrong.push('a request to ' + name);
    if (document.querySelectorAll('main').length !== 1) wrong.push('there is not one main part');
    if (document.querySelector('iframe, object, embed, base, [style], [onerror], [onload], [onclick], [onfocus], [onmouseover]'))
        wrong.push('an element that is not ours');
    for (const node of document.body.children)
        if (!['A', 'HEADER', 'NAV', 'MAIN', 'FOOTER', 'FORM', 'SCRIPT', 'P', 'DIV'].includes(node.tagName)) wrong.push('<' + node.tagName + '> in the body');
    const wide = document.documentElement;
    if (wide.scrollWidth > wide.clientWidth + 1) {
        const out = [...document.querySelectorAll('main *')].filter((node) => !node.closest('.scroll, pre') && node.getBoundingClientRect().right > wide.clientWidth + 1);
        wrong.push('the page is ' + wide.scrollWidth + ' wide where there is room for ' + wide.clientWidth + ': ' +
            out.slice(0, 6).map((node) => node.tagName + '.' + node.className + ' up to ' + node.getBoundingClientRect().right).join(', '));
    }
    return wrong;";

#[test]
fn every_field_of_every_page_is_in_the_table() {
    for (page, html) in templates::samples::all() {
        let html = html.expect("it draws");
        let forms = html.split("<form").skip(1).filter_map(|part| part.split('>').next());
        let actions: BTreeSet<&str> =
            forms.filter_map(|tag| tag.split_once("action=\"")?.1.split('"').next()).collect();
        for action in actions {
            fields::must_be_known(page, action, sow::names(&html, action));
        }
    }
    for field in fields::FIELDS {
        let rows = fields::FIELDS.iter().filter(|other| (other.action, other.name) == (field.action, field.name));
        assert_eq!(rows.count(), 1, "{} {}", field.action, field.name);
        assert_eq!(field.put == fields::Put::Nothing, field.at.is_empty(), "{} {}", field.action, field.name);
    }
}

async fn hostile_text_in_every_field_is_harmless_on_every_page(running: Running) {
    let mut forum = Forum::start(running).await;
    let world = World::make(&mut forum).await;
    let mut driver = Driver::start().await;
    let mut browsers = Vec::new();
    let readers: &[Who] = if running == Running::Alone { &READERS } else { &READERS_OF_SERVICES };
    for &who in readers {
        let browser = driver.browser(&forum.base).await;
        browser.cdp("Page.addScriptToEvaluateOnNewDocument", json!({"source": WATCH})).await;
        if ON_A_PHONE.contains(&who) {
            let phone = json!({"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": false});
            browser.cdp("Emulation.setDeviceMetricsOverride", phone).await;
        }
        if let Some(name) = who.name() {
            browser.sign_in(name, "/").await;
        }
        browsers.push((who, browser));
    }
    let of = |who: Who| &browsers.iter().find(|(known, _)| *known == who).expect("everybody").1;

    what_comes_live_is_harmless(&forum, &world, of(Who::Member)).await;
    sow::sow(&forum, &world).await;
    if running == Running::Alone {
        let looks = browsers.iter().map(async |(who, browser)| {
            let pages = all_pages(&forum, &world, *who).await;
            look_at(browser, *who, &pages).await
        });
        let wrong = futures_util::future::join_all(looks).await.concat();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
    the_name_and_the_notice_of_the_site_are_text(&world, of(Who::Stranger)).await;
    letters_are_whole(&forum, &world).await;
    for name in forum.commands() {
        a_log_is_lines_of_ours(&forum.process(name).log());
    }
    forum.examine().await;
}

/// Checks live events in an open topic and an open group.
async fn what_comes_live_is_harmless(forum: &Forum, world: &World, browser: &Browser) {
    let moderator = world.who(Who::Moderator);
    browser.goto(&world.plums.path).await;
    browser.sees("First").await;
    for text in singles().into_iter().chain(long()) {
        let form = moderator.get(&world.plums.path).await.expect(200).form("/messages").with("text", &text);
        moderator.send(&form).await;
    }
    forum.jobs_done().await;
    moderator.post(&world.plums, "that was all").await;
    browser.sees("that was all").await;
    let shown = browser.js("return document.querySelector('#messages').innerText").await;
    for words in READ_AS_TYPED {
        assert!(shown.as_str().is_some_and(|shown| shown.contains(words)), "{words}: {shown}");
    }
    nothing_is_wrong(browser, "live, in a topic").await;

    browser.goto(&world.garden.path).await;
    for text in lines() {
        let form = moderator.get(&world.garden.path).await.expect(200).form("/topics");
        moderator.send(&form.with("title", &text).with("text", &text)).await;
    }
    let form = moderator.get(&world.garden.path).await.expect(200).form("/topics");
    moderator.submit(&form.with("title", "The last of them").with("text", "over")).await.expect(200);
    browser.sees("The last of them").await;
    nothing_is_wrong(browser, "live, in a group").await;
}

/// Crawls all links as a user, and returns the paths by kind of page.
async fn all_pages(forum: &Forum, world: &World, who: Who) -> BTreeMap<String, Vec<String>> {
    let visitor: Visitor = if who == Who::Stranger { forum.visitor() } else { world.who(who).clone() };
    let mut pages: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut to_ask = vec!["/".to_owned()];
    let mut known: BTreeSet<String> = to_ask.iter().cloned().collect();
    while let Some(path) = to_ask.pop() {
        let same = pages.entry(kind(&path)).or_default();
        if same.len() >= ASKED {
            continue;
        }
        same.push(path.clone());
        let page = visitor.get(&path).await;
        let about = format!("{who:?} at {path}");
        assert!(page.status.as_u16() < 500, "{about}: {}", page.status);
        if is_feed(&path) && page.status == 200 {
            harmless::feed(&about, &page.html);
        }
        if !page.header("content-type").starts_with("text/html") {
            continue;
        }
        harmless::page(&about, &page.html);
        sow::must_know_the_forms_of(&page);
        let links = page.links().into_iter().filter(|link| !link.starts_with("/static/") && !link.ends_with(".svg"));
        to_ask.extend(links.filter(|link| known.insert(link.clone())));
    }
    pages
}

/// Whether a feed reader asks for this address, and no browser.
fn is_feed(path: &str) -> bool {
    path.ends_with("/feed.atom") || path.ends_with("/feed.json")
}

/// Returns an address without the parts that differ between pages of one kind.
fn kind(path: &str) -> String {
    const OURS: [&str; 9] = ["-", "admin", "groups", "mentions", "notices", "search", "users", "icon.svg", "live"];
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut parts = path.trim_matches('/').split('/');
    let first = parts.next().unwrap_or_default();
    let names: Vec<&str> = query.split('&').filter_map(|pair| pair.split('=').next()).collect();
    let path = match first {
        _ if is_feed(path) => "/feed".to_owned(),
        "" => "/".to_owned(),
        _ if OURS.contains(&first) => fields::pattern(path),
        _ if parts.next().is_some() => "/{group}/{topic}/".to_owned(),
        _ => "/{group}/".to_owned(),
    };
    format!("{path}?{}", names.join("&"))
}

/// Opens pages of each kind, and returns what is wrong with them.
async fn look_at(browser: &Browser, who: Who, pages: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (kind, paths) in pages {
        const FILES: [&str; 4] = ["/-/settings/account/download", "/feed", "/-/oembed", "/-/groups/{}/statistics/"];
        if FILES.iter().any(|file| kind.starts_with(file)) {
            continue;
        }
        // The last ones were reached from hostile content.
        for path in paths.iter().rev().take(OPENED) {
            browser.goto(path).await;
            wrong.extend(wrong_with(browser, &format!("{who:?} at {path}")).await);
        }
    }
    wrong
}

/// Returns what is wrong: a script that ran, a policy violation, or an element out of place.
async fn wrong_with(browser: &Browser, about: &str) -> Vec<String> {
    let seen = browser.js(LOOK).await;
    let seen = seen.as_array().cloned().unwrap_or_else(|| vec![json!("there is no page")]);
    // Refusals are fine, and external pictures do not exist.
    let said = browser.complaints().await.into_iter().filter(|said| !said.contains("Failed to load resource"));
    seen.into_iter().map(|wrong| wrong.to_string()).chain(said).map(|wrong| format!("{about}: {wrong}")).collect()
}

/// # Panics
/// When something is wrong with the open page.
async fn nothing_is_wrong(browser: &Browser, about: &str) {
    assert_eq!(wrong_with(browser, about).await, [""; 0]);
}

/// Sets them one after the other, since a site has only one of each.
async fn the_name_and_the_notice_of_the_site_are_text(world: &World, stranger: &Browser) {
    let root = world.who(Who::Root);
    for text in lines() {
        let mut form = root.get("/admin/settings").await.expect(200).form("/admin/settings").with("sign_ups", "open");
        for (name, most) in [("name", 60), ("line", 200), ("notice", 2_000)] {
            if text.chars().count() <= most {
                form = form.with(name, &text);
            }
        }
        let first = root.send(&form).await;
        assert!(first.status.as_u16() < 500, "{text:?}");
        if !first.status.is_redirection() {
            continue;
        }
        for path in ["/", "/-/sign-in"] {
            stranger.goto(path).await;
            nothing_is_wrong(stranger, &format!("{path} of a site called {text:?}")).await;
        }
        let email = root.get("/-/settings/mail").await.expect(200).form("/-/settings/mail");
        let email = email.with("email", "root@example.org").with("current_password", crate::support::PASSWORD);
        assert!(root.send(&email).await.status.as_u16() < 500);
    }
}

/// Checks that each email has only the expected headers, and harmless HTML.
async fn letters_are_whole(forum: &Forum, world: &World) {
    let root = world.who(Who::Root);
    let form = root.get("/admin/settings").await.expect(200).form("/admin/settings");
    root.submit(&form.with("name", "At last").with("notice", "")).await.expect(200);
    let email = root.get("/-/settings/mail").await.expect(200).form("/-/settings/mail");
    let email = email.with("email", "last@example.org").with("current_password", crate::support::PASSWORD);
    root.submit(&email).await.expect(200);
    forum.mailbox.email("last@example.org", "At last").await;
    forum.jobs_done().await;
    let emails = forum.mailbox.emails();
    assert!(emails.len() > 20, "{}", emails.len());
    const HEADERS: [&str; 8] =
        ["From", "To", "Subject", "Message-ID", "Date", "Auto-Submitted", "MIME-Version", "Content-Type"];
    for email in emails {
        let head = email.source.split("\r\n\r\n").next().expect("a head");
        for line in head.split("\r\n").filter(|line| !line.starts_with([' ', '\t'])) {
            let name = line.split(':').next().unwrap_or_default();
            assert!(HEADERS.contains(&name), "{line:?} in\n{head}");
            assert!(line.is_ascii(), "{line:?}");
        }
        assert!(!email.to.contains("victim"), "{}", email.to);
        harmless::page(&format!("the email {:?}", email.subject), &email.html);
        let odd = email.text.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(odd, None, "{:?}", email.text);
    }
}

/// # Panics
/// When input could forge a line or a control character in the log.
fn a_log_is_lines_of_ours(log: &str) {
    assert!(!log.contains(CANARY) || log.lines().count() > 1, "{log}");
    for line in log.lines() {
        assert!(!line.starts_with(FORGED), "{line:?}");
        // Logs may have colors (ESC and a bracket), but no other control characters.
        let odd = line
            .char_indices()
            .find(|(at, c)| c.is_control() && *c != '\t' && !(*c == '\u{1b}' && line[at + 1..].starts_with('[')));
        assert!(odd.is_none(), "{line:?}");
        assert!(!line.contains('\u{202e}') && !line.contains('\u{2028}'), "{line:?}");
    }
}
