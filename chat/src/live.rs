//! What happens in the forum, as it happens.

use tokio::sync::mpsc;

use crate::Result;
use crate::client::{Client, Problem};
use crate::objects::{Event, Events};

/// How long a poll waits for events, in seconds.
const WAIT: &str = "40";
/// The least time between two polls when the forum answers without waiting, because too many wait.
const LEAST: std::time::Duration = std::time::Duration::from_secs(2);

/// What comes from the forum.
#[derive(Debug)]
pub enum Incoming {
    Event(Box<Event>),
    /// Events before the next one are lost.
    Missed,
}

/// Follows the events in the background. Continues after the forum was away.
pub fn listen(client: Client, group: Option<String>) -> mpsc::Receiver<Result<Incoming>> {
    let (tell, heard) = mpsc::channel(64);
    tokio::spawn(async move {
        let mut after: Option<String> = None;
        let mut pause = std::time::Duration::from_secs(1);
        loop {
            let mut query = vec![("wait", WAIT)];
            if let Some(after) = &after {
                query.push(("after", after));
            }
            if let Some(group) = &group {
                query.push(("group", group));
            }
            let begun = std::time::Instant::now();
            match client.get::<Events>("/events", &query).await {
                Ok(events) => {
                    pause = std::time::Duration::from_secs(1);
                    if events.missed && tell.send(Ok(Incoming::Missed)).await.is_err() {
                        return;
                    }
                    // The first answer only says which place is now.
                    let is_empty = events.items.is_empty() && !events.missed && after.is_some();
                    for event in events.items {
                        if tell.send(Ok(Incoming::Event(Box::new(event)))).await.is_err() {
                            return;
                        }
                    }
                    after = Some(events.next);
                    if is_empty && begun.elapsed() < LEAST {
                        tokio::time::sleep(LEAST).await;
                    }
                }
                Err(Problem::Refused { status: 400..=404 | 422, detail }) => {
                    let _ = tell.send(Err(detail)).await;
                    return;
                }
                Err(_) => {
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(std::time::Duration::from_secs(30));
                }
            }
            if tell.is_closed() {
                return;
            }
        }
    });
    heard
}
