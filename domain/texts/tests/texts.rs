//! How texts are written in each language.

use texts::{Lang, Text, layout, within};

#[test]
fn a_text_is_written_in_the_language_around_it() {
    let text = layout::skip();
    assert_eq!(text.to_string(), "Skip to content");
    assert_eq!(within(Lang::De, || text.to_string()), "Zum Inhalt springen");
    assert_eq!(text.to_string(), "Skip to content", "and afterwards in the one before");
    assert_eq!(text.code(), "layout.skip");
}

#[test]
fn numbers_choose_plural_forms_and_have_separators() {
    let of = |count: i64| layout::groups_of(count, "ann");
    assert_eq!(of(0), "No groups");
    assert_eq!(of(1), "1 group of ann");
    assert_eq!(of(1_234), "1,234 groups of ann");
    assert_eq!(of(1_234).to(Lang::De), "1.234 Gruppen von ann");
}

#[test]
fn arguments_of_a_text_with_html_are_escaped() {
    let html = layout::signed_in_as("<i>&\"'");
    assert_eq!(html.to_string(), "Signed in as <b>&#60;i&#62;&#38;&#34;&#39;</b>");
    let nested = layout::signed_in_as(Text::verbatim("<i>"));
    assert_eq!(nested.to(Lang::De), "Angemeldet als <b>&#60;i&#62;</b>");
    assert_eq!(layout::signed_in_as(&html).to(Lang::En), format!("Signed in as <b>{html}</b>"));
}

#[test]
fn words_of_others_are_escaped_when_a_text_becomes_html() {
    assert_eq!(Text::verbatim("<i>").into_html().to_string(), "&#60;i&#62;");
    let nested = layout::groups_of(2, layout::signed_in_as("<i>")).into_html();
    assert_eq!(nested.to_string(), "2 groups of Signed in as <b>&#60;i&#62;</b>");
}

#[test]
fn a_text_without_arguments_is_a_part_of_something_else_in_the_current_language() {
    assert_eq!(layout::skip().words(), "Skip to content");
    assert_eq!(within(Lang::De, || layout::skip().words()), "Zum Inhalt springen");
    assert_eq!(within(Lang::Pseudo, || layout::skip().words()), "Skip to content");
    assert_eq!(layout::groups_of(2, "ann").words(), "");
}

#[test]
fn the_pseudo_locale_leaves_arguments_as_they_are() {
    let text = layout::groups_of(2, "ann").to(Lang::Pseudo);
    assert!(text.contains("2 ") && text.ends_with("ann") && !text.contains("groups"), "{text}");
}

#[test]
fn scripts_get_a_module_with_plural_forms() {
    assert_eq!(texts::script(Lang::En), None);
    let module = texts::script(Lang::De).expect("a module");
    assert!(module.contains("\"Try again\": \"Erneut versuchen\","), "{module}");
    let forms =
        "\"{count} new messages\": {\"one\": \"{count} neue Nachricht\", \"other\": \"{count} neue Nachrichten\"},";
    assert!(module.contains(forms), "{module}");
}
