//! Reads streams on Redis for many polls at once.

use std::collections::HashMap;
use std::sync::Arc;

use redis::{Pipeline, Value};
use tokio::sync::{mpsc, oneshot};

use super::cursor::{Cursor, Entry};
use super::news::{FIELD, Payloads};
use super::server::Server;
use super::{BATCH, BusError, Name, Stream};

/// The most reads of a round trip.
const CHUNK: usize = 256;
/// The most round trips at a time.
const READS: usize = 4;

/// A read of a stream, and where its answer goes.
#[derive(Debug)]
pub(super) struct Read {
    pub stream: Stream,
    pub after: Cursor,
    pub answer: oneshot::Sender<Result<Vec<Entry>, BusError>>,
}

/// Reads streams in batches. Requests that arrive while a read is running are read together next, so that a herd costs
/// a few round trips and a single poll never waits.
pub(super) async fn read_together(server: Server, payloads: Arc<Payloads>, mut queue: mpsc::UnboundedReceiver<Read>) {
    let places = Arc::new(tokio::sync::Semaphore::new(READS));
    let mut batch = Vec::new();
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        if queue.recv_many(&mut batch, CHUNK).await == 0 {
            return;
        }
        let (server, payloads, batch) = (server.clone(), payloads.clone(), std::mem::take(&mut batch));
        tokio::spawn(async move {
            match read(&server, &payloads, &batch).await {
                // The receiver may be gone, which is fine.
                Ok(answers) => batch.into_iter().zip(answers).for_each(|(read, entries)| {
                    let _ = read.answer.send(Ok(entries));
                }),
                Err(error) => batch.into_iter().for_each(|read| {
                    let _ = read.answer.send(Err(error.clone()));
                }),
            }
            drop(place);
        });
    }
}

/// Returns the entries for each request. The list is empty if one of its payloads is no longer stored.
async fn read(server: &Server, payloads: &Payloads, batch: &[Read]) -> Result<Vec<Vec<Entry>>, BusError> {
    let mut commands = Pipeline::with_capacity(batch.len());
    for read in batch {
        let range = commands.cmd("XRANGE").arg(server.names.of(Name::Entries(read.stream)));
        range.arg(read.after.to_string()).arg("+").arg("COUNT").arg(BATCH + 1);
    }
    let answers = server.run(&commands).await?.into_iter().map(read_entries).collect::<Result<Vec<_>, _>>()?;
    // The reader already has the cursor's own entry, so its payload is not needed.
    let mut found: HashMap<String, Option<Arc<str>>> = HashMap::new();
    for (answer, read) in answers.iter().zip(batch) {
        if answer.first().is_none_or(|first| first.id != read.after) {
            continue;
        }
        for reference in answer.iter().skip(1).filter_map(|entry| entry.event.as_ref()) {
            found.entry(reference.clone()).or_insert_with(|| payloads.get(reference));
        }
    }
    let unknown: Vec<String> =
        found.iter().filter(|(_, payload)| payload.is_none()).map(|(reference, _)| reference.clone()).collect();
    for unknown in unknown.chunks(CHUNK) {
        let mut commands = Pipeline::with_capacity(unknown.len());
        for reference in unknown {
            commands.cmd("GET").arg(server.names.of(Name::Payload(reference)));
        }
        for (reference, value) in unknown.iter().zip(server.run(&commands).await?) {
            let text: Option<String> = redis::from_redis_value(value).map_err(redis::RedisError::from)?;
            found.insert(reference.clone(), text.map(|text| payloads.put(reference.clone(), text.into())));
        }
    }
    let entry = |(place, Reference { id, event }): (usize, Reference)| match event {
        Some(reference) if place > 0 => {
            let payload = found.get(&reference).cloned().flatten()?;
            Some(Entry { id, payload: Some(payload) })
        }
        Some(_) | None => Some(Entry { id, payload: None }),
    };
    let whole = |answer: Vec<Reference>| answer.into_iter().enumerate().map(entry).collect::<Option<Vec<_>>>();
    Ok(answers.into_iter().map(|answer| whole(answer).unwrap_or_default()).collect())
}

/// An entry as stored in Redis: an event's entry holds a reference to its payload.
pub(super) struct Reference {
    pub id: Cursor,
    pub event: Option<String>,
}

/// Parses the answer to XRANGE: `[[id, [field, value]], ...]`.
pub(super) fn read_entries(answer: Value) -> Result<Vec<Reference>, BusError> {
    let entries: Vec<(String, Vec<String>)> = redis::from_redis_value(answer).map_err(redis::RedisError::from)?;
    let read = |(id, fields): (String, Vec<String>)| {
        let id = id.parse().map_err(|_| BusError::Busy("a stream holds an id that is none".to_owned()))?;
        let event = match <[String; 2]>::try_from(fields) {
            Ok([name, reference]) if name == FIELD => Some(reference),
            Ok(_) | Err(_) => None,
        };
        Ok(Reference { id, event })
    };
    entries.into_iter().map(read).collect()
}
