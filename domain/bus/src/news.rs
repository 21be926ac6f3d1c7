//! Appending one event to many streams, and announcing it to all processes.
//!
//! An event's payload is stored once; the entries of the streams refer to it. One script appends the entries of a shard
//! and, in the same step, announces on the shard's channel which streams took an entry and the payload. Another script
//! begins a stream and announces that. So every process receives the entries of a stream in order and without gaps. Once
//! it has read the stream, it knows which entry each new one follows, and answers a poll at that entry without asking
//! Redis.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use redis::{Cmd, Pipeline};

use super::wakeups::News;
use super::{AGE, Cursor, KEPT, LENGTH, Name, Names, Server, Stream};

/// The most payloads a process caches; entries refer to them, so most need not be fetched.
const REMEMBERED: usize = 256;
/// The most streams in one call of the script, since Redis serves nobody else during it.
const CALL: usize = 512;

/// KEYS: streams of one shard; then, unless the payload is stored already, its key. ARGV: the length of streams, the
/// reference, the channel, the payload, the command that announces, and how long to keep the payload, if it is to be stored. It is
/// stored only if a stream took an entry. Returns how many did.
const APPEND: &str = r"
local call, told = redis.call, {}
local streams = ARGV[6] and #KEYS - 1 or #KEYS
for i = 1, streams do
  local id = call('XADD', KEYS[i], 'NOMKSTREAM', 'MAXLEN', '~', ARGV[1], '*', 'event', ARGV[2])
  if id then
    told[#told + 1] = KEYS[i] .. ' ' .. id
  end
end
if #told > 0 then
  if ARGV[6] then call('SET', KEYS[#KEYS], ARGV[4], 'EX', ARGV[6]) end
  call(ARGV[5], ARGV[3], ARGV[2] .. '\n' .. table.concat(told, '\n') .. '\n\n' .. ARGV[4])
end
return #told
";

/// KEYS: a stream that does not exist. ARGV: its first id, how long it lives, the channel, the message's head. Fails
/// when the stream exists with entries from that id on.
const BEGIN: &str = r"
redis.call('XADD', KEYS[1], ARGV[1], 'start', '')
redis.call('EXPIRE', KEYS[1], ARGV[2])
return redis.call(ARGV[4], ARGV[3], '\n' .. KEYS[1] .. ' ' .. ARGV[1] .. '\n\n')
";

/// The name of the field that refers to a payload.
pub(super) const FIELD: &str = "event";

/// Splits the events into runs with the same payload, in order.
pub(super) fn runs(events: &[(Stream, Arc<str>)]) -> impl Iterator<Item = &[(Stream, Arc<str>)]> {
    events.chunk_by(|(_, one), (_, other)| Arc::ptr_eq(one, other) || one == other)
}

/// Returns the commands that publish one run: calls of the script, each of which answers how many streams took an entry. On
/// a Cluster, the payload is on a node of its own: the other command stores it, and must come before.
pub(super) fn append(server: &Server, reference: &str, run: &[(Stream, Arc<str>)]) -> (Option<Cmd>, Pipeline) {
    let names = &server.names;
    let mut commands = Pipeline::new();
    let payload = run.first().map_or("", |(_, payload)| payload);
    let key = names.of(Name::Payload(reference));
    let keep = (!server.is_one()).then(|| {
        let mut keep = redis::cmd("SET");
        keep.arg(&key).arg(payload).arg("EX").arg(KEPT.as_secs());
        keep
    });
    let mut shards: HashMap<u8, Vec<Stream>> = HashMap::new();
    for (stream, _) in run {
        shards.entry(server.channel(*stream)).or_default().push(*stream);
    }
    for (shard, streams) in shards {
        for streams in streams.chunks(CALL) {
            let call = commands.cmd("EVAL").arg(APPEND).arg(streams.len() + usize::from(server.is_one()));
            for stream in streams {
                call.arg(names.of(Name::Entries(*stream)));
            }
            if server.is_one() {
                call.arg(&key);
            }
            call.arg(LENGTH).arg(reference).arg(names.of(Name::News(shard))).arg(payload).arg(server.publish());
            if server.is_one() {
                call.arg(KEPT.as_secs());
            }
        }
    }
    (keep, commands)
}

/// Returns the command that begins a stream with an entry without event.
pub(super) fn begin(server: &Server, stream: Stream, id: Cursor) -> Cmd {
    let names = &server.names;
    let mut command = redis::cmd("EVAL");
    command.arg(BEGIN).arg(1).arg(names.of(Name::Entries(stream))).arg(id.to_string()).arg(AGE.as_secs());
    command.arg(names.of(Name::News(server.channel(stream)))).arg(server.publish());
    command
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Announcement {
    pub news: Vec<News>,
    /// The reference and payload of the entries; `None` when they begin their streams.
    pub event: Option<(String, Arc<str>)>,
}

/// Parses a message of the script; `None` when the text is something else.
pub(super) fn read(names: &Names, text: &str) -> Option<Announcement> {
    let (head, payload) = text.split_once("\n\n")?;
    let (reference, lines) = head.split_once('\n')?;
    let mut news = Vec::with_capacity(lines.len() / 24);
    for line in lines.split('\n') {
        let (stream, id) = line.split_once(' ')?;
        news.push(News { stream: names.stream_of(stream)?, id: id.parse().ok()? });
    }
    let event = (!reference.is_empty()).then(|| (reference.to_owned(), payload.into()));
    Some(Announcement { news, event })
}

/// A cache of the payloads this process saw last.
#[derive(Debug, Default)]
pub(super) struct Payloads(Mutex<PayloadCache>);

#[derive(Debug, Default)]
struct PayloadCache {
    payloads: HashMap<String, Arc<str>>,
    order: VecDeque<String>,
}

impl Payloads {
    fn seen(&self) -> MutexGuard<'_, PayloadCache> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, reference: &str) -> Option<Arc<str>> {
        self.seen().payloads.get(reference).cloned()
    }

    /// Stores a payload and returns it. If it was already stored, returns the stored one.
    pub(super) fn put(&self, reference: String, payload: Arc<str>) -> Arc<str> {
        let mut seen = self.seen();
        if let Some(known) = seen.payloads.get(&reference) {
            return known.clone();
        }
        if seen.order.len() >= REMEMBERED
            && let Some(oldest) = seen.order.pop_front()
        {
            seen.payloads.remove(&oldest);
        }
        seen.order.push_back(reference.clone());
        seen.payloads.insert(reference, payload.clone());
        payload
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::UserId;

    #[test]
    fn news_is_parsed_as_it_was_written_and_other_text_is_refused() {
        let names = Names::new("klatch");
        let news = |id, at: &str| News { stream: Stream::User(UserId(id)), id: at.parse().unwrap() };
        let text = "ab12\nklatch:{1}:u:1 6-0\nklatch:{1}:u:65 6-1\n\n{\"a\":\"b\\n\\nc\"}";
        let told = Announcement {
            news: vec![news(1, "6-0"), news(65, "6-1")],
            event: Some(("ab12".to_owned(), r#"{"a":"b\n\nc"}"#.into())),
        };
        assert_eq!(read(&names, text), Some(told));
        let begun = Announcement { news: vec![news(1, "5-0")], event: None };
        assert_eq!(read(&names, "\nklatch:{1}:u:1 5-0\n\n"), Some(begun));
        for text in ["", "ab12", "ab12\n\n{}", "ab12\nklatch:{1}:u:1\n\n{}", "ab12\nother:{1}:u:1 6-0\n\n{}"] {
            assert_eq!(read(&names, text), None, "{text:?}");
        }
    }

    #[test]
    fn a_run_consists_of_consecutive_equal_events() {
        let stream = |id| Stream::User(UserId(id));
        let events = [(1, "a"), (2, "a"), (1, "b"), (1, "a")].map(|(id, text)| (stream(id), Arc::from(text)));
        assert_eq!(runs(&events).map(<[_]>::len).collect::<Vec<_>>(), [2, 1, 1]);
    }

    #[test]
    fn the_oldest_payloads_are_forgotten() {
        let payloads = Payloads::default();
        for number in 0..=REMEMBERED {
            payloads.put(number.to_string(), "{}".into());
        }
        assert_eq!((payloads.get("0"), payloads.get("1")), (None, Some("{}".into())));
    }
}
