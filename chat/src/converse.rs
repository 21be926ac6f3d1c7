//! The conversation with somebody who types commands and texts.

use tokio::sync::oneshot;

use crate::Result;
use crate::live::{Heard, listen};
use crate::objects::Event;
use crate::place::Place;
use crate::session::{Here, Session};
use crate::show::line;
use crate::terminal::Lines;

const HELP: &str = "\
Type a text to post it in the topic that is open. Commands:
  /groups              your groups, with what is unread
  /topics [GROUP]      the topics of a group
  /open GROUP/TOPIC    opens a topic and marks it as read; a number opens a line of the last list
  /more                earlier messages of the open topic
  /start TITLE         starts a topic in the open group; the next line is its text
  /star NUMBER         stars a message of the open topic
  /search WORDS        searches what you may read
  /quit                ends
New messages appear as they come. Times are in UTC.";

enum Goes {
    On,
    Ends,
}

impl Session {
    /// Shows an event. Without an open topic, all new messages; with one, those of others only as a line.
    pub(crate) async fn hear(&mut self, event: &Event) {
        let Some(message) = event.message.as_ref().filter(|_| event.kind == "message") else { return };
        if message.author.id == self.me.user.id && self.lines.is_some()
            || message.edited_at.is_some()
            || !message.stars.is_empty()
        {
            return;
        }
        let is_here = matches!(&self.here, Some(Here { topic: Some(topic), .. }) if topic.id == event.topic.id);
        let shown = match self.lines.is_some() && !is_here {
            false if is_here => self.style.message(message),
            false => format!("{}\n{}", line(&event.topic.title), self.style.message(message)),
            true => format!("· {} writes in {}", line(&message.author.username), line(&event.topic.title)),
        };
        self.print(&shown);
        if is_here {
            // Shown, so it is read. If that fails, the topic stays unread.
            let _ = self.mark_read(&event.topic.id, message.number).await;
        }
    }

    fn prompt(&self) -> String {
        match &self.here {
            None => "> ".to_owned(),
            Some(Here { group, topic: None, .. }) => format!("{}> ", line(&group.slug)),
            Some(Here { group, topic: Some(topic), .. }) => format!("{}/{}> ", line(&group.slug), line(&topic.slug)),
        }
    }

    /// Talks with the user until they end it.
    ///
    /// # Errors
    /// When the terminal cannot be used.
    pub async fn converse(&mut self) -> Result<()> {
        let lines = Lines::new()?;
        let greeting = format!("You are {}. /help lists the commands.", line(&self.me.user.username));
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
                        Err(why) => self.print(&crate::show::clean(&why)),
                    }
                    typed = self.ask();
                }
                Some(heard) = events.recv() => match heard {
                    Ok(Heard::Event(event)) => self.hear(&event).await,
                    Ok(Heard::Missed) => self.print("Some messages were missed: open the topic again."),
                    Err(why) => self.print(&format!("New messages do not appear any more: {why}")),
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
                    if rest.is_empty() { here.ok_or("Name a group: /topics GROUP.")? } else { self.numbered(rest) };
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
                    return Err("Give it a title: /start TITLE.".into());
                }
                let Some(lines) = &mut self.lines else { return Ok(Goes::On) };
                let text = lines.ask("Its first message: ").await?;
                self.start(&group, rest, &text).await?;
            }
            "star" => self.star(rest).await?,
            "search" | "s" => self.search(rest).await?,
            "help" | "h" | "?" => self.print(HELP),
            "quit" | "q" => return Ok(Goes::Ends),
            // A path or a fraction is a text.
            _ if word.contains('/') || word.is_empty() => self.post(typed).await?,
            _ => return Err(format!("There is no command /{word}. /help lists them.")),
        }
        Ok(Goes::On)
    }

    /// What a number of the last list stands for; else what was typed.
    fn numbered(&self, typed: &str) -> String {
        let nth = typed.parse::<usize>().ok().and_then(|nth| nth.checked_sub(1));
        nth.and_then(|nth| self.listed.get(nth)).map_or_else(|| typed.to_owned(), Clone::clone)
    }
}
