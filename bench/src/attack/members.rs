//! Members who read, write and sign in during an attack, and what they notice of it.

use std::io::Result;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::watch::Receiver;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::crowd::{Browser, Circle, TopicPage};
use crate::http::Answer;
use crate::people::Writer;

/// A member looks at a page for this long.
const LOOKS: Duration = Duration::from_millis(500);
/// Between two sign-ins.
const PAUSE: Duration = Duration::from_secs(3);
/// Between two messages: a new account may post ten a minute.
const MESSAGE_PAUSE: Duration = Duration::from_secs(7);

/// What members notice.
#[derive(Debug, Default)]
pub struct Noticed {
    pages: Vec<Duration>,
    sign_ins: Vec<Duration>,
    /// Requests that were refused, with the reason.
    pub refused: Vec<String>,
}

/// Shared by all members.
pub type Notes = Arc<Mutex<Noticed>>;

impl Noticed {
    /// Returns the time of a page that this many of a thousand did not exceed.
    pub fn page(&mut self, thousandths: usize) -> Duration {
        self.pages.sort_unstable();
        let last = self.pages.len().saturating_sub(1);
        self.pages.get(last * thousandths / 1_000).copied().unwrap_or_default()
    }

    pub fn number_of_pages(&self) -> usize {
        self.pages.len()
    }

    /// Returns the number of sign-ins, and the longest.
    pub fn sign_ins(&self) -> (usize, Duration) {
        (self.sign_ins.len(), self.sign_ins.iter().max().copied().unwrap_or_default())
    }
}

fn note(notes: &Notes, what: &str, answer: Result<Answer>, expected: u16) -> Option<Answer> {
    let refused = match answer {
        Ok(answer) if answer.status == expected => return Some(answer),
        Ok(answer) => format!("{what}: {}", answer.status),
        Err(error) => format!("{what}: {error}"),
    };
    notes.lock().expect("nobody panics here").refused.push(refused);
    None
}

/// What every member needs.
#[derive(Clone)]
struct Member {
    at: String,
    cookie: String,
    notes: Notes,
    running: Receiver<bool>,
}

impl Member {
    fn goes_on(&mut self) -> bool {
        *self.running.borrow_and_update()
    }

    async fn read(mut self, paths: [String; 3], late: Duration) {
        let mut browser = Browser::new(&self.at, &self.cookie);
        sleep(late).await;
        for path in paths.iter().cycle() {
            if !self.goes_on() {
                return;
            }
            let begun = Instant::now();
            if note(&self.notes, path, browser.get(path).await, 200).is_some() {
                self.notes.lock().expect("nobody panics here").pages.push(begun.elapsed());
            }
            sleep(LOOKS).await;
        }
    }

    async fn poll(mut self, path: String) {
        let mut browser = Browser::new(&self.at, &self.cookie);
        while self.goes_on() {
            sleep(LOOKS).await;
            let Some(page) = note(&self.notes, &path, browser.get(&path).await, 200) else { continue };
            let Some(after) = TopicPage::read(&page.text()).and_then(|page| page.cursor) else { continue };
            let poll = format!("/live?after={after}");
            tokio::select! {
                answer = browser.get_within(&poll, Duration::from_secs(90)) => {
                    note(&self.notes, "a poll", answer, 200);
                }
                _ = self.running.changed() => return,
            }
        }
    }

    async fn write(mut self, writer: Writer) {
        let mut browser = Browser::new(&self.at, &self.cookie);
        let run = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        for number in 0.. {
            if !self.goes_on() {
                return;
            }
            // Every other message is long.
            let text = "A message in hard times. ".repeat(if number % 2 == 0 { 1 } else { 1_200 });
            let key = format!("{run}-{number}");
            let fields = [("csrf", writer.csrf.as_str()), ("text", &text), ("key", &key)];
            note(&self.notes, "a message", browser.post(&writer.action, &fields).await, 303);
            sleep(MESSAGE_PAUSE).await;
        }
    }

    async fn sign_in(mut self, names: Vec<String>) {
        for name in names {
            if !self.goes_on() {
                return;
            }
            let begun = Instant::now();
            if note(&self.notes, "a sign-in", crate::people::sign_in(&self.at, &name).await, 303).is_some() {
                self.notes.lock().expect("nobody panics here").sign_ins.push(begun.elapsed());
            }
            sleep(PAUSE).await;
        }
    }
}

/// Lets the members of a circle read, poll, write and sign in until told to stop.
pub fn begin(at: &str, name: &str, circle: &Circle, notes: &Notes, running: &Receiver<bool>) -> JoinSet<()> {
    let mut all = JoinSet::new();
    let member =
        |cookie: &str| Member { at: at.into(), cookie: cookie.into(), notes: notes.clone(), running: running.clone() };
    let everybody = circle.readers.len();
    for (nth, cookie) in circle.readers.iter().enumerate() {
        let paths = [circle.path.clone(), "/".to_owned(), format!("/{name}/")];
        all.spawn(member(cookie).read(paths, LOOKS.mul_f64(nth as f64 / everybody as f64)));
        all.spawn(member(cookie).poll(circle.path.clone()));
    }
    all.spawn(member(&circle.writer.cookie).write(circle.writer.clone()));
    all.spawn(member("").sign_in((0..everybody).map(|number| format!("{name}-{number}")).collect()));
    all
}
