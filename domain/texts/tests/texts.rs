//! How texts are written in each language.

use texts::{Lang, Text, layout, search, within};

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
    assert_eq!(search::more_in_topic(1), "1 more result in this topic");
    assert_eq!(search::more_in_topic(1_234), "1,234 more results in this topic");
    assert_eq!(search::more_in_topic(1_234).to(Lang::De), "1.234 weitere Treffer in diesem Thema");
    // Exact numbers come before plural forms.
    assert!(search::loose(0).to(Lang::En).starts_with("No results contain"));
    assert!(search::loose(1).to(Lang::En).starts_with("One result contains"));
    assert!(search::loose(2).to(Lang::De).starts_with("2 Treffer enthalten"));
}

#[test]
fn arguments_of_a_text_with_html_are_escaped() {
    let html = search::did_you_mean("/search?q=a&b", "<i>&\"'");
    let link = "<a href=\"/search?q=a&#38;b\">&#60;i&#62;&#38;&#34;&#39;</a>";
    assert_eq!(html.to_string(), format!("Did you mean {link}?"));
    let nested = search::did_you_mean("/", Text::verbatim("<i>"));
    assert_eq!(nested.to(Lang::De), "Meintest du <a href=\"/\">&#60;i&#62;</a>?");
    assert_eq!(search::did_you_mean("/", &html).to(Lang::En), format!("Did you mean <a href=\"/\">{html}</a>?"));
}

#[test]
fn words_of_others_are_escaped_when_a_text_becomes_html() {
    assert_eq!(Text::verbatim("<i>").into_html().to_string(), "&#60;i&#62;");
    let nested = layout::back_to(layout::page_link("rules", "<i>")).into_html();
    let link = "<a href=\"/-/pages/rules\" target=\"_blank\">&#60;i&#62;</a>";
    assert_eq!(nested.to_string(), format!("Back to {link}"));
}

#[test]
fn a_text_without_arguments_is_a_part_of_something_else_in_the_current_language() {
    assert_eq!(layout::skip().words(), "Skip to content");
    assert_eq!(within(Lang::De, || layout::skip().words()), "Zum Inhalt springen");
    assert_eq!(within(Lang::Pseudo, || layout::skip().words()), "Skip to content");
    assert_eq!(layout::back_to("ann").words(), "");
}

#[test]
fn the_pseudo_locale_leaves_arguments_as_they_are() {
    let text = layout::back_to("ann").to(Lang::Pseudo);
    assert!(text.ends_with(" ann") && !text.contains("Back"), "{text}");
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
