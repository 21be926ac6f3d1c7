//! Compares two versions of a text, word by word.

use std::time::Duration;

use similar::{Algorithm, ChangeTag, TextDiff};

/// Time limit of one comparison; beyond it the result becomes coarser.
const PATIENCE: Duration = Duration::from_millis(200);

/// A part of a text, compared to the version before it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Piece {
    Same(String),
    Added(String),
    Removed(String),
}

/// Compares two texts word by word.
pub(crate) fn compare(before: &str, after: &str) -> Vec<Piece> {
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).timeout(PATIENCE).diff_unicode_words(before, after);
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
    use super::{Piece, compare};

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
