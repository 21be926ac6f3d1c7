//! Excerpts of found texts.

use search_index::Highlighter;

/// Returns the excerpt, with the hits in brackets.
fn shown(query: &str, text: &str, max_chars: usize) -> String {
    let fragments = Highlighter::new(query).highlight(text, max_chars);
    let alternate = fragments.windows(2).all(|pair| pair[0].hit != pair[1].hit || pair[0].hit);
    assert!(alternate, "{fragments:?}");
    let marked = fragments.iter().map(|fragment| match fragment.hit {
        true => format!("[{}]", fragment.text),
        false => fragment.text.clone(),
    });
    marked.collect()
}

#[test]
fn matching_words_are_marked_whole_and_folded() {
    assert_eq!(shown("cafe", "Au Café, un café? cafeteria", 99), "Au [Café], un [café]? [cafeteria]");
    assert_eq!(shown("CAFÉ", "cafe\u{301}!", 99), "[cafe\u{301}]!");
}

#[test]
fn forms_and_identifiers_are_marked() {
    assert_eq!(shown("heron nest", "Two herons at their nests, hero", 99), "Two [herons] at their [nests], hero");
    assert_eq!(shown("simp_lemma here", "a simp_lemma there", 99), "a [simp_lemma] there");
    assert_eq!(shown("c++ c", "C++ or C", 99), "[C++] or [C]");
    assert_eq!(shown("c++ x", "C++ or C", 99), "[C++] or C");
}

#[test]
fn a_phrase_is_marked_as_one_and_only_where_it_matches() {
    let text = "tea, green. Green tea and more tea";
    assert_eq!(shown("\"green tea\"", text, 99), "tea, green. [Green tea] and more tea");
    assert_eq!(shown("\"green tea\" tea", text, 99), "[tea], green. [Green tea] and more [tea]");
}

#[test]
fn parts_of_unspaced_sentences_are_marked() {
    assert_eq!(shown("東京", "私は東京に住む", 99), "私は[東京]に住む");
}

#[test]
fn excluded_words_are_not_marked() {
    assert_eq!(shown("tea -coffee", "tea or coffee", 99), "[tea] or coffee");
}

#[test]
fn the_excerpt_shows_the_part_with_the_most_different_words() {
    let text = format!("{}needle one {}needle and thread {}", "hay ".repeat(40), "hay ".repeat(40), "hay ".repeat(40));
    let part = shown("needle thread", &text, 40);
    assert!(part.contains("[needle] and [thread]"), "{part}");
    assert!(part.starts_with("…hay") && part.ends_with("hay…"), "{part}");
}

#[test]
fn an_excerpt_is_cut_between_words() {
    let text = "alpha bravo charlie delta echo foxtrot golf hotel india";
    assert_eq!(shown("echo", text, 24), "…delta [echo] foxtrot golf…");
    assert_eq!(shown("alpha", text, 14), "[alpha] bravo…");
    assert_eq!(shown("india", text, 14), "…hotel [india]");
    assert_eq!(shown("nowhere", text, 14), "alpha bravo…");
}

#[test]
fn a_text_of_one_endless_word_is_still_cut() {
    let text = "x".repeat(500);
    assert_eq!(shown("word", &text, 10), format!("{}…", "x".repeat(10)));
}

#[test]
fn excerpts_respect_the_length_and_character_boundaries() {
    let text = "Über 東京 naïve 👩‍🚀 \"quoted\" words, and e\u{301}lan; ".repeat(20);
    for query in ["naive", "東京", "\"quoted words\"", "elan words", "nothing", ""] {
        for max_chars in 0..120 {
            let fragments = Highlighter::new(query).highlight(&text, max_chars);
            let part: String = fragments.into_iter().map(|fragment| fragment.text).collect();
            assert!(part.trim_matches('…').chars().count() <= max_chars, "{query} {max_chars}: {part}");
            assert!(text.contains(part.trim_matches('…')));
        }
    }
}

#[test]
fn an_empty_text_shows_nothing() {
    assert_eq!(shown("word", "", 10), "");
    assert_eq!(Highlighter::new("Night \"Night Train\"").terms(), ["night", "night train"]);
}
