//! Words of the index that begin like a word, or are written nearly like it.

use std::collections::HashMap;

use tantivy::query::FuzzyTermQuery;
use tantivy::schema::Field;
use tantivy::{Searcher, Term};

/// Words that are looked at in each segment for one beginning.
const MAX_BEGINNINGS: usize = 4_096;
/// Words taken as another spelling.
const MAX_SIMILAR: usize = 30;

/// A word of the index, and how many documents have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) word: String,
    pub(crate) documents: u64,
}

/// Returns the longer words that begin with `beginning`, the most frequent first.
pub(crate) fn longer(searcher: &Searcher, field: Field, beginning: &str) -> tantivy::Result<Vec<Known>> {
    let mut all = HashMap::new();
    for segment in searcher.segment_readers() {
        let inverted = segment.inverted_index(field)?;
        let mut terms = inverted.terms().range().gt(beginning.as_bytes()).into_stream()?;
        let mut looked_at = 0;
        while looked_at < MAX_BEGINNINGS && terms.advance() && terms.key().starts_with(beginning.as_bytes()) {
            looked_at += 1;
            add(&mut all, terms.key(), terms.value().doc_freq);
        }
    }
    Ok(sorted(all, |_| 0))
}

/// Returns the words that differ from `word` by a typo: by one letter from five letters on, by two from nine on, where two
/// letters in the wrong order are one. The nearest are first, and among them the most frequent.
pub(crate) fn similar(searcher: &Searcher, field: Field, word: &str) -> tantivy::Result<Vec<Known>> {
    let letters = word.chars().count();
    let distance = match letters {
        _ if !word.chars().all(char::is_alphabetic) => return Ok(Vec::new()),
        0..=4 => return Ok(Vec::new()),
        5..=8 => 1,
        _ => 2,
    };
    let query = FuzzyTermQuery::new(Term::from_field_text(field, word), distance, true);
    let automaton = query.automaton()?;
    let mut all = HashMap::new();
    for segment in searcher.segment_readers() {
        let inverted = segment.inverted_index(field)?;
        let mut terms = inverted.terms().search(&automaton).into_stream()?;
        while terms.advance() {
            if terms.key() != word.as_bytes() {
                add(&mut all, terms.key(), terms.value().doc_freq);
            }
        }
    }
    all.retain(|other, _| other.chars().all(char::is_alphabetic));
    let mut all = sorted(all, |other| differences(word, other));
    all.truncate(MAX_SIMILAR);
    Ok(all)
}

fn add(all: &mut HashMap<String, u64>, key: &[u8], documents: u32) {
    if let Ok(word) = std::str::from_utf8(key) {
        *all.entry(word.to_owned()).or_default() += u64::from(documents);
    }
}

fn sorted(all: HashMap<String, u64>, distance: impl Fn(&str) -> usize) -> Vec<Known> {
    let mut all: Vec<_> =
        all.into_iter().map(|(word, documents)| (distance(&word), Known { word, documents })).collect();
    all.sort_by(|(near, a), (far, b)| {
        near.cmp(far).then(b.documents.cmp(&a.documents)).then_with(|| a.word.cmp(&b.word))
    });
    all.into_iter().map(|(_, known)| known).collect()
}

/// Returns the least number of letters to add, drop, change or swap with their neighbour.
pub fn differences(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = change.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::differences;

    #[test]
    fn differences_are_counted() {
        let pairs =
            [("django", "django", 0), ("djagno", "django", 1), ("heron", "herons", 1), ("kitten", "sitting", 3)];
        for (a, b, expected) in pairs {
            assert_eq!(differences(a, b), expected, "{a} {b}");
        }
    }
}
