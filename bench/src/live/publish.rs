//! Publishing to all users at once.

use std::io::{Error, Result};

use super::{Kind, Plan};
use crate::http::Connection;
use crate::people::{self, TEXT, Writer};

/// How many connections publish to Nchan's channels.
const LINES: usize = 4;

/// A publisher.
pub enum Publisher {
    /// A user who posts into a topic.
    Klatch { line: Connection, writer: Writer },
    /// A program that publishes to every channel.
    Nchan { lines: Vec<Connection>, event: String, channels: usize, each: usize },
}

impl Publisher {
    pub async fn new(at: &str, plan: &Plan) -> Result<Self> {
        match plan.crowd.kind {
            Kind::Klatch => {
                let token = std::fs::read_to_string(&plan.crowd.tokens)?;
                let cookie = format!("klatch={}", token.lines().next().unwrap_or_default());
                let mut line = Connection::open(&plan.web).await?;
                let (_, writer) = people::begin_topic(&mut line, &cookie, &plan.group, "A topic for the crowd").await?;
                Ok(Self::Klatch { line, writer })
            }
            Kind::Nchan => {
                let event = std::fs::read_to_string(&plan.event)?;
                let mut lines = Vec::new();
                for _ in 0..LINES {
                    lines.push(Connection::open(at).await?);
                }
                Ok(Self::Nchan { lines, event, channels: plan.crowd.count, each: plan.each })
            }
        }
    }

    /// Publishes number `seq`.
    pub async fn say(&mut self, seq: u64) -> Result<()> {
        match self {
            Self::Klatch { line, writer } => {
                let key = format!("{}-{seq}", std::process::id());
                let fields = [("csrf", writer.csrf.as_str()), ("text", TEXT), ("key", &key)];
                let answer = line.post(&writer.action, &writer.cookie, &fields).await?;
                if answer.status == 303 { Ok(()) } else { Err(people::refused("post", &answer)) }
            }
            Self::Nchan { lines, event, channels, each } => {
                let event = event.replace("SEQ", &seq.to_string());
                let (channels, each, count) = (*channels, *each, lines.len());
                let sending = lines.iter_mut().enumerate().map(|(nth, line)| {
                    let event = &event;
                    async move {
                        for first in (nth * each..channels).step_by(count * each) {
                            let ids: Vec<String> =
                                (first..channels.min(first + each)).map(|id| id.to_string()).collect();
                            let answer = line.publish(&format!("/pub?id={}", ids.join(",")), event).await?;
                            if !matches!(answer.status, 200..300) {
                                return Err(people::refused("publish", &answer));
                            }
                        }
                        Ok(())
                    }
                });
                futures_util::future::try_join_all(sending).await.map(drop).map_err(Error::other)
            }
        }
    }
}
