//! A crowd that reads and writes, and the final count of what every reader has.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{Browser, Ledger, Poster, Reader, ReaderReport, Shared, TopicPage};
use crate::people::Writer;

/// A topic with its writer and readers.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Circle {
    pub path: String,
    pub writer: Writer,
    pub readers: Vec<String>,
}

/// A running crowd.
#[derive(Debug)]
pub struct Run {
    at: String,
    circles: Vec<Circle>,
    ledger: Arc<Ledger>,
    /// What each reader has, by circle.
    held: Vec<Vec<Shared>>,
    reading: JoinSet<()>,
    writing: JoinSet<()>,
    stop: watch::Sender<bool>,
}

/// The result of a run.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Report {
    pub posts: usize,
    pub readers: usize,
    /// Messages that were acknowledged but are not there, or that are there but missing for a reader.
    pub lost: Vec<String>,
    /// Messages that are there twice, or that a reader has twice or under another's number.
    pub double: Vec<String>,
    /// Readers and posters who had to give up.
    pub ended: Vec<String>,
    /// Repeated events, which change nothing on a page.
    pub again: usize,
    /// The parts of the run, one for each fault.
    pub parts: Vec<ReaderReport>,
}

impl Run {
    /// Starts a crowd: all readers open their page, one in `looks` with it visible, and each writer posts once every
    /// `every`.
    pub async fn begin(at: &str, circles: Vec<Circle>, every: Duration, looks: usize) -> Self {
        let ledger = Arc::new(Ledger::default());
        ledger.begin("nothing yet");
        let (stop, stopped) = watch::channel(false);
        let (mut reading, mut writing) = (JoinSet::new(), JoinSet::new());
        let mut held = Vec::new();
        for circle in &circles {
            let mut opening = JoinSet::new();
            let mut of_circle = Vec::new();
            for (nth, cookie) in circle.readers.iter().enumerate() {
                let mut reader = Reader::new(at, cookie, &circle.path, nth % looks.max(1) == 0, ledger.clone());
                of_circle.push(reader.shared());
                opening.spawn(async move {
                    reader.open().await;
                    reader
                });
            }
            for reader in opening.join_all().await {
                reading.spawn(reader.read());
            }
            held.push(of_circle);
        }
        for (nth, circle) in circles.iter().enumerate() {
            let poster = Poster::new(at, &circle.writer, &circle.path, nth.to_string(), ledger.clone());
            writing.spawn(poster.write(every, stopped.clone()));
        }
        Self { at: at.to_owned(), circles, ledger, held, reading, writing, stop }
    }

    /// Returns the record of the run.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Counts the readers who do not have all posts acknowledged so far.
    pub fn behind(&self) -> usize {
        let circles = self.circles.iter().zip(&self.held);
        circles
            .map(|(circle, held)| {
                let newest = self.ledger.newest(&circle.path);
                held.iter().filter(|held| !held.state().reaches(newest)).count()
            })
            .sum()
    }

    /// Returns the highest acknowledged number of each topic, for [`Run::have`].
    pub fn newest(&self) -> Vec<i64> {
        self.circles.iter().map(|circle| self.ledger.newest(&circle.path)).collect()
    }

    /// Returns whether every topic has grown beyond these numbers, and every reader has all of it.
    pub fn have(&self, more_than: &[i64]) -> bool {
        let newer = self.newest().iter().zip(more_than).all(|(now, then)| now > then);
        let mut readers = self.held.iter().zip(more_than);
        newer && readers.all(|(held, seq)| held.iter().all(|held| held.state().reaches(seq + 1)))
    }

    /// Stops the writers, and returns when each has finished its last post or given it up.
    pub async fn fall_silent(&mut self) {
        self.stop.send_replace(true);
        while let Some(ended) = self.writing.join_next().await {
            ended.expect("a poster that does not panic");
        }
    }

    /// Compares what every reader has with the pages as the server renders them now. Call it when the writers have
    /// stopped and no reader is behind.
    pub async fn end(mut self) -> Report {
        let mut report = Report { posts: self.ledger.count(), parts: self.ledger.parts(), ..Report::default() };
        while let Some(ended) = self.reading.try_join_next() {
            if let Err(error) = ended {
                report.ended.push(format!("a reader: {error}"));
            }
        }
        self.reading.shutdown().await;
        report.ended.extend(self.ledger.never().into_iter().map(|token| format!("{token} was never acknowledged")));
        let posts = self.ledger.posts();
        for (circle, held) in self.circles.iter().zip(&self.held) {
            let drawn = walk(&self.at, circle).await;
            let mut tokens: HashMap<&str, Vec<i64>> = HashMap::new();
            for (id, token) in drawn.values() {
                if let Some(token) = token {
                    tokens.entry(token.as_str()).or_default().push(*id);
                }
            }
            for (token, ids) in tokens.iter().filter(|(_, ids)| ids.len() > 1) {
                report.double.push(format!("{} holds {token} {} times", circle.path, ids.len()));
            }
            for post in posts.iter().filter(|post| post.path == circle.path) {
                if tokens.get(post.token.as_str()) != Some(&vec![post.id])
                    || drawn.get(&post.seq).map(|(id, _)| *id) != Some(post.id)
                {
                    report.lost.push(format!("{} is not where it was acknowledged, number {}", post.token, post.seq));
                }
            }
            for (nth, held) in held.iter().enumerate() {
                compare(&mut report, &format!("reader {nth} of {}", circle.path), &drawn, held);
            }
        }
        report
    }
}

fn compare(report: &mut Report, who: &str, drawn: &BTreeMap<i64, (i64, Option<String>)>, held: &Shared) {
    let held = held.state();
    report.readers += 1;
    report.again += held.again;
    report.ended.extend(held.ended.iter().map(|why| format!("{who}: {why}")));
    report.double.extend(held.wrong.iter().map(|what| format!("{who}: {what}")));
    let first = held.messages.first_key_value().map_or(1, |(seq, _)| *seq);
    for (seq, (id, _)) in drawn.range(first..) {
        match held.messages.get(seq) {
            Some(has) if has == id => {}
            Some(has) => report.double.push(format!("{who} has message {has} as number {seq}, which is {id}")),
            None => report.lost.push(format!("{who} has no number {seq}")),
        }
    }
    for seq in held.messages.keys().filter(|seq| !drawn.contains_key(seq)) {
        report.double.push(format!("{who} has a number {seq}, which is not there"));
    }
}

/// Reads the whole topic from the server: number, id, and token of each message.
async fn walk(at: &str, circle: &Circle) -> BTreeMap<i64, (i64, Option<String>)> {
    let mut browser = Browser::new(at, &circle.writer.cookie);
    let (mut drawn, mut last) = (BTreeMap::new(), 0);
    loop {
        let path = format!("{}?after={last}", circle.path);
        let answer = browser.get(&path).await.expect("the topic's page");
        let page = TopicPage::read(&answer.text()).expect("a page of the topic");
        for message in &page.messages {
            let token = message.html.split_once("token-").and_then(|(_, rest)| rest.split_once("-end"));
            let token = token.map(|(token, _)| format!("token-{token}-end"));
            assert!(drawn.insert(message.seq, (message.id, token)).is_none(), "{path} has {} twice", message.seq);
        }
        if page.at_end || page.last() == last {
            return drawn;
        }
        last = page.last();
    }
}

impl Report {
    /// Returns whether every reader has everything exactly once.
    pub fn is_well(&self) -> bool {
        self.lost.is_empty() && self.double.is_empty() && self.ended.is_empty()
    }

    /// Returns all unexpected answers, and how often each came.
    pub fn errors(&self) -> BTreeMap<String, u32> {
        let mut all = BTreeMap::new();
        for (what, count) in self.parts.iter().flat_map(|part| &part.errors) {
            *all.entry(what.clone()).or_default() += count;
        }
        all
    }
}

fn percentile(sorted: &[u32], thousandths: usize) -> u32 {
    sorted.get(sorted.len().saturating_sub(1) * thousandths / 1_000).copied().unwrap_or(0)
}

fn list(errors: &BTreeMap<String, u32>) -> String {
    let list: Vec<String> = errors.iter().map(|(what, count)| format!("{count} {what}")).collect();
    if list.is_empty() { "none".to_owned() } else { list.join(", ") }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| fault | times | behind, median ms | p99 | longest | posts repeated | resyncs | gaps | errors seen |"
        )?;
        writeln!(f, "|---|---:|---:|---:|---:|---:|---:|---:|---|")?;
        let mut names: Vec<&str> = Vec::new();
        for part in &self.parts {
            if !names.contains(&part.name.as_str()) {
                names.push(&part.name);
            }
        }
        for name in names {
            let parts: Vec<&ReaderReport> = self.parts.iter().filter(|part| part.name == name).collect();
            let mut behind: Vec<u32> = parts.iter().flat_map(|part| part.behind.iter().copied()).collect();
            behind.sort_unstable();
            let sum = |of: fn(&ReaderReport) -> u32| parts.iter().map(|part| of(part)).sum::<u32>();
            let mut errors = BTreeMap::new();
            for (what, count) in parts.iter().flat_map(|part| &part.errors) {
                *errors.entry(what.clone()).or_default() += count;
            }
            writeln!(
                f,
                "| {name} | {} | {} | {} | {} | {} | {} | {} | {} |",
                parts.len(),
                percentile(&behind, 500),
                percentile(&behind, 990),
                behind.last().copied().unwrap_or(0),
                sum(|part| part.repeated),
                sum(|part| part.resyncs),
                sum(|part| part.gaps),
                list(&errors),
            )?;
        }
        writeln!(f)?;
        writeln!(f, "{} posts acknowledged, {} readers, {} events told again", self.posts, self.readers, self.again)?;
        for (what, list) in [("lost", &self.lost), ("double", &self.double), ("ended", &self.ended)] {
            writeln!(f, "{what}: {}", list.len())?;
            list.iter().take(20).try_for_each(|line| writeln!(f, "  {line}"))?;
        }
        Ok(())
    }
}
