//! Messages to search: from a file, or invented.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Error, Result};
use std::path::Path;

use serde_json::Value;

/// A message as search sees it.
#[derive(Clone, Debug)]
pub struct Message {
    pub id: i64,
    pub topic_id: i64,
    pub title: String,
    pub text: String,
    /// In microseconds since 1970 (UTC); the order of the lines, a second apart.
    pub created_at: i64,
}

/// Reads a file with one JSON object per line: `group`, `topic` and `text` are used.
pub fn read(path: &Path) -> Result<Vec<Message>> {
    let mut topics: HashMap<(String, String), i64> = HashMap::new();
    let mut messages = Vec::new();
    for line in BufReader::new(File::open(path)?).lines() {
        let value: Value = serde_json::from_str(&line?).map_err(Error::other)?;
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let next = topics.len() as i64 + 1;
        let topic_id = *topics.entry((text("group"), text("topic"))).or_insert(next);
        let id = messages.len() as i64 + 1;
        messages.push(Message { id, topic_id, title: text("topic"), text: text("text"), created_at: id * 1_000_000 });
    }
    Ok(messages)
}

/// Numbers that look random (SplitMix64).
#[derive(Clone, Debug)]
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end.max(1) as u64) as usize
    }

    /// As `below`, but small numbers are as much more frequent as words of a language are (Zipf's law).
    pub fn zipf(&mut self, end: usize) -> usize {
        let share = self.below(1 << 30) as f64 / f64::from(1 << 30);
        ((end as f64).powf(share) - 1.0) as usize
    }
}

const BEGINS: [&str; 24] = [
    "br", "cl", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "st", "t", "tr", "v", "w", "b", "gr", "sp",
    "th", "pl", "c",
];
const VOWELS: [&str; 8] = ["a", "e", "i", "o", "u", "ea", "oo", "ai"];
const ENDS: [&str; 16] = ["n", "r", "l", "t", "nd", "st", "m", "ck", "rn", "p", "g", "lt", "b", "sh", "d", "mp"];
/// Made-up words.
const VOCABULARY: usize = 60_000;

/// Makes messages up whose words have the frequencies of a language.
pub fn made_up(count: usize, seed: u64) -> Vec<Message> {
    let mut random = Random(seed);
    let words: Vec<String> = (0..VOCABULARY)
        .map(|_| {
            let syllables = 1 + random.below(3);
            (0..syllables)
                .map(|_| {
                    let pick = |random: &mut Random, parts: &[&'static str]| parts[random.below(parts.len())];
                    [pick(&mut random, &BEGINS), pick(&mut random, &VOWELS), pick(&mut random, &ENDS)].concat()
                })
                .collect()
        })
        .collect();
    let sentence = |random: &mut Random, length: usize| {
        (0..length).map(|_| words[random.zipf(VOCABULARY)].as_str()).collect::<Vec<_>>().join(" ")
    };
    let mut title = (0, String::new());
    (1..=count as i64)
        .map(|id| {
            // Topics of 20 messages.
            if id % 20 == 1 {
                title = (id, sentence(&mut random, 4));
            }
            let length = 3 + random.below(4) * random.below(12);
            let text = sentence(&mut random, length);
            Message { id, topic_id: title.0, title: title.1.clone(), text, created_at: id * 1_000_000 }
        })
        .collect()
}
