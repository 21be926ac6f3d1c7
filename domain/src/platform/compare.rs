//! Compares versions of a text, word by word.

use std::time::{Duration, Instant};

use similar::{Algorithm, ChangeTag, TextDiff};
use tokio::sync::Semaphore;

use crate::platform::error::{Error, Result};

/// Time limit of all comparisons of a page; beyond it the results become coarser.
const PATIENCE: Duration = Duration::from_millis(200);
/// The most bytes of both texts, in all comparisons of a page. Texts beyond are not compared.
pub const MAX_COMPARED: usize = 400_000;
/// How many pages are compared at once.
static PLACES: Semaphore = Semaphore::const_new(2);

/// A part of a text, compared to the version before it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Piece {
    Same(String),
    Added(String),
    Removed(String),
}

/// Compares each text with the next one, which is the version before it. The result has an entry for each text but the
/// last; `None`: the two are too long. Runs outside the async threads.
///
/// # Errors
/// [`Error::Internal`] when the work panics.
pub(crate) async fn compare_each(newest_first: Vec<String>) -> Result<Vec<Option<Vec<Piece>>>> {
    let failed = |error: &dyn std::error::Error| Error::Internal(error.to_string());
    let place = PLACES.acquire().await.map_err(|error| failed(&error))?;
    let work = move || {
        let _place = place;
        let deadline = Instant::now() + PATIENCE;
        let mut left = MAX_COMPARED;
        let compared = |(after, before): (&String, &String)| {
            left = left.checked_sub(after.len() + before.len())?;
            Some(compare(before, after, deadline))
        };
        newest_first.iter().zip(newest_first.iter().skip(1)).map(compared).collect()
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| failed(&error))
}

/// Compares two texts word by word.
fn compare(before: &str, after: &str, deadline: Instant) -> Vec<Piece> {
    let diff =
        TextDiff::configure().algorithm(Algorithm::Patience).deadline(deadline).diff_unicode_words(before, after);
    let mut pieces: Vec<Piece> = Vec::new();
    for change in diff.iter_all_changes() {
        match (change.tag(), pieces.last_mut()) {
            (ChangeTag::Equal, Some(Piece::Same(text)))
            | (ChangeTag::Insert, Some(Piece::Added(text)))
            | (ChangeTag::Delete, Some(Piece::Removed(text))) => text.push_str(change.value()),
            (ChangeTag::Equal, _) => pieces.push(Piece::Same(change.value().to_owned())),
            (ChangeTag::Insert, _) => pieces.push(Piece::Added(change.value().to_owned())),
            (ChangeTag::Delete, _) => pieces.push(Piece::Removed(change.value().to_owned())),
        }
    }
    joined(pieces)
}

/// Joins changes that only white space separates: whole phrases read better than single words.
fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
    let is_gap = |piece: &Piece| matches!(piece, Piece::Same(text) if text.trim().is_empty());
    let mut done: Vec<Piece> = Vec::new();
    let (mut removed, mut added) = (String::new(), String::new());
    let flush = |removed: &mut String, added: &mut String, done: &mut Vec<Piece>| {
        if !removed.is_empty() {
            done.push(Piece::Removed(std::mem::take(removed)));
        }
        if !added.is_empty() {
            done.push(Piece::Added(std::mem::take(added)));
        }
    };
    for (at, piece) in pieces.iter().enumerate() {
        let in_change = !(removed.is_empty() && added.is_empty());
        let before_change = pieces.get(at + 1).is_some_and(|next| !matches!(next, Piece::Same(_)));
        match piece {
            Piece::Removed(text) => removed += text,
            Piece::Added(text) => added += text,
            Piece::Same(text) if is_gap(piece) && in_change && before_change && !text.contains('\n') => {
                removed += text;
                added += text;
            }
            Piece::Same(text) => {
                flush(&mut removed, &mut added, &mut done);
                done.push(Piece::Same(text.clone()));
            }
        }
    }
    flush(&mut removed, &mut added, &mut done);
    done
}

#[cfg(test)]
mod tests {
    use super::{MAX_COMPARED, Piece, compare_each};

    fn compare(before: &str, after: &str) -> Vec<Piece> {
        super::compare(before, after, std::time::Instant::now() + super::PATIENCE)
    }

    #[tokio::test]
    async fn each_version_is_compared_with_the_one_before_it_unless_both_are_too_long() {
        let long = "word ".repeat(MAX_COMPARED / 5);
        let texts = ["one two", "one", long.as_str(), "a", "b"].map(str::to_owned).to_vec();
        let compared = compare_each(texts).await.expect("compared");
        let added = vec![Piece::Same("one".to_owned()), Piece::Added(" two".to_owned())];
        let replaced = vec![Piece::Removed("b".to_owned()), Piece::Added("a".to_owned())];
        assert_eq!(compared, [Some(added), None, None, Some(replaced)]);
        assert!(compare_each(vec!["one".to_owned()]).await.expect("compared").is_empty());
    }

    fn said(before: &str, after: &str) -> String {
        let word = |piece: Piece| match piece {
            Piece::Same(text) => text,
            Piece::Added(text) => format!("[+{text}]"),
            Piece::Removed(text) => format!("[-{text}]"),
        };
        compare(before, after).into_iter().map(word).collect()
    }

    #[test]
    fn changes_are_marked_by_words() {
        assert_eq!(said("Two herons by the river", "Three herons by the river"), "[-Two][+Three] herons by the river");
        assert_eq!(said("one", "one two"), "one[+ two]");
        assert_eq!(said("same", "same"), "same");
        assert_eq!(said("Größe und Maß", "Größe und Gewicht"), "Größe und [-Maß][+Gewicht]");
    }

    #[test]
    fn adjacent_changes_are_one_change() {
        assert_eq!(
            said("we saw an old grey heron", "we saw two young white egrets"),
            "we saw [-an old grey heron][+two young white egrets]"
        );
        assert_eq!(said("a\n\nb", "x\n\ny"), "[-a][+x]\n\n[-b][+y]");
    }

    #[test]
    fn a_comparison_contains_both_texts_and_ends_within_its_time_limit() {
        let begun = std::time::Instant::now();
        let before: String = (0..8_000).map(|n| format!("w{} ", n % 97)).collect();
        let after: String = (0..8_000).map(|n| format!("w{} ", (n * 7) % 89)).collect();
        let pieces = compare(&before, &after);
        let of = |keep: fn(&Piece) -> bool| -> String {
            pieces
                .iter()
                .filter(|piece| keep(piece))
                .map(|piece| match piece {
                    Piece::Same(text) | Piece::Added(text) | Piece::Removed(text) => text.as_str(),
                })
                .collect()
        };
        assert_eq!(of(|piece| !matches!(piece, Piece::Added(_))), before);
        assert_eq!(of(|piece| !matches!(piece, Piece::Removed(_))), after);
        assert!(begun.elapsed() < std::time::Duration::from_secs(10));
    }
}
