//! What the client does: lists, a topic, posting, searching, following.

use std::collections::BTreeSet;
use std::io::IsTerminal as _;

use hyper::Method;
use serde_json::json;

use crate::Result;
use crate::client::{Client, Problem};
use crate::live::{Incoming, listen};
use crate::objects::{Group, Me, Message, Page, Results, Topic};
use crate::place::Place;
use crate::show::{Style, line};
use crate::terminal::Lines;

/// How many messages of a topic are shown at once.
const MESSAGES_SHOWN: usize = 20;
/// The most pages of topics that are looked through for one: 1,000 topics.
const PAGES: usize = 20;

/// Where the user is.
#[derive(Clone, Debug)]
pub(crate) struct Here {
    pub group: Group,
    pub topic: Option<Topic>,
    /// The number of the first message that was shown.
    first: i64,
}

/// A signed-in client.
#[derive(Debug)]
pub struct Session {
    pub(crate) client: Client,
    pub(crate) me: Me,
    pub(crate) style: Style,
    pub(crate) here: Option<Here>,
    /// The places of the last list, in its order.
    pub(crate) listed: Vec<String>,
    /// The ids of messages that were shown or received.
    pub(crate) known: BTreeSet<i64>,
    /// `None` unless the user types commands.
    pub(crate) lines: Option<Lines>,
}

impl Session {
    /// Signs in.
    ///
    /// # Errors
    /// What the forum says.
    pub async fn begin(client: Client) -> Result<Self> {
        let me = client.get("/me", &[]).await?;
        let is_bold = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        let style = Style { is_bold };
        Ok(Self { client, me, style, here: None, listed: Vec::new(), known: BTreeSet::new(), lines: None })
    }

    pub(crate) fn print(&mut self, text: &str) {
        match &mut self.lines {
            Some(lines) => lines.print(text),
            None => println!("{text}"),
        }
    }

    /// Lists the caller's groups.
    ///
    /// # Errors
    /// What the forum says.
    pub async fn groups(&mut self) -> Result<()> {
        let (mut groups, mut cursor) = (Vec::new(), String::new());
        loop {
            let query = [("cursor", cursor.as_str())];
            let page: Page<Group> = self.client.get("/me/groups", if cursor.is_empty() { &[] } else { &query }).await?;
            groups.extend(page.items);
            match page.next {
                Some(next) => cursor = next,
                None => break,
            }
        }
        if groups.is_empty() {
            self.print("You haven't joined any groups yet.");
        }
        self.listed = groups.iter().map(|group| group.slug.clone()).collect();
        for (nth, group) in groups.iter().enumerate() {
            let shown = format!("{:>3} {}", nth + 1, self.style.group(group));
            self.print(&shown);
        }
        Ok(())
    }

    /// Lists the topics of a group.
    ///
    /// # Errors
    /// What the forum says.
    pub async fn topics(&mut self, group: &str) -> Result<()> {
        let Place { group, .. } = Place::parse(group, None)?;
        let group: Group = self.client.get(&format!("/groups/{group}"), &[]).await?;
        let page: Page<Topic> = self.client.get(&format!("/groups/{}/topics", group.id), &[]).await?;
        if page.items.is_empty() {
            self.print("No topics yet.");
        }
        self.listed = page.items.iter().map(|topic| format!("{}/{}", group.slug, topic.slug)).collect();
        for (nth, topic) in page.items.iter().enumerate() {
            let shown = format!("{:>3} {}", nth + 1, self.style.topic(&group.slug, topic));
            self.print(&shown);
        }
        self.here = Some(Here { group, topic: None, first: 0 });
        Ok(())
    }

    /// Finds a topic, and makes it the open one.
    ///
    /// # Errors
    /// When there is none.
    pub async fn find(&mut self, typed: &str) -> Result<()> {
        let here = self.here.as_ref().map(|here| here.group.slug.clone());
        let place = Place::parse(typed, here.as_deref())?;
        let wanted = place.topic.ok_or("Enter a topic: GROUP/TOPIC.")?;
        let group: Group = self.client.get(&format!("/groups/{}", place.group), &[]).await?;
        let mut cursor = String::new();
        for _ in 0..PAGES {
            let query = [("cursor", cursor.as_str())];
            let path = format!("/groups/{}/topics", group.id);
            let page: Page<Topic> = self.client.get(&path, if cursor.is_empty() { &[] } else { &query }).await?;
            if let Some(topic) = page.items.into_iter().find(|topic| topic.slug == wanted) {
                let first = topic.last_number + 1;
                self.here = Some(Here { group, topic: Some(topic), first });
                return Ok(());
            }
            match page.next {
                Some(next) => cursor = next,
                None => return Err(format!("There's no topic `{}` in {}.", line(&wanted), line(&group.name))),
            }
        }
        Err(format!("`{}` is not among the latest 1,000 topics of {}.", line(&wanted), line(&group.name)))
    }

    /// Opens a topic: shows its latest messages, and marks it as read.
    ///
    /// # Errors
    /// What the forum says.
    pub async fn open(&mut self, typed: &str) -> Result<()> {
        self.find(typed).await?;
        self.more().await?;
        let Some(Here { topic: Some(topic), .. }) = &self.here else { return Ok(()) };
        self.mark_read(&topic.id.clone(), topic.last_number).await
    }

    pub(crate) async fn mark_read(&self, topic: &str, number: i64) -> Result<()> {
        let read = json!({ "number": number });
        match self.client.change(&Method::POST, &format!("/topics/{topic}/read"), Some(&read)).await {
            // A token that may only read.
            Err(Problem::Refused { status: 403, .. }) => Ok(()),
            done => Ok(done?),
        }
    }

    /// Shows earlier messages of the open topic.
    pub(crate) async fn more(&mut self) -> Result<()> {
        let Some(Here { topic: Some(topic), first, .. }) = &self.here else {
            return Err("Open a topic first: /open GROUP/TOPIC.".into());
        };
        let (title, from) = (line(&topic.title), (first - 1).to_string());
        if *first <= 1 {
            self.print("No earlier messages.");
            return Ok(());
        }
        let query = [("order", "newest"), ("from", from.as_str())];
        let page: Page<Message> = self.client.get(&format!("/topics/{}/messages", topic.id), &query).await?;
        let mut messages: Vec<Message> = page.items.into_iter().take(MESSAGES_SHOWN).collect();
        messages.reverse();
        if let Some(here) = &mut self.here {
            here.first = messages.first().map_or(1, |message| message.number);
        }
        self.print(&format!("— {title}"));
        for message in &messages {
            self.knows(message);
            let shown = self.style.message(message);
            self.print(&shown);
        }
        Ok(())
    }

    /// Posts a text in the open topic.
    ///
    /// # Errors
    /// What the forum says.
    pub async fn post(&mut self, text: &str) -> Result<()> {
        let Some(Here { topic: Some(topic), .. }) = &self.here else {
            return Err("Open a topic first: /open GROUP/TOPIC.".into());
        };
        let path = format!("/topics/{}/messages", topic.id);
        let posted: serde_json::Value = self.client.create(&path, &json!({ "text": text })).await?;
        let shown = match serde_json::from_value::<Message>(posted) {
            Ok(message) => {
                self.knows(&message);
                self.style.message(&message)
            }
            Err(_) => "Your message is waiting for approval by a moderator.".to_owned(),
        };
        self.print(&shown);
        Ok(())
    }

    /// Starts a topic, and opens it.
    ///
    /// # Errors
    /// What the forum says.
    pub async fn start(&mut self, group: &str, title: &str, text: &str) -> Result<()> {
        let Place { group, .. } = Place::parse(group, None)?;
        let group: Group = self.client.get(&format!("/groups/{group}"), &[]).await?;
        let path = format!("/groups/{}/topics", group.id);
        let started: serde_json::Value = self.client.create(&path, &json!({ "title": title, "text": text })).await?;
        match serde_json::from_value::<Topic>(started) {
            Ok(topic) => {
                self.print(&format!("Started {}/{}.", line(&group.slug), line(&topic.slug)));
                let first = topic.last_number + 1;
                self.here = Some(Here { group, topic: Some(topic), first });
            }
            Err(_) => self.print("Your topic is waiting for approval by a moderator."),
        }
        Ok(())
    }

    /// Stars a message of the open topic.
    pub(crate) async fn star(&mut self, number: &str) -> Result<()> {
        let Some(Here { topic: Some(topic), .. }) = &self.here else {
            return Err("Open a topic first: /open GROUP/TOPIC.".into());
        };
        let number: i64 = number.trim().parse().map_err(|_| "Enter the number of a message: /star 3.")?;
        let from = number.to_string();
        let path = format!("/topics/{}/messages", topic.id);
        let page: Page<Message> = self.client.get(&path, &[("order", "oldest"), ("from", from.as_str())]).await?;
        let message = page.items.first().filter(|message| message.number == number);
        let message = message.ok_or_else(|| format!("There's no message {number}."))?;
        self.client.change(&Method::PUT, &format!("/messages/{}/star", message.id), None::<&()>).await?;
        self.print(&format!("Starred message {number}."));
        Ok(())
    }

    /// Searches.
    ///
    /// # Errors
    /// What the forum says.
    pub async fn search(&mut self, words: &str) -> Result<()> {
        let results: Results = self.client.get("/search", &[("q", words)]).await?;
        for problem in &results.problems {
            self.print(&line(problem));
        }
        for hit in &results.items {
            let title = format!("{} · {}", line(&hit.topic.title), line(&hit.group.name));
            let shown = format!("{title}\n{}", self.style.message(&hit.message));
            self.print(&shown);
        }
        let results_word = if results.total == 1 { "result" } else { "results" };
        let shown = results.items.len();
        let more = if results.total > shown as i64 { format!(", {shown} shown") } else { String::new() };
        self.print(&format!("{} {results_word}{more}.", results.total));
        if let Some(suggestion) = results.suggestion {
            self.print(&format!("Did you mean: {}", line(&suggestion)));
        }
        Ok(())
    }

    /// Shows new messages until the program is stopped.
    ///
    /// # Errors
    /// When the forum refuses.
    pub async fn follow(&mut self, group: Option<&str>) -> Result<()> {
        let group: Option<Group> = match group {
            Some(group) => {
                let Place { group, .. } = Place::parse(group, None)?;
                Some(self.client.get(&format!("/groups/{group}"), &[]).await?)
            }
            None => None,
        };
        let mut events = listen(self.client.clone(), group.map(|group| group.id));
        while let Some(heard) = events.recv().await {
            match heard? {
                Incoming::Event(event) => self.receive(&event).await,
                Incoming::Missed => {
                    self.print("Some messages were missed because the connection was lost for too long.")
                }
            }
        }
        Ok(())
    }
}
