//! News: how an event is appended to many streams at once, and how all processes hear of it.
//!
//! An event is kept once; the entries of the streams refer to it. A script appends the entries of a shard and tells on the
//! shard's channel, in the same step, which streams took one, which entry came before it in each, and what it says. So every process
//! hears of the entries of a stream in their order, and a poll whose cursor is the entry before is answered without asking Redis.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use redis::{Cmd, Pipeline};

use super::bells::News;
use super::names::shard;
use super::{KEPT, LENGTH, Name, Names, Server, Stream};

/// How many payloads a process remembers: entries refer to them, so that most need not be asked for.
const REMEMBERED: usize = 256;
/// How many streams one call of the script names: so long is nobody else served.
const CALL: usize = 512;

/// KEYS: streams of one shard. ARGV: their length, the reference, the channel, the payload, how it is told. Returns how many took an entry.
const APPEND: &str = r"
local told = {}
for i = 1, #KEYS do
  local last = redis.call('XREVRANGE', KEYS[i], '+', '-', 'COUNT', 1)[1]
  if last then
    local id = redis.call('XADD', KEYS[i], 'MAXLEN', '~', ARGV[1], '*', 'event', ARGV[2])
    told[#told + 1] = KEYS[i] .. ' ' .. last[1] .. ' ' .. id
  end
end
if #told > 0 then
  redis.call(ARGV[5], ARGV[3], ARGV[2] .. '\n' .. table.concat(told, '\n') .. '\n\n' .. ARGV[4])
end
return #told
";

/// The name of the field that refers to a payload.
pub(super) const FIELD: &str = "event";

/// The events in runs that say the same, in their order.
pub(super) fn runs(events: &[(Stream, Arc<str>)]) -> impl Iterator<Item = &[(Stream, Arc<str>)]> {
    events.chunk_by(|(_, one), (_, other)| Arc::ptr_eq(one, other) || one == other)
}

/// The commands that publish one run: first the payload is kept, then each call of the script answers how many streams took an entry.
pub(super) fn append(server: &Server, reference: &str, run: &[(Stream, Arc<str>)]) -> (Cmd, Pipeline) {
    let names = &server.names;
    let mut commands = Pipeline::new();
    let payload = run.first().map_or("", |(_, payload)| payload);
    let mut keep = redis::cmd("SET");
    keep.arg(names.of(Name::Payload(reference))).arg(payload).arg("EX").arg(KEPT.as_secs());
    let mut shards: HashMap<u8, Vec<Stream>> = HashMap::new();
    for (stream, _) in run {
        shards.entry(shard(*stream)).or_default().push(*stream);
    }
    for (shard, streams) in shards {
        for streams in streams.chunks(CALL) {
            let call = commands.cmd("EVAL").arg(APPEND).arg(streams.len());
            for stream in streams {
                call.arg(names.of(Name::Entries(*stream)));
            }
            call.arg(LENGTH).arg(reference).arg(names.of(Name::News(shard))).arg(payload).arg(server.publish());
        }
    }
    (keep, commands)
}

/// What was told on a shard's channel.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub reference: String,
    pub news: Vec<News>,
    pub payload: Arc<str>,
}

/// Reads what the script told; `None` when it is something else.
pub(super) fn read(names: &Names, text: &str) -> Option<Told> {
    let (head, payload) = text.split_once("\n\n")?;
    let (reference, lines) = head.split_once('\n')?;
    let mut news = Vec::with_capacity(lines.len() / 40);
    for line in lines.split('\n') {
        let mut words = line.split(' ');
        let stream = names.stream_of(words.next()?)?;
        let (before, id) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        news.push(News { stream, before, id });
    }
    Some(Told { reference: reference.to_owned(), news, payload: payload.into() })
}

/// The payloads that this process saw last.
#[derive(Debug, Default)]
pub(super) struct Payloads(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    payloads: HashMap<String, Arc<str>>,
    order: VecDeque<String>,
}

impl Payloads {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, reference: &str) -> Option<Arc<str>> {
        self.seen().payloads.get(reference).cloned()
    }

    /// Remembers a payload; the same one again is the one that was remembered.
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
    use crate::model::UserId;

    #[test]
    fn what_is_told_is_read_back_and_nothing_else() {
        let names = Names::new("klatch");
        let text = "ab12\nklatch:{1}:u:1 5-0 6-0\nklatch:{1}:u:65 5-1 6-1\n\n{\"a\":\"b\\n\\nc\"}";
        let news = |id, before: &str, after: &str| News {
            stream: Stream::User(UserId(id)),
            before: before.parse().unwrap(),
            id: after.parse().unwrap(),
        };
        let told = Told {
            reference: "ab12".to_owned(),
            news: vec![news(1, "5-0", "6-0"), news(65, "5-1", "6-1")],
            payload: r#"{"a":"b\n\nc"}"#.into(),
        };
        assert_eq!(read(&names, text), Some(told));
        for text in ["", "ab12", "ab12\n\n{}", "ab12\nklatch:{1}:u:1 5-0\n\n{}", "ab12\nother:{1}:u:1 5-0 6-0\n\n{}"] {
            assert_eq!(read(&names, text), None, "{text:?}");
        }
    }

    #[test]
    fn a_run_is_what_says_the_same_without_a_break() {
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
