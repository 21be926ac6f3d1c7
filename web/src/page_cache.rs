//! Finished pages for anonymous readers, kept in memory.
//!
//! A page is kept with the number of the last change that this process knew of before it read the page's data. Control
//! messages announce changes, and a page is answered only if no later one concerns it. Messages can be lost, so a page
//! older than [`CHECKED`] is read again, and so is every page while this process is not connected to the bus.
//!
//! Only pages that are the same for all anonymous readers are kept: `Req::shared_page` puts them here. The middleware in
//! `from_memory.rs` answers with them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH, VARY,
};
use actix_web::{HttpResponse, HttpResponseBuilder};
use domain::bus::Control;
use domain::model::{GroupId, TopicId};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use texts::Lang;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;
use tokio::sync::{Semaphore, SemaphorePermit, watch};

use crate::compressed::{Coding, Compressed};

/// After this time, a page is read again from the database.
const CHECKED: Duration = Duration::from_secs(5);
/// While the database is away, pages up to this age are answered.
const OLDEST: Duration = Duration::from_secs(3_600);
/// A page that did not change keeps the cursor of its live events at most for this time.
const DRAWN: Duration = Duration::from_secs(300);
/// The most groups or topics whose changes are remembered one by one.
const MOST_REMEMBERED: usize = 50_000;

/// The value of `Permissions-Policy`: pages use none of these.
pub const PERMISSIONS: &str = "camera=(), microphone=(), geolocation=()";

/// What a page shows: changes of anything else do not concern it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Something of all groups or people.
    Site,
    /// A group, and the list of its topics.
    Group(GroupId),
    /// A topic in a group.
    Topic(GroupId, TopicId),
    /// No control message announces changes of it, so the page is not kept.
    Unkept,
}

/// The kept pages of a process. Clones share them.
#[derive(Clone, Debug)]
pub struct Pages(Option<Arc<Memory>>);

/// The pages, and what this process knows of changes.
#[derive(Debug)]
pub struct Memory {
    kept: Cache<String, Arc<Kept>, Weight>,
    changes: Mutex<Changes>,
    /// The pages that a request reads now, each with what ends when it has read it.
    reading: Mutex<HashMap<String, watch::Receiver<()>>>,
    /// One permit for each anonymous page that may be rendered at a time. More would not be rendered sooner, and members' pages would
    /// wait for all of them.
    draws: Semaphore,
}

/// Requests that were answered with a kept page, and others that could have been.
static HITS: AtomicU64 = AtomicU64::new(0);
static MISSES: AtomicU64 = AtomicU64::new(0);

#[derive(Clone, Copy, Debug)]
struct Weight;

impl Weighter<String, Arc<Kept>> for Weight {
    /// The bytes of a page, with room for its compressed forms.
    fn weight(&self, key: &String, kept: &Arc<Kept>) -> u64 {
        (key.len() + kept.page.html.plain().len() * 3 / 2 + 1_024) as u64
    }
}

#[derive(Debug)]
struct Kept {
    page: Arc<Page>,
    about: About,
    /// The number of the last change before it was read.
    known: u64,
    /// When it was read.
    read: Instant,
}

/// A finished page.
#[derive(Debug)]
pub struct Page {
    html: Compressed,
    kind: &'static str,
    tag: HeaderValue,
    policy: HeaderValue,
    lang: Lang,
    drawn: Instant,
}

/// The number of the last change of everything.
#[derive(Debug)]
struct Changes {
    news: Receiver<Control>,
    last: u64,
    /// Of anything but who is online.
    site: u64,
    /// Of what concerns all pages.
    all: u64,
    groups: HashMap<GroupId, OfGroup>,
    /// Of the messages of topics.
    topics: HashMap<TopicId, u64>,
}

/// The numbers of the last changes in a group.
#[derive(Clone, Copy, Debug, Default)]
struct OfGroup {
    /// Of who is online, or a member.
    people: u64,
    /// Of any messages.
    messages: u64,
}

impl Changes {
    /// Takes in what was announced by now.
    fn catch_up(&mut self) {
        loop {
            match self.news.try_recv() {
                Ok(control) => self.handle(&control),
                Err(TryRecvError::Lagged(_)) => self.handle(&Control::Reconnected),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }

    fn handle(&mut self, control: &Control) {
        let number = self.last + 1;
        match control {
            Control::PagesChanged { topic: Some((group, topic)) } => {
                self.groups.entry(*group).or_default().messages = number;
                self.topics.insert(*topic, number);
            }
            Control::HereChanged { groups } => {
                for group in groups {
                    self.groups.entry(*group).or_default().people = number;
                }
            }
            Control::MembershipChanged { group, .. } => self.groups.entry(*group).or_default().people = number,
            Control::PagesChanged { topic: None }
            | Control::GroupChanged { .. }
            | Control::SiteChanged
            | Control::Reconnected => self.all = number,
            Control::UserChanged { .. }
            | Control::SessionEnded { .. }
            | Control::RulesChanged
            | Control::WebhooksChanged
            | Control::SearchChanged => return,
        }
        self.last = number;
        if !matches!(control, Control::HereChanged { .. }) {
            self.site = number;
        }
        if self.groups.len() > MOST_REMEMBERED || self.topics.len() > MOST_REMEMBERED {
            self.groups.clear();
            self.topics.clear();
            self.all = number;
        }
    }

    /// Returns the number of the last change that concerns a page.
    fn of(&self, about: About) -> u64 {
        let people = match about {
            About::Site | About::Unkept => 0,
            About::Group(group) | About::Topic(group, _) => self.groups.get(&group).map_or(0, |of| of.people),
        };
        self.of_content(about).max(people)
    }

    /// Returns the same without changes of who is online, or a member.
    fn of_content(&self, about: About) -> u64 {
        let own = match about {
            About::Site | About::Unkept => self.site,
            About::Group(group) => self.groups.get(&group).map_or(0, |of| of.messages),
            About::Topic(_, topic) => self.topics.get(&topic).copied().unwrap_or_default(),
        };
        self.all.max(own)
    }
}

/// A request that reads a page from the database, which may be kept.
#[derive(Clone, Debug)]
pub struct Reading {
    key: String,
    known: u64,
    begun: Instant,
}

/// Whether a request is the one that reads a page, or waits for another one.
#[derive(Debug)]
pub enum Role {
    Reads(Turn),
    Waits(watch::Receiver<()>),
}

/// Ends the wait of others when dropped.
#[derive(Debug)]
pub struct Turn {
    pages: Arc<Memory>,
    key: String,
    _end: watch::Sender<()>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        lock(&self.pages.reading).remove(&self.key);
    }
}

/// Ignores poisoning: no code that holds a lock here panics halfway through a change.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pages {
    /// Keeps at most so many bytes of pages, none with 0, of which so many are rendered at a time. `news` are the control messages
    /// from now on.
    pub fn new(bytes: u64, draws: usize, news: Receiver<Control>) -> Self {
        if bytes == 0 {
            return Self(None);
        }
        let (groups, topics) = (HashMap::new(), HashMap::new());
        let changes = Changes { news, last: 1, site: 1, all: 1, groups, topics };
        // The estimate of how many there will be only matters for the size of tables.
        let count = usize::try_from(bytes / 50_000).unwrap_or(usize::MAX).clamp(16, 100_000);
        Self(Some(Arc::new(Memory {
            kept: Cache::with_weighter(count, bytes, Weight),
            changes: Mutex::new(changes),
            reading: Mutex::default(),
            draws: Semaphore::new(draws),
        })))
    }

    /// Returns the memory, if there is any.
    pub fn memory(&self) -> Option<&Arc<Memory>> {
        self.0.as_ref()
    }

    /// Keeps a page in place of what was kept at its address.
    pub fn keep(&self, reading: &Reading, about: About, page: Arc<Page>) {
        let Some(inner) = self.0.as_ref().filter(|_| about != About::Unkept) else { return };
        MISSES.fetch_add(1, Ordering::Relaxed);
        let kept = Kept { page, about, known: reading.known, read: reading.begun };
        inner.kept.insert(reading.key.clone(), Arc::new(kept));
    }

    /// Returns the kept page with this tag, if the request may answer with it.
    pub fn same(&self, reading: &Reading, tag: &str) -> Option<Arc<Page>> {
        let kept = self.0.as_ref()?.kept.get(&reading.key)?;
        let is_same = kept.page.tag.as_bytes() == tag.as_bytes() && kept.page.drawn.elapsed() < DRAWN;
        is_same.then(|| kept.page.clone())
    }
}

impl Memory {
    fn unchanged(&self, key: &str, last: impl FnOnce(&Changes, About) -> u64) -> Option<Arc<Kept>> {
        let kept = self.kept.get(key)?;
        let mut changes = lock(&self.changes);
        changes.catch_up();
        (last(&changes, kept.about) <= kept.known).then_some(kept)
    }

    /// Returns the page as it was last read, if no content that it shows has changed since.
    pub fn last(&self, key: &str) -> Option<Arc<Page>> {
        let kept = self.unchanged(key, Changes::of_content).filter(|kept| kept.read.elapsed() < OLDEST)?;
        Some(kept.page.clone())
    }

    /// Returns the page if it can be answered now.
    pub fn current(&self, key: &str) -> Option<Arc<Page>> {
        let kept = self.unchanged(key, Changes::of).filter(|kept| kept.read.elapsed() < CHECKED)?;
        HITS.fetch_add(1, Ordering::Relaxed);
        Some(kept.page.clone())
    }

    /// Waits for the turn of an anonymous page to be rendered, at most until `patience` is over. It lasts until the value is dropped.
    pub async fn turn_to_draw(&self, patience: Duration) -> Option<SemaphorePermit<'_>> {
        tokio::time::timeout(patience, self.draws.acquire()).await.ok()?.ok()
    }

    /// Begins to read a page.
    pub fn begin(&self, key: String) -> Reading {
        let mut changes = lock(&self.changes);
        changes.catch_up();
        Reading { key, known: changes.last, begun: Instant::now() }
    }

    /// Finds out who reads the page.
    pub fn role(self: &Arc<Self>, key: &str) -> Role {
        let mut reading = lock(&self.reading);
        match reading.get(key) {
            Some(end) => Role::Waits(end.clone()),
            None => {
                let (end, wait) = watch::channel(());
                reading.insert(key.to_owned(), wait);
                Role::Reads(Turn { pages: self.clone(), key: key.to_owned(), _end: end })
            }
        }
    }
}

impl Page {
    /// A page in a language, with its tag and its content security policy.
    pub fn new(html: String, tag: &str, policy: &str, lang: Lang) -> Option<Self> {
        Some(Self { lang, ..Self::of_kind(HTML, html, tag, policy)? })
    }

    /// A page of another type, such as a feed.
    pub fn of_kind(kind: &'static str, text: String, tag: &str, policy: &str) -> Option<Self> {
        let (tag, policy) = (HeaderValue::from_str(tag).ok()?, HeaderValue::from_str(policy).ok()?);
        Some(Self {
            html: Compressed::new(text.into()),
            kind,
            tag,
            policy,
            lang: Lang::default(),
            drawn: Instant::now(),
        })
    }

    /// Answers with the page: 304 if the client has it. One that is kept is compressed here.
    pub fn answer(&self, request: &HeaderMap, is_kept: bool) -> HttpResponse {
        let known = request.get_all(IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
        let tag = self.tag.to_str().unwrap_or_default();
        if known.flat_map(|value| value.split(',')).map(str::trim).any(|known| known == tag || known == "*") {
            return self.begun(StatusCode::NOT_MODIFIED).finish();
        }
        if !is_kept {
            return self.begun(StatusCode::OK).content_type(self.kind).body(self.html.plain());
        }
        let coding = Coding::of(request.get_all(ACCEPT_ENCODING).filter_map(|value| value.to_str().ok()));
        let mut response = self.begun(StatusCode::OK);
        response.insert_header((CONTENT_TYPE, self.kind));
        match self.html.coded(coding) {
            Some(bytes) => response.insert_header((CONTENT_ENCODING, coding.name())).body(bytes),
            None => response.body(self.html.plain()),
        }
    }

    fn begun(&self, status: StatusCode) -> HttpResponseBuilder {
        let mut response = HttpResponse::build(status);
        response.insert_header(("content-security-policy", self.policy.clone()));
        response.insert_header(("permissions-policy", PERMISSIONS));
        response.insert_header((VARY, "Cookie, Accept-Language, Accept-Encoding"));
        response.insert_header((CACHE_CONTROL, "public, max-age=0, must-revalidate"));
        response.insert_header((ETAG, self.tag.clone()));
        response
    }

    /// Answers with the page while the database is away, with a line that says so.
    pub fn answer_late(&self) -> HttpResponse {
        let late = texts::errors::old_page().to(self.lang);
        let late = format!("{MAIN}<p class=\"flash problem\" role=\"status\">{late}</p>");
        let html = String::from_utf8_lossy(&self.html.plain()).replacen(MAIN, &late, 1);
        let mut response = HttpResponse::Ok();
        response.insert_header(("content-security-policy", self.policy.clone()));
        response.insert_header(("permissions-policy", PERMISSIONS));
        response.insert_header((CACHE_CONTROL, "no-store"));
        response.content_type(self.kind).body(html)
    }
}

/// The type of pages.
pub const HTML: &str = "text/html; charset=utf-8";
/// Where the main part of a page begins.
const MAIN: &str = "<main id=\"main\" tabindex=\"-1\">";

/// Returns how pages of this process were answered, in the Prometheus text format.
pub fn metrics() -> String {
    let (hits, misses) = (HITS.load(Ordering::Relaxed), MISSES.load(Ordering::Relaxed));
    format!(
        "# HELP klatch_public_pages_total Pages for anonymous readers, by whether they came from memory.\n\
         # TYPE klatch_public_pages_total counter\n\
         klatch_public_pages_total{{from=\"memory\"}} {hits}\nklatch_public_pages_total{{from=\"database\"}} {misses}\n"
    )
}
