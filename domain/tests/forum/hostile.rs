//! Hostile text in every field.

use domain::groups::{self, GroupForm};
use domain::messages::{Target, by_person};
use domain::model::{DirectoryOrder as DiscoverOrder, Grounds, GroupKind, Profile};
use domain::moderation::bulk_delete::Span;
use domain::moderation::log::LogFilter;
use domain::moderation::reports::FromOutside;
use domain::moderation::{bulk_delete, log, reports, warnings};
use domain::people::accounts;
use domain::people::sessions::Origin;
use domain::platform::text;
use domain::policy::Viewer;
use domain::search::{self, Question};
use domain::testing::{TestForum, draft};
use domain::topics::placed;
use domain::{Error, Result, messages, topics};

use crate::id;

stories! {
    hostile_text_is_sanitized_or_refused_in_every_field,
    hostile_reasons_are_sanitized_and_the_log_accepts_any_query,
    hostile_search_queries_find_nothing_and_cause_no_error,
    invisible_characters_alone_are_not_a_title_name_or_message,
}

fn corpus() -> Vec<String> {
    let mut corpus: Vec<String> = [
        "nul\0inside",
        "\0",
        "turned \u{202e}around\u{2066}",
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "javascript:alert(1)",
        "' or 1=1 --",
        "%_\\",
        "bell\u{7} escape\u{1b}[31m",
        "line\u{2028}separator\u{2029}",
        "\u{fffe}\u{ffff}",
        "{{7*7}} ${7*7}",
    ]
    .map(String::from)
    .into();
    corpus.push("x".repeat(1_000_000));
    corpus.push("@".repeat(1_000_000));
    corpus.push("𝔘".repeat(250_000));
    corpus
}

/// Asserts that the text is accepted or refused with a reason, and never causes an internal error.
fn sanitized<T>(what: &str, text: &str, answer: Result<T>) -> Option<T> {
    match answer {
        Ok(taken) => Some(taken),
        Err(Error::Invalid(_) | Error::NotFound) => None,
        Err(error) => panic!("{what} of {:?}: {error:?}", text.chars().take(40).collect::<String>()),
    }
}

fn is_clean(html: &str) {
    for bad in ["<script", "<img src=x", "javascript:alert", "\0", "\u{202e}", "\u{2066}", "\u{1b}"] {
        let at = html.find(bad);
        let escaped = bad == "javascript:alert" && !html.contains("href=\"javascript");
        assert!(at.is_none() || escaped, "{bad:?} in {}", html.chars().take(200).collect::<String>());
    }
}

async fn hostile_text_is_sanitized_or_refused_in_every_field(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello.").await;
    for text in corpus() {
        if let Some(posted) =
            sanitized("message", &text, messages::submit(cx, mira, Target::Topic(topic.topic), draft(&text)).await)
        {
            is_clean(&placed::show(cx, mira, posted.id).await.unwrap().message.markup);
        }
        sanitized("edit", &text, messages::edit(cx, mira, topic.id, text.clone()).await);
        is_clean(&placed::show(cx, mira, topic.id).await.unwrap().message.markup);
        if let Some(posted) = sanitized(
            "title",
            &text,
            messages::submit(cx, mira, Target::NewTopic { group: garden.id, title: &text }, draft("Hello.")).await,
        ) {
            let name = topics::find(cx, mira, posted.topic).await.unwrap().topic.name;
            assert!(
                !name.chars().any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c) || c == '\n'),
                "{name:?}"
            );
        }
        sanitized("rename", &text, topics::rename(cx, mira, topic.topic, &text).await);
        let form = |name: &str, slug: &str, description: &str| GroupForm {
            slug: slug.into(),
            description: description.into(),
            ..GroupForm::new(name, GroupKind::Public)
        };
        sanitized("group", &text, groups::create(cx, mira, form(&text, "", "")).await);
        sanitized("slug", &text, groups::create(cx, mira, form("Fine", &text, "")).await);
        if let Some(changed) =
            sanitized("description", &text, groups::update(cx, mira, garden.id, form("Garden", "", &text)).await)
        {
            is_clean(&text::render(cx, &changed.description).await.unwrap());
        }
        let empty = || Profile {
            name: String::new(),
            bio: String::new(),
            location: String::new(),
            web: String::new(),
            theme: domain::model::Theme::Auto,
            language: domain::model::Language::default(),
            follow_written: true,
        };
        for profile in [
            Profile { name: text.clone(), ..empty() },
            Profile { location: text.clone(), ..empty() },
            Profile { web: format!("https://{text}"), ..empty() },
            Profile { bio: text.clone(), ..empty() },
        ] {
            sanitized("profile", &text, accounts::update_profile(cx, id(mira), profile).await);
        }
        is_clean(&by_person::profile(cx, Viewer::Anonymous, "mira").await.unwrap().bio_markup);
        let account = accounts::NewAccount {
            username: text.clone(),
            email: format!("{text}@example.org"),
            password: domain::platform::secrets::Password::new(text.clone()),
        };
        assert!(sanitized("account", &text, accounts::create(cx, account, false).await).is_none());
    }
    forum.drain().await;
}

async fn hostile_reasons_are_sanitized_and_the_log_accepts_any_query(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, boss) = (forum.person("mira").await, forum.person("noor").await, forum.site_admin("boss").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let first = forum.topic(mira, &garden, "Plums", "Hello.").await;
    let topic = first.topic;
    for (number, text) in corpus().into_iter().enumerate() {
        sanitized("warning", &text, warnings::warn(cx, boss, id(noor), &text).await);
        sanitized("warning", &text, warnings::warn_in_group(cx, mira, garden.id, id(noor), &text).await);
        forum.post(noor, topic, "Plums?").await;
        let cleared = bulk_delete::clear_group(cx, mira, garden.id, id(noor), Span::All, &text, false).await;
        sanitized("removal", &text, cleared);
        // A mailbox gets only a few receipts.
        let email = format!("reader{number}@example.org");
        let typed = FromOutside {
            grounds: Some(Grounds::Other),
            words: &text,
            name: &text,
            email: &email,
            in_good_faith: true,
        };
        let from = Origin::new(std::net::Ipv4Addr::LOCALHOST, "");
        sanitized("report", &text, reports::create_from_outside(cx, &from, first.id, typed).await);
        let named = FromOutside { words: "because", email: &text, ..typed };
        sanitized("address", &text, reports::create_from_outside(cx, &from, first.id, named).await);
        let posted = forum.post(noor, first.topic, "Pears?").await;
        sanitized("reason of a deletion", &text, messages::delete_because(cx, mira, posted.id, &text).await);
        for filter in [
            LogFilter { by: &text, ..LogFilter::default() },
            LogFilter { whom: &text, ..LogFilter::default() },
            LogFilter { group: &text, ..LogFilter::default() },
        ] {
            assert!(sanitized("search of the log", &text, log::of_admins(cx, boss, filter, None).await).is_none());
        }
    }
    forum.drain().await;
    let lines = log::of_admins(cx, boss, LogFilter::default(), None).await.unwrap().lines;
    assert!(lines.iter().any(|line| line.reason.contains("<script>")), "kept as it was typed, and escaped by the page");
    let wild = |c: char| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c) || c == '\u{2066}';
    assert!(lines.iter().all(|line| !line.reason.contains(wild)), "{lines:?}");
}

async fn hostile_search_queries_find_nothing_and_cause_no_error(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.topic(mira, &garden, "Plums", "Hello.").await;
    forum.drain().await;
    forum.catch_up().await;
    for text in corpus() {
        let question = |words: &str, group: Option<String>| Question {
            words: words.into(),
            group,
            limit: 10,
            ..Default::default()
        };
        search::ask(cx, mira, question(&text, None)).await.unwrap();
        assert!(
            sanitized("search in", &text, search::ask(cx, mira, question("x", Some(text.clone()))).await).is_none()
        );
        assert!(sanitized("slug", &text, groups::by_slug(cx, mira, &text).await).is_none());
        assert!(sanitized("topic slug", &text, topics::by_slug(cx, mira, &garden.slug, &text).await).is_none());
        assert!(sanitized("profile", &text, by_person::profile(cx, mira, &text).await).is_none());
        let wanted = |order| domain::model::DirectoryFilter { words: &text, category: None, order };
        groups::discover(cx, mira, wanted(DiscoverOrder::Recent), 0, 10).await.unwrap();
        groups::discover(cx, mira, wanted(DiscoverOrder::Popular), i64::MAX, 10).await.unwrap();
        domain::admin::people(cx, &text, None, i64::MAX, 10).await.unwrap();
        sanitized("mark", &text, domain::topics::reads::mark_shown(cx, mira, &text).await);
    }
}

async fn invisible_characters_alone_are_not_a_title_name_or_message(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello.").await;
    for nothing in ["", " \n\t ", "\u{200b}", "\u{3164}", "\u{202e} \u{feff}", "\u{2800}\u{2060}", "\0\0"] {
        crate::complaint(topics::rename(cx, mira, topic.topic, nothing).await, "title");
        crate::complaint(messages::submit(cx, mira, Target::Topic(topic.topic), draft(nothing)).await, "text");
        let form = GroupForm { slug: "fine".into(), ..GroupForm::new(nothing, GroupKind::Public) };
        crate::complaint(groups::create(cx, mira, form).await, "name");
    }
    for something in ["👩‍👩‍👧", "می‌خواهم", "é", "."] {
        let (renamed, _) = topics::rename(cx, mira, topic.topic, something).await.unwrap();
        assert_eq!(renamed.name, something, "what joins letters stays");
    }
    forum.drain().await;
}
