//! Images and pages of other hosts that messages show: the addresses of images here, and the limits of fetching.

mod budget;
mod cache;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use futures_util::future::BoxFuture;
use model::Images;
use model::time::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::platform::context::Context;
#[cfg(feature = "testing")]
use crate::platform::outbound::Resolver;
use crate::platform::outbound::{Failure, Get, Got, MAX_GET_URL, Outbound, Place};
use crate::platform::secrets::SecretKey;
use crate::platform::webpush::{base64url, from_base64url};
use budget::Budget;
pub use cache::{Cache, Kept};

/// How our address of an image of another host begins. A signature follows, then the address of the image.
pub const IMAGES: &str = "/-/image/";
/// What the signature is for.
const PURPOSE: &str = "image";
/// How many requests a process sends to other hosts at once, and to one host.
const AT_ONCE: usize = 16;
const AT_ONCE_TO_HOST: usize = 4;
/// How long a request waits for a place among them.
const WAIT: Duration = Duration::from_secs(10);

/// How pages show images of other hosts.
#[derive(Clone, Copy, Debug)]
pub struct RemoteImages<'a>(Option<&'a SecretKey>);

impl<'a> RemoteImages<'a> {
    /// As links.
    pub const LINKS: Self = Self(None);

    /// As the site wants it.
    pub fn of(cx: &'a Context, images: Images) -> Self {
        match images {
            Images::Load => Self(Some(&cx.config.secret)),
            Images::Never => Self::LINKS,
        }
    }

    /// Returns our address of an image. It is signed: only images that somebody posted here can be asked for.
    pub fn address(self, url: &str) -> Option<String> {
        let key = self.0?;
        let has_scheme = |scheme: &str| url.get(..scheme.len()).is_some_and(|own| own.eq_ignore_ascii_case(scheme));
        let fits = url.len() <= MAX_GET_URL && (has_scheme("https://") || has_scheme("http://"));
        fits.then(|| format!("{IMAGES}{}/{}", key.sign(PURPOSE, url), base64url(url.as_bytes())))
    }

    /// Shows the images in a page or fragment.
    pub fn show(self, html: String) -> String {
        markup::show_images(html, |url| self.address(url))
    }

    /// Returns a word that differs if the same page would be shown differently.
    pub fn version(self) -> Option<String> {
        self.0.map(SecretKey::fingerprint)
    }
}

/// Returns the address of the image that one of our addresses names. `None` if we did not sign it.
pub fn signed(cx: &Context, signature: &str, encoded: &str) -> Option<String> {
    let url = String::from_utf8(from_base64url(encoded)?).ok()?;
    cx.config.secret.verify(PURPOSE, &url, signature).then_some(url)
}

/// What is wanted of another host, and how much of it.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Wanted {
    pub accept: &'static str,
    /// The longest time for all of it.
    pub timeout: Duration,
    /// The most bytes.
    pub most: usize,
}

/// What a process needs to fetch images and pages of other hosts.
#[derive(Debug)]
pub struct Remote {
    client: Outbound,
    /// The images that were fetched.
    pub cache: Cache,
    budget: Budget,
    /// Who asks for the same address waits for the first.
    flights: Keyed,
    hosts: Keyed,
    places: Semaphore,
    /// One image of another host is made at a time, since each may take much memory. Uploaded images have a turn of their
    /// own: readers of foreign images do not hold them up.
    turn: Arc<Semaphore>,
}

impl Remote {
    /// Fetches with this client, and keeps up to `most` bytes of images in a folder.
    pub fn new(client: Outbound, folder: PathBuf, most: u64) -> Self {
        Self {
            client,
            cache: Cache::new(folder, most),
            budget: Budget::default(),
            flights: Keyed::new(1),
            hosts: Keyed::new(AT_ONCE_TO_HOST),
            places: Semaphore::new(AT_ONCE),
            turn: Arc::new(Semaphore::new(1)),
        }
    }

    /// Fetches from addresses of this machine, for tests. No name has an address.
    #[cfg(feature = "testing")]
    pub fn of_this_machine(folder: PathBuf) -> Self {
        let nobody: Resolver =
            Arc::new(|_, _| Box::pin(async { Err(std::io::Error::from(std::io::ErrorKind::NotFound)) }));
        let allowed = "127.0.0.1".parse().unwrap_or_default();
        Self::new(Outbound::for_messages(allowed).with_resolver(nobody), folder, 64 << 20)
    }

    /// Takes a place for the requests of a job, as [`Outbound::place`].
    pub(crate) fn place(&self, alone: bool) -> Option<SemaphorePermit<'_>> {
        self.client.place(alone)
    }

    /// Waits until nobody else fetches this address.
    pub(crate) async fn alone(&self, url: &str) -> Option<OwnedSemaphorePermit> {
        self.flights.of(url).acquire_owned().await.ok()
    }

    /// Waits for the turn to make an image.
    pub(crate) async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        self.turn.clone().acquire_owned().await.ok()
    }

    /// Requests an image or a page, if the budget of this minute allows it.
    ///
    /// # Errors
    /// [`Failure`].
    pub(crate) async fn fetch(&self, now: Timestamp, url: &str, wanted: Wanted) -> Result<Got, Failure> {
        let admits = |host: String| -> BoxFuture<'_, Option<Place<'_>>> { Box::pin(self.admit(host, now)) };
        let Wanted { accept, timeout, most } = wanted;
        self.client.get(Get { url, accept, timeout, most, admits: &admits }).await
    }

    /// Waits for a place for a request to a host, also one to which another redirects. `None` if it takes too long, or the budget
    /// of this minute is used up.
    async fn admit(&self, host: String, now: Timestamp) -> Option<Place<'_>> {
        let places = async {
            // That of the host first: who waits for it holds up no other host.
            let of_host = self.hosts.of(&host).acquire_owned().await.ok()?;
            Some((of_host, self.places.acquire().await.ok()?))
        };
        let place = timeout(WAIT, places).await.ok().flatten()?;
        self.budget.admits(&host, now).then_some(place)
    }
}

/// Semaphores by name. Each exists while somebody uses it.
#[derive(Debug)]
struct Keyed {
    permits: usize,
    known: Mutex<HashMap<String, Weak<Semaphore>>>,
}

impl Keyed {
    fn new(permits: usize) -> Self {
        Self { permits, known: Mutex::default() }
    }

    fn of(&self, key: &str) -> Arc<Semaphore> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(semaphore) = known.get(key).and_then(Weak::upgrade) {
            return semaphore;
        }
        known.retain(|_, semaphore| semaphore.strong_count() > 0);
        let semaphore = Arc::new(Semaphore::new(self.permits));
        known.insert(key.to_owned(), Arc::downgrade(&semaphore));
        semaphore
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn a_semaphore_is_shared_by_those_who_use_it() {
        let keyed = Keyed::new(1);
        let one = keyed.of("a");
        assert!(Arc::ptr_eq(&one, &keyed.of("a")) && !Arc::ptr_eq(&one, &keyed.of("b")));
        drop(one);
        keyed.of("c");
        assert_eq!(keyed.known.lock().expect("no panic").len(), 1, "unused ones are dropped");
    }

    /// Answers requests to `target.example` once `goes_on` has a permit, and redirects all others there. `waiting` gets a permit
    /// for each that waits.
    async fn serve(mut stream: TcpStream, waiting: Arc<Semaphore>, goes_on: Arc<Semaphore>, running: Arc<AtomicUsize>) {
        let mut head = vec![0; 4_096];
        let read = stream.read(&mut head).await.expect("a request");
        let answer = if String::from_utf8_lossy(&head[..read]).to_lowercase().contains("host: target.example") {
            assert!(running.fetch_add(1, Ordering::SeqCst) < AT_ONCE_TO_HOST, "too many at once");
            waiting.add_permits(1);
            goes_on.acquire().await.expect("it is open").forget();
            running.fetch_sub(1, Ordering::SeqCst);
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".to_owned()
        } else {
            let port = stream.local_addr().expect("an address").port();
            format!("HTTP/1.1 302 Found\r\nLocation: http://target.example:{port}/\r\nContent-Length: 0\r\n\r\n")
        };
        stream.write_all(answer.as_bytes()).await.expect("an answer");
    }

    #[tokio::test]
    async fn redirects_to_a_host_count_among_its_requests() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let resolver: crate::platform::outbound::Resolver =
            Arc::new(move |_, _| Box::pin(async move { Ok(vec![address]) }));
        let client = Outbound::for_messages("127.0.0.1".parse().expect("an address")).with_resolver(resolver);
        let folder = tempfile::tempdir().expect("a folder");
        let remote = Remote::new(client, folder.path().to_owned(), 1 << 20);
        let (waiting, goes_on) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let (seen, open) = (waiting.clone(), goes_on.clone());
        tokio::spawn(async move {
            let running = Arc::new(AtomicUsize::new(0));
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, seen.clone(), open.clone(), running.clone()));
            }
        });
        let wanted = Wanted { accept: "*/*", timeout: Duration::from_secs(60), most: 100 };
        let urls: Vec<String> =
            (0..2 * AT_ONCE_TO_HOST).map(|nth| format!("http://{nth}.example:{}/", address.port())).collect();
        let fetches = join_all(urls.iter().map(|url| remote.fetch(Timestamp(0), url, wanted)));
        let release = async {
            let most = u32::try_from(AT_ONCE_TO_HOST).expect("a few");
            waiting.acquire_many(most).await.expect("it is open").forget();
            assert_eq!(remote.hosts.of("target.example").available_permits(), 0);
            goes_on.add_permits(urls.len());
        };
        tokio::pin!(fetches);
        tokio::select! {
            fetched = &mut fetches => panic!("nothing waited: {fetched:?}"),
            () = release => {}
        }
        let fetched = fetches.await;
        assert!(fetched.into_iter().all(|got| got.is_ok_and(|got| got.body == b"ok")));
    }

    #[test]
    fn only_addresses_of_the_web_get_one_of_ours() {
        let key = SecretKey::new("a key that only tests are signed with").expect("a key");
        let images = RemoteImages(Some(&key));
        for url in ["https://a.example/b.png", "HTTP://a.example/b.png"] {
            let address = images.address(url).expect("an address");
            let (signature, encoded) =
                address.strip_prefix(IMAGES).and_then(|rest| rest.split_once('/')).expect("two parts");
            assert!(key.verify(PURPOSE, url, signature), "{address}");
            assert_eq!(from_base64url(encoded).as_deref(), Some(url.as_bytes()));
        }
        let long = format!("https://a.example/{}", "b".repeat(MAX_GET_URL));
        for url in ["javascript:alert(1)", "data:image/png;base64,", "/-/files/1/a.jpg", "//a.example/", "", "é", &long]
        {
            assert_eq!(images.address(url), None, "{url}");
        }
        assert_eq!(RemoteImages::LINKS.address("https://a.example/b.png"), None);
    }
}
