//! `@name`: whom it means, and whom it mentions.

use super::super::{NAMES_MAX, Node, Site, mentions, parse};
use super::{SITE, html, nodes, stays_text};

const ADA: &str = r#"<a href="/users/Ada/">@Ada</a>"#;

fn names(raw: &str) -> Vec<String> {
    parse(raw, &SITE).usernames().to_vec()
}

#[test]
fn a_mention_shows_the_name_as_its_owner_spells_it() {
    assert_eq!(html("@aDA"), ADA);
}

#[test]
fn an_unknown_name_and_the_text_around_it_stay_text() {
    stays_text("hello @nobody, and @nobody.");
}

#[test]
fn a_mention_cannot_begin_inside_a_word() {
    for raw in
        ["(@ada)", ".@ada", "\"@ada\"", "你好@ada", "@ada你好", "/@ada", "–@ada", "@ada's", "@ada: yes", "`x`@ada"]
    {
        assert!(html(raw).contains(ADA), "{raw}");
    }
    for raw in ["x@ada", "9@ada", "é@ada", "a_@ada", "@@ada", "@adaé", "@ada@mastodon", "me@ada.example@x"] {
        stays_text(raw);
    }
}

#[test]
fn a_dot_after_a_name_ends_the_sentence() {
    assert_eq!(html("ask @ada."), format!("ask {ADA}."));
    assert_eq!(html("ask @ada..."), format!("ask {ADA}..."));
    assert_eq!(names("@ada. @Ada"), ["ada.", "ada"]);
}

#[test]
fn a_dot_belongs_to_a_name_that_exists_with_it() {
    assert_eq!(html("@dot."), r#"<a href="/users/dot./">@dot.</a>"#);
    assert_eq!(html("@dot.."), r#"<a href="/users/dot./">@dot.</a>."#);
}

#[test]
fn a_mention_node_contains_only_the_space_before_the_name() {
    let markups: Vec<_> = nodes("a  @ada\n@ada").iter().map(|node| node.markup().to_owned()).collect();
    assert_eq!(markups, ["a ".to_owned(), format!(" {ADA}"), "<br>".to_owned(), ADA.to_owned()]);
}

#[test]
fn each_name_is_looked_up_once_in_lower_case() {
    assert_eq!(names("@Ada @ada **@SIMONW** [@label](http://a.example/)"), ["ada", "simonw"]);
}

#[test]
fn a_name_that_is_too_long_is_not_a_mention() {
    assert_eq!(names(&format!("@{}", "a".repeat(30))).len(), 1);
    assert_eq!(names(&format!("@{}", "a".repeat(31))).len(), 0);
    assert_eq!(names(&format!("@{}...", "a".repeat(30))), ["a".repeat(30)]);
    assert_eq!(names("@ @. @- @..."), Vec::<String>::new());
}

#[test]
fn the_mentions_of_a_message_are_capped() {
    let raw: String = (0..1_000).map(|number| format!("@user{number}. ")).collect();
    let names = names(&raw);
    assert_eq!(names.len(), 2 * NAMES_MAX);
    assert_eq!(&names[..2], ["user0.", "user0"]);
}

#[test]
fn names_in_code_are_not_mentions() {
    assert_eq!(names("`@ada` and\n```\n@ada\n```"), Vec::<String>::new());
}

#[test]
fn names_in_quotes_are_links_but_not_mentions() {
    let nodes = nodes("> @ada said\n\n@simonw yes");
    assert!(nodes[0].markup().contains(ADA));
    assert_eq!(mentions(&nodes), [56]);
    assert_eq!(names("> @ada said\n> > @ericflo said\n\n@simonw yes"), ["simonw", "ada", "ericflo"]);
}

#[test]
fn names_in_emphasis_are_mentions() {
    let nodes = nodes("*hi @ada* **hi _@simonw_**");
    assert!(matches!(&nodes[0], Node::Emphasis { mentions, .. } if *mentions == [7]));
    assert!(matches!(&nodes[2], Node::Strong { mentions, .. } if *mentions == [56]));
    assert_eq!(mentions(&nodes), [7, 56]);
}

#[test]
fn an_underscore_after_a_name_ends_emphasis_first() {
    assert_eq!(html("_@ada_"), format!("<em>{ADA}</em>"));
    assert_eq!(html("@under_"), r#"<a href="/users/under_/">@under_</a>"#);
}

#[test]
fn names_in_addresses_are_part_of_the_address() {
    assert_eq!(names("http://a.example/@ada me@ada.example www.a.example/@ada"), Vec::<String>::new());
    assert_eq!(parse("hi \\@ada", &Site { base_url: "" }).usernames(), Vec::<String>::new());
}
