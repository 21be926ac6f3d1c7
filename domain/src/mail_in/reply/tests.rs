//! Replies as mail programs write them. The emails are in `domain/tests/replies`, each beside the text that its author wrote.

use std::path::{Path, PathBuf};

use mail_parser::MessageParser;

use super::written;
use crate::mail_in::body;

fn emails() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replies");
    let paths = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file").path());
    let mut emails: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "eml")).collect();
    emails.sort();
    emails
}

#[test]
fn the_reply_is_whole_and_the_quote_is_gone() {
    let emails = emails();
    let mut wrong = Vec::new();
    for path in &emails {
        let source = std::fs::read(path).expect("an email");
        let mail = MessageParser::default().parse(&source).expect("an email");
        let found = body::read(&mail).text;
        let expected = std::fs::read_to_string(path.with_extension("txt")).expect("its text");
        if found != expected.trim_end_matches('\n') {
            wrong.push(format!("{}:\n{found}\n--- instead of ---\n{expected}", path.display()));
        }
    }
    assert!(emails.len() >= 40, "{}", emails.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), emails.len(), wrong.join("\n\n"));
}

#[test]
fn a_text_without_a_quote_stays() {
    for text in [
        "One\n\ntwo",
        "# Title\n\n- a\n- b\n\n```\ncode\n```",
        "A rule:\n\n---\n\nbelow it",
        "On balance, Ann wrote:\nnothing of value.",
        "From: is a word\nTo: me\nit is",
        "I wrote: at 10:12, remember\n\nIt was sent from Berlin\nSent from the heart",
        "Either ↑ or ↓",
        "_ _ _",
    ] {
        assert_eq!(written(text), text);
    }
    assert_eq!(written(""), "");
    assert_eq!(written("\n \n"), "");
}

#[test]
fn a_signature_ends_the_text() {
    assert_eq!(written("Yes.\n-- \nAnn\n\nOn 2026-03-03 Ben wrote:\n> q"), "Yes.");
    assert_eq!(written("Yes.\n--\nAnn"), "Yes.");
    let long = format!("Yes.\n--\n{}", "More\n".repeat(9));
    assert!(written(&long).ends_with("More"), "two dashes may be the author's own");
    assert_eq!(written("-- \nAnn"), "--\nAnn");
}

#[test]
fn answers_between_quotes_keep_them() {
    let text = "Hi\n\nOn 3/3/26 10:12, Ben wrote:\n> One\n>> deeper\n\nYes.\n\n> Two\nNo.\n\n> Three\n";
    assert_eq!(written(text), "Hi\n\n> One\n> > deeper\n\nYes.\n\n> Two\n\nNo.");
    // One quote and one text: the email is answered as a whole.
    assert_eq!(written("On 3/3/26 10:12, Ben wrote:\n> One\n> two\n\nYes."), "Yes.");
}

#[test]
fn the_mark_of_our_emails_ends_the_text_in_any_language() {
    for mark in ["↑ Reply above this line to post in the topic ↑", "↑ Antworte über dieser Zeile ↑"] {
        assert_eq!(written(&format!("Yes.\n\nBen, quoted somehow\n{mark}\nHello ann")), "Yes.\n\nBen, quoted somehow");
        assert_eq!(written(&format!("Yes.\nOn 3/3/26 10:12, Ben wrote:\n{mark}\nHello ann")), "Yes.");
        assert_eq!(written(&format!("> {mark}\n> Hello ann\n\nYes.")), "Yes.");
    }
}

#[test]
fn hostile_texts_are_read_quickly() {
    for text in [
        "> ".repeat(200_000),
        ">".repeat(400_000),
        "On 10:12 @\n".repeat(40_000),
        "On 10:12 @ wrote:\n".repeat(20_000),
        "From: a\nTo: b\n".repeat(20_000),
        "-- \n".repeat(50_000),
        "--\n".repeat(50_000),
        "a\n> b\n".repeat(50_000),
        "<div class=\"gmail_signature\">".repeat(10_000),
        "gmail_signature ".repeat(50_000),
        "<".repeat(400_000),
    ] {
        let begun = std::time::Instant::now();
        let _ = written(&text);
        let _ = super::html::written(&text);
        assert!(begun.elapsed().as_secs() < 20, "{}", &text[..20]);
    }
}
