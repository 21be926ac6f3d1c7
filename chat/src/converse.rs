//! The interactive mode: commands and messages typed line by line.

use std::collections::BTreeSet;

use tokio::sync::oneshot;

use crate::Result;
use crate::live::{Incoming, listen};
use crate::objects::{Event, Message};
use crate::place::Place;
use crate::session::{Here, Session};
use crate::show::{clean, line};
use crate::terminal::Lines;

const HELP: &str = "\
Type a message to post it in the open topic. Commands:
  /groups              list your groups and their unread counts
  /topics [GROUP]      list the topics of a group
  /open GROUP/TOPIC    open a topic and mark it as read; also takes a number from the last list
  /more                show earlier messages in the open topic
  /start TITLE         start a topic in the open group; the next line is its text
  /star NUMBER         star a message in the open topic
  /search WORDS        search messages
  /quit                quit
New messages appear automatically. Times are in UTC.";

enum Goes {
    On,
    Ends,
}

/// By how much the id of a message may be smaller than that of one that came before it.
const NEAR: i64 = 50;

/// Whether an event about a message is about a new one, and not about a change of an old one.
fn is_new(known: &BTreeSet<i64>, message: &Message) -> bool {
    let Ok(id) = message.id.parse::<i64>() else { return false };
    let is_unchanged = !message.is_changed();
    match known.last() {
        _ if known.contains(&id) => false,
        None => is_unchanged,
        // A new message may be edited or starred before the event about it is read.
        Some(highest) => id > *highest || is_unchanged && id > highest - NEAR,
    }
}

impl Session {
    /// Remembers a message that was shown or received.
    pub(crate) fn knows(&mut self, message: &Message) {
        self.known.extend(message.id.parse::<i64>());
    }

    /// Shows an event. Without an open topic, all new messages; with one, those of others only as a line.
    pub(crate) async fn receive(&mut self, event: &Event) {
        let (Some(message), Some(of)) = (event.message.as_ref(), &event.topic) else { return };
        if event.kind != "message" {
            return;
        }
        let is_new = is_new(&self.known, message);
        self.knows(message);
        if !is_new || message.author.id == self.me.user.id && self.lines.is_some() {
            return;
        }
        let is_here = matches!(&self.here, Some(Here { topic: Some(topic), .. }) if topic.id == of.id);
        let shown = match self.lines.is_some() && !is_here {
            false if is_here => self.style.message(message),
            false => format!("{}\n{}", line(&of.title), self.style.message(message)),
            true => format!("· {} posted in {}", line(&message.author.username), line(&of.title)),
        };
        self.print(&shown);
        if is_here {
            // Shown, so it is read. If that fails, the topic stays unread.
            let _ = self.mark_read(&of.id, message.number).await;
        }
    }

    fn prompt(&self) -> String {
        match &self.here {
            None => "> ".to_owned(),
            Some(Here { group, topic: None, .. }) => format!("{}> ", line(&group.slug)),
            Some(Here { group, topic: Some(topic), .. }) => format!("{}/{}> ", line(&group.slug), line(&topic.slug)),
        }
    }

    /// Runs the interactive mode until the user quits.
    ///
    /// # Errors
    /// When the terminal cannot be used.
    pub async fn converse(&mut self) -> Result<()> {
        let lines = Lines::new()?;
        let greeting = format!("Signed in as {}. Type /help for a list of commands.", line(&self.me.user.username));
        self.lines = Some(lines);
        self.print(&greeting);
        self.groups().await?;
        let mut events = listen(self.client.clone(), None);
        let mut typed = self.ask();
        loop {
            tokio::select! {
                line = &mut typed => {
                    let Some(line) = line.ok().flatten() else { return Ok(()) };
                    match self.act(line.trim()).await {
                        Ok(Goes::On) => {}
                        Ok(Goes::Ends) => return Ok(()),
                        Err(why) => self.print(&clean(&why)),
                    }
                    typed = self.ask();
                }
                Some(heard) = events.recv() => match heard {
                    Ok(Incoming::Event(event)) => self.receive(&event).await,
                    Ok(Incoming::Missed) => self.print("Some messages were missed. Open the topic again to see them."),
                    Err(why) => self.print(&format!("Live updates have stopped: {}", clean(&why))),
                },
            }
        }
    }

    fn ask(&mut self) -> oneshot::Receiver<Option<String>> {
        let prompt = self.prompt();
        match &mut self.lines {
            Some(lines) => lines.begin(&prompt),
            None => oneshot::channel().1,
        }
    }

    async fn act(&mut self, typed: &str) -> Result<Goes> {
        let Some(command) = typed.strip_prefix('/') else {
            if !typed.is_empty() {
                self.post(typed).await?;
            }
            return Ok(Goes::On);
        };
        let (word, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        let rest = rest.trim();
        match word {
            "groups" | "g" => self.groups().await?,
            "topics" | "t" => {
                let here = self.here.as_ref().map(|here| here.group.slug.clone());
                let group =
                    if rest.is_empty() { here.ok_or("Choose a group: /topics GROUP.")? } else { self.numbered(rest) };
                self.topics(&group).await?;
            }
            "open" | "o" => {
                let place = self.numbered(rest);
                match Place::parse(&place, None) {
                    Ok(Place { group, topic: None }) if self.here.is_none() || self.listed.contains(&place) => {
                        self.topics(&group).await?;
                    }
                    _ => self.open(&place).await?,
                }
            }
            "more" | "m" => self.more().await?,
            "start" => {
                let group = self.here.as_ref().map(|here| here.group.slug.clone());
                let group = group.ok_or("Open a group first: /topics GROUP.")?;
                if rest.is_empty() {
                    return Err("Enter a title: /start TITLE.".into());
                }
                let Some(lines) = &mut self.lines else { return Ok(Goes::On) };
                let text = lines.ask("Message: ").await?;
                self.start(&group, rest, &text).await?;
            }
            "star" => self.star(rest).await?,
            "search" | "s" => self.search(rest).await?,
            "help" | "h" | "?" => self.print(HELP),
            "quit" | "q" => return Ok(Goes::Ends),
            // A path or a fraction is a message.
            _ if word.contains('/') || word.is_empty() => self.post(typed).await?,
            _ => return Err(format!("Unknown command /{word}. Type /help for a list.")),
        }
        Ok(Goes::On)
    }

    /// What a number of the last list stands for; else what was typed.
    fn numbered(&self, typed: &str) -> String {
        let nth = typed.parse::<usize>().ok().and_then(|nth| nth.checked_sub(1));
        nth.and_then(|nth| self.listed.get(nth)).map_or_else(|| typed.to_owned(), Clone::clone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: i64, edited_at: Option<&str>, stars: usize) -> Message {
        serde_json::from_value(serde_json::json!({
            "id": id.to_string(), "number": 1, "author": {"id": "1", "username": "mira"}, "ignored": false, "text": "a",
            "created_at": "2026-11-30T12:34:56.789Z", "edited_at": edited_at, "stars": vec![serde_json::json!({}); stars],
        }))
        .expect("a message")
    }

    #[test]
    fn a_message_is_shown_as_new_only_once() {
        let edit = Some("2026-11-30T12:35:00.000Z");
        let known = BTreeSet::from([700, 800]);
        assert!(is_new(&known, &message(801, None, 0)));
        assert!(is_new(&known, &message(801, edit, 0)) && is_new(&known, &message(801, None, 2)));
        assert!(!is_new(&known, &message(800, edit, 1)) && !is_new(&known, &message(700, None, 0)));
        // One that was posted at the same moment comes later.
        assert!(is_new(&known, &message(799, None, 0)) && !is_new(&known, &message(799, edit, 0)));
        // An old one from which a star was taken.
        assert!(!is_new(&known, &message(5, None, 0)));
        // A vote is a change too.
        let poll = |voters: i64| {
            let mut asked = message(799, None, 0);
            let state = serde_json::json!({"poll": {"closed": false, "voters": voters, "votes": null, "chosen": []}});
            asked.attachment = Some(serde_json::from_value(state).expect("an attachment"));
            asked
        };
        assert!(is_new(&known, &poll(0)) && !is_new(&known, &poll(1)));
        // As long as no message is known, a change is not new.
        assert!(is_new(&BTreeSet::new(), &message(5, None, 0)) && !is_new(&BTreeSet::new(), &message(5, edit, 0)));
    }
}
