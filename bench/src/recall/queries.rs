//! Queries for known messages.

use std::collections::{HashMap, HashSet};

use super::corpus::{Message, Random};

/// What is done to three of a message's rarer words.
pub const KINDS: [&str; 6] = [
    "three words",
    "one in the other number",
    "one typo",
    "last word cut off",
    "one word too many",
    "one word of the title",
];

/// A query.
#[derive(Clone, Debug)]
pub struct TestQuery {
    pub text: String,
    pub words: Vec<String>,
}

/// A message that is looked for.
#[derive(Clone, Debug)]
pub struct Item {
    pub id: i64,
    /// In the order of [`KINDS`].
    pub asked: Vec<TestQuery>,
}

/// Words are taken from this many of the rarest of a message.
const RARER: usize = 6;

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| (4..=24).contains(&word.chars().count()));
    words.map(str::to_lowercase).filter(|word| word.is_ascii()).collect()
}

/// Chooses messages, and makes the queries.
pub fn choose(messages: &[Message], count: usize, seed: u64) -> Vec<Item> {
    let mut documents: HashMap<String, usize> = HashMap::new();
    for message in messages {
        for word in words(&message.text).into_iter().collect::<HashSet<_>>() {
            *documents.entry(word).or_default() += 1;
        }
    }
    let known: Vec<&String> = {
        let mut known: Vec<_> = documents.iter().filter(|(_, count)| **count > 20).map(|(word, _)| word).collect();
        known.sort();
        known
    };
    let mut random = Random(seed);
    let mut items = Vec::new();
    let mut seen = HashSet::new();
    for _ in 0..count * 200 {
        if items.len() == count || messages.is_empty() || known.is_empty() {
            break;
        }
        let message = &messages[random.below(messages.len())];
        let mut own: Vec<String> = words(&message.text).into_iter().collect::<HashSet<_>>().into_iter().collect();
        own.sort_by_key(|word| (documents[word], word.clone()));
        own.truncate(RARER);
        let title: Vec<String> =
            words(&message.title).into_iter().filter(|word| !words(&message.text).contains(word)).collect();
        if own.len() < 3 || title.is_empty() || !own.iter().any(|word| word.len() > 5) || !seen.insert(message.id) {
            continue;
        }
        let mut three = Vec::new();
        while three.len() < 3 {
            three.push(own.remove(random.below(own.len())));
        }
        // A word that is long enough for a typo stands last, where it can be cut off too.
        three.sort_by_key(String::len);
        let asked = |words: Vec<String>| TestQuery { text: words.join(" "), words };
        let changed = |at: usize, word: String| {
            let mut words = three.clone();
            words[at] = word;
            asked(words)
        };
        let longest = &three[2];
        let mut more = three.clone();
        more.insert(random.below(3), known[random.below(known.len())].clone());
        let at = random.below(3);
        let number = changed(at, other_number(&three[at]));
        let typo = changed(2, typo(longest, &mut random));
        let cut = changed(2, longest[..longest.len() - longest.len() / 3].to_owned());
        let titled = changed(random.below(3), title[random.below(title.len())].clone());
        items.push(Item { id: message.id, asked: vec![asked(three.clone()), number, typo, cut, asked(more), titled] });
    }
    items
}

fn other_number(word: &str) -> String {
    match word {
        _ if word.ends_with("ss") => format!("{word}es"),
        _ if word.ends_with("ies") => format!("{}y", &word[..word.len() - 3]),
        _ if word.ends_with('s') => word[..word.len() - 1].to_owned(),
        _ if word.ends_with(['x', 'z']) || word.ends_with("ch") || word.ends_with("sh") => format!("{word}es"),
        _ if word.ends_with('y') && !word.ends_with(['a', 'e', 'o']) => format!("{}ies", &word[..word.len() - 1]),
        _ => format!("{word}s"),
    }
}

/// Drops, doubles, changes or swaps letters.
fn typo(word: &str, random: &mut Random) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = 1 + random.below(letters.len() - 2);
    match random.below(4) {
        0 => {
            letters.remove(at);
        }
        1 => letters.insert(at, letters[at]),
        2 => letters[at] = char::from(b'a' + random.below(26) as u8),
        _ => letters.swap(at, at + 1),
    }
    letters.into_iter().collect()
}
