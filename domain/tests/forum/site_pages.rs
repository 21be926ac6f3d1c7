//! The pages of the site that admins write: versions, history, and what people accept.

use std::time::Duration;

use ::texts::Lang;
use domain::model::{Consent, Language, LogAction, PageVersion, SitePage};
use domain::people::accounts::{Credentials, NewAccount};
use domain::people::sessions::Origin;
use domain::people::{account_deletion, accounts, consent, export, sessions};
use domain::platform::caches::sessions::Session;
use domain::platform::secrets::Password;
use domain::policy::Viewer;
use domain::site::pages::{self, NewText, Shown};
use domain::testing::{PASSWORD, TestForum};
use domain::{Context, Error, Result, site};
use futures_util::TryStreamExt;
use serde_json::Value;

use crate::tables::{ints, texts};
use crate::{complaint, id, is_not_found};

stories! {
    some_pages_come_with_a_text_and_others_begin_with_their_first_version,
    a_default_text_is_in_the_language_of_each_reader_until_an_admin_changes_it,
    a_site_in_german_keeps_german_default_texts,
    each_version_is_kept_and_can_be_published_again,
    of_two_admins_who_edit_a_page_the_second_is_told,
    only_admins_change_pages_and_see_their_history,
    a_long_history_has_several_parts,
    new_members_accept_what_admins_chose,
    members_are_asked_again_until_they_accept_and_are_not_locked_out,
    settings_of_the_look_are_checked,
}

fn origin() -> Origin {
    Origin::new([203, 0, 113, 7], "Test/1")
}

async fn publish(cx: &Context, who: Viewer, page: SitePage, text: &str) -> Result<Option<i64>> {
    pages::publish(cx, who, page, NewText { text, base: None, asks_again: false }).await
}

async fn footer(cx: &Context) -> Vec<(SitePage, i64)> {
    site::current(cx).await.pages.iter().map(|current| (current.page, current.version)).collect()
}

async fn must_accept(forum: &TestForum, boss: Viewer, pages: &[SitePage]) -> Result<()> {
    let settings = site::settings(&forum.cx).await.unwrap();
    site::update(&forum.cx, boss, site::Settings { must_accept: pages.to_vec(), ..settings }).await
}

async fn sign_up(cx: &Context, name: &str, accept: &str) -> Result<Session> {
    let new = NewAccount { username: name.into(), email: String::new(), password: Password::new(PASSWORD) };
    let with = Credentials { accept: accept.into(), ..Credentials::default() };
    let token = accounts::sign_up(cx, new, &with, &origin()).await?;
    Ok(sessions::opened(cx, &token).await?.expect("a session"))
}

async fn some_pages_come_with_a_text_and_others_begin_with_their_first_version(forum: TestForum) {
    let cx = &forum.cx;
    let boss = forum.site_admin("boss").await;
    let defaults = [(SitePage::About, 0), (SitePage::Rules, 0), (SitePage::Privacy, 0)];
    assert_eq!(footer(cx).await, defaults);
    for (page, _) in defaults {
        let mut parts = Vec::new();
        for lang in Lang::ALL {
            let Shown { version, text, markup, changed_at, .. } = pages::show(cx, page, lang).await.unwrap();
            assert_eq!((version, text.as_str(), changed_at), (0, pages::default_text(page, lang), None));
            assert!(markup.contains("<h2>") && !markup.contains("<h4>"), "{page}: {markup}");
            assert!(!text.contains("\n  "), "{page}: a line break in a sentence would be shown");
            parts.push((markup.matches("<h2>").count(), markup.matches("<li>").count()));
        }
        assert!(parts.windows(2).all(|pair| pair[0] == pair[1]), "{page}: a translation has other parts: {parts:?}");
        assert_ne!(pages::default_text(page, Lang::De), pages::default_text(page, Lang::En), "{page}");
    }
    for page in [SitePage::Terms, SitePage::Imprint, SitePage::Contact] {
        assert!(is_not_found(pages::show(cx, page, Lang::De).await), "{page}");
        assert_eq!(pages::edit(cx, boss, page, Lang::En).await.unwrap().raw, "", "the form begins empty");
    }
    assert_eq!(publish(cx, boss, SitePage::Imprint, " # We\r\nThe *valley* \n").await.unwrap(), Some(1));
    let shown = pages::show(cx, SitePage::Imprint, Lang::De).await.unwrap();
    assert_eq!((shown.version, shown.text.as_str()), (1, "# We\nThe *valley*"));
    assert!(shown.markup.starts_with("<h2>We</h2>") && shown.markup.contains("<em>valley</em>"), "{}", shown.markup);
    assert_eq!(footer(cx).await.last(), Some(&(SitePage::Imprint, 1)), "at once in the footer");
    // An empty text removes a page, also one that comes with a text.
    publish(cx, boss, SitePage::About, " \n\u{200b}").await.unwrap();
    assert!(is_not_found(pages::show(cx, SitePage::About, Lang::De).await));
    assert!(!footer(cx).await.iter().any(|(page, _)| *page == SitePage::About));
    complaint(publish(cx, boss, SitePage::About, &"x".repeat(pages::MAX_TEXT + 1)).await, "text");
}

async fn a_default_text_is_in_the_language_of_each_reader_until_an_admin_changes_it(forum: TestForum) {
    let cx = &forum.cx;
    let boss = forum.site_admin("boss").await;
    let default = |lang| pages::default_text(SitePage::Rules, lang);
    for lang in Lang::CHOICES {
        let shown = pages::edit(cx, boss, SitePage::Rules, lang).await.unwrap();
        assert_eq!((shown.version, shown.raw.as_str()), (0, default(lang)), "the form has the text that is shown");
        assert_eq!(publish(cx, boss, SitePage::Rules, default(lang)).await.unwrap(), None, "nothing was changed");
    }
    must_accept(&forum, boss, &[SitePage::Rules]).await.unwrap();
    for lang in Lang::CHOICES {
        let shown = pages::show(cx, SitePage::Rules, lang).await.unwrap();
        assert_eq!((shown.version, shown.text.as_str()), (1, default(lang)), "nobody changed what is stored");
        assert_eq!(pages::edit(cx, boss, SitePage::Rules, lang).await.unwrap().raw, default(lang));
        assert_eq!(pages::version(cx, boss, SitePage::Rules, 1, lang).await.unwrap().raw, default(lang));
        assert_eq!(publish(cx, boss, SitePage::Rules, default(lang)).await.unwrap(), None, "{lang:?}");
    }
    let changed = format!("{}\n\nSei pünktlich.", default(Lang::De));
    assert_eq!(publish(cx, boss, SitePage::Rules, &changed).await.unwrap(), Some(2));
    for lang in Lang::CHOICES {
        let shown = pages::show(cx, SitePage::Rules, lang).await.unwrap();
        assert_eq!(shown.text, changed, "a version that an admin wrote has one text for all readers");
        assert_eq!(pages::edit(cx, boss, SitePage::Rules, lang).await.unwrap().raw, changed);
    }
}

async fn a_site_in_german_keeps_german_default_texts(forum: TestForum) {
    let cx = &forum.cx;
    let boss = forum.site_admin("boss").await;
    let settings = site::settings(cx).await.unwrap();
    let german = Language(Some(Lang::De));
    let must_accept = vec![SitePage::Rules];
    site::update(cx, boss, site::Settings { language: german, must_accept, ..settings }).await.unwrap();
    publish(cx, boss, SitePage::Privacy, "Wir speichern nichts.").await.unwrap();
    assert_eq!(pages::restore(cx, boss, SitePage::Privacy, 0).await.unwrap(), Some(2));
    let stored = "select raw from site_pages where slug = 'rules' or version = 2 order by slug";
    let expected = [SitePage::Privacy, SitePage::Rules].map(|page| pages::default_text(page, Lang::De));
    assert_eq!(texts(&forum, stored).await, expected);
    let shown = pages::show(cx, SitePage::Rules, Lang::En).await.unwrap();
    assert_eq!(shown.text, pages::default_text(SitePage::Rules, Lang::En), "readers see it in their language");
}

async fn each_version_is_kept_and_can_be_published_again(forum: TestForum) {
    let cx = &forum.cx;
    let (boss, chief) = (forum.site_admin("boss").await, forum.site_admin("chief").await);
    assert_eq!(publish(cx, boss, SitePage::Rules, "Be kind.").await.unwrap(), Some(1));
    assert_eq!(publish(cx, boss, SitePage::Rules, "Be kind.\n").await.unwrap(), None, "the same");
    forum.pass(Duration::from_secs(60));
    assert_eq!(publish(cx, chief, SitePage::Rules, "Be very kind.").await.unwrap(), Some(2));
    let (rows, has_more) = pages::history(cx, boss, SitePage::Rules, i64::MAX).await.unwrap();
    let told: Vec<_> = rows.iter().map(|row| (row.version, row.author.as_deref())).collect();
    assert_eq!((told, has_more), (vec![(2, Some("chief")), (1, Some("boss")), (0, None)], false));
    assert!(rows[0].created_at > rows[1].created_at && rows[2].created_at.is_none());
    let PageVersion { raw, .. } = pages::version(cx, boss, SitePage::Rules, 1, Lang::En).await.unwrap();
    assert_eq!(raw, "Be kind.");
    assert_eq!(pages::restore(cx, boss, SitePage::Rules, 1).await.unwrap(), Some(3));
    assert_eq!(pages::restore(cx, boss, SitePage::Rules, 3).await.unwrap(), None, "it is the current one");
    assert_eq!(pages::restore(cx, boss, SitePage::Rules, 0).await.unwrap(), Some(4));
    for lang in Lang::CHOICES {
        let shown = pages::show(cx, SitePage::Rules, lang).await.unwrap();
        assert_eq!((shown.version, shown.text.as_str()), (4, pages::default_text(SitePage::Rules, lang)));
    }
    assert!(is_not_found(pages::restore(cx, boss, SitePage::Rules, 5).await));
    assert!(is_not_found(pages::version(cx, boss, SitePage::Terms, 0, Lang::En).await), "it has no text of its own");
    let what = LogAction::SitePageChanged.as_str();
    let log = texts(&forum, &format!("select detail from audit_log where what = '{what}' order by id")).await;
    let expected = [
        "rules, version 1",
        "rules, version 2",
        "rules, version 3, as version 1",
        "rules, version 4, the default text",
    ];
    assert_eq!(log, expected);
}

async fn of_two_admins_who_edit_a_page_the_second_is_told(forum: TestForum) {
    let cx = &forum.cx;
    let (boss, chief) = (forum.site_admin("boss").await, forum.site_admin("chief").await);
    let base = Some(pages::edit(cx, boss, SitePage::Contact, Lang::En).await.unwrap().version);
    let new = |text| NewText { text, base, asks_again: false };
    pages::publish(cx, boss, SitePage::Contact, new("Write to boss.")).await.unwrap();
    let refused = pages::publish(cx, chief, SitePage::Contact, new("Write to chief.")).await;
    assert!(matches!(refused, Err(domain::Error::Changed)));
    assert_eq!(pages::show(cx, SitePage::Contact, Lang::En).await.unwrap().text, "Write to boss.");
    let again = NewText { base: Some(1), ..new("Write to chief.") };
    assert_eq!(pages::publish(cx, chief, SitePage::Contact, again).await.unwrap(), Some(2));
}

async fn only_admins_change_pages_and_see_their_history(forum: TestForum) {
    let cx = &forum.cx;
    let (boss, mira) = (forum.site_admin("boss").await, forum.person("mira").await);
    for who in [mira, Viewer::User { id: id(mira), is_admin: true }] {
        assert!(is_not_found(publish(cx, who, SitePage::Rules, "Mine.").await), "also with an outdated session");
        assert!(is_not_found(pages::restore(cx, who, SitePage::Rules, 0).await));
    }
    assert!(is_not_found(pages::edit(cx, mira, SitePage::Rules, Lang::En).await));
    assert!(is_not_found(pages::version(cx, mira, SitePage::Rules, 0, Lang::En).await));
    assert!(is_not_found(pages::history(cx, mira, SitePage::Rules, i64::MAX).await));
    assert!(is_not_found(pages::preview(cx, mira, "Hello").await));
    assert!(matches!(publish(cx, Viewer::Anonymous, SitePage::Rules, "Mine.").await, Err(Error::SignedOut)));
    assert_eq!(pages::preview(cx, boss, "# Hello").await.unwrap(), "<h2>Hello</h2>");
    assert_eq!(ints(&forum, "select count(*) from site_pages").await, [[0]]);
}

async fn a_long_history_has_several_parts(forum: TestForum) {
    let cx = &forum.cx;
    let boss = forum.site_admin("boss").await;
    let many = pages::LIST_LIMIT as i64 + 2;
    for number in 1..=many {
        assert_eq!(publish(cx, boss, SitePage::Rules, &format!("Rule {number}")).await.unwrap(), Some(number));
    }
    let (first, has_more) = pages::history(cx, boss, SitePage::Rules, i64::MAX).await.unwrap();
    assert!(has_more && first.len() == pages::LIST_LIMIT);
    let last = first.last().unwrap().version;
    let (second, has_more) = pages::history(cx, boss, SitePage::Rules, last).await.unwrap();
    assert_eq!(second.iter().map(|row| row.version).collect::<Vec<_>>(), [2, 1, 0]);
    assert!(!has_more);
}

async fn new_members_accept_what_admins_chose(forum: TestForum) {
    let cx = &forum.cx;
    let boss = forum.site_admin("boss").await;
    sign_up(cx, "early", "").await.unwrap();
    for page in [SitePage::Terms, SitePage::About] {
        complaint(must_accept(&forum, boss, &[page]).await, "must_accept");
    }
    must_accept(&forum, boss, &[SitePage::Privacy, SitePage::Rules, SitePage::Rules]).await.unwrap();
    let asked = pages::to_accept(site::current(cx).await.as_ref());
    assert_eq!(
        asked,
        Consent(vec![(SitePage::Rules, 1), (SitePage::Privacy, 1)]),
        "a default text is kept as version 1"
    );
    let stored = "select raw from site_pages where slug = 'rules'";
    assert_eq!(texts(&forum, stored).await, [pages::default_text(SitePage::Rules, Lang::En)], "in the site's language");
    assert!(complaint(sign_up(cx, "late", "").await, "accept").contains("rules and the privacy policy"));
    publish(cx, boss, SitePage::Rules, "Be kind.").await.unwrap();
    complaint(sign_up(cx, "late", &asked.to_string()).await, "accept");
    assert_eq!(ints(&forum, "select count(*) from acceptances").await, [[0]], "nothing was stored");
    let late = sign_up(cx, "late", "rules.2 privacy.1").await.unwrap();
    let pieces: Vec<String> = export::download(cx, late.person.id).await.unwrap().try_collect().await.unwrap();
    let lines: Vec<Value> = pieces.concat().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let accepted: Vec<_> = lines.iter().filter(|line| line["type"] == "acceptance").collect();
    assert_eq!(accepted.len(), 2);
    assert!(accepted.iter().all(|line| line["accepted_at"].is_string()));
    assert!(accepted.iter().any(|line| line["page"] == "rules" && line["version"] == 2), "{accepted:?}");
    // A page that is removed is asked of nobody.
    publish(cx, boss, SitePage::Rules, "").await.unwrap();
    sign_up(cx, "later", "privacy.1").await.unwrap();
    account_deletion::delete(cx, late.person.id, Password::new(PASSWORD), false).await.unwrap();
    forum.drain().await;
    assert_eq!(ints(&forum, "select count(*) from acceptances").await, [[1]], "the deleted account's are gone");
}

async fn members_are_asked_again_until_they_accept_and_are_not_locked_out(forum: TestForum) {
    let cx = &forum.cx;
    let boss = forum.site_admin("boss").await;
    let mira = forum.person("mira").await;
    let token = sessions::open(cx, id(mira), &origin()).await.unwrap();
    let opened = async || sessions::opened(cx, &token).await.unwrap().expect("a session");
    let asked = async || consent::asked(site::current(cx).await.as_ref(), &opened().await);
    let again = |text| NewText { text, base: None, asks_again: true };
    complaint(pages::publish(cx, boss, SitePage::Rules, again("Be kind.")).await, "asks_again");
    must_accept(&forum, boss, &[SitePage::Rules]).await.unwrap();
    publish(cx, boss, SitePage::Rules, "Be kind.").await.unwrap();
    assert!(asked().await.is_empty(), "a version that asks nobody");
    complaint(pages::publish(cx, boss, SitePage::Rules, again("")).await, "asks_again");
    assert_eq!(pages::publish(cx, boss, SitePage::Rules, again("Be kind.")).await.unwrap(), Some(3), "the same text");
    assert_eq!(asked().await.to_string(), "rules.3");
    publish(cx, boss, SitePage::Rules, "Be kind!").await.unwrap();
    assert_eq!(asked().await.to_string(), "rules.4", "the newest version is what they accept");
    complaint(consent::accept(cx, &opened().await, "rules.3").await, "accept");
    complaint(consent::accept(cx, &opened().await, "").await, "accept");
    consent::accept(cx, &opened().await, "rules.4").await.unwrap();
    assert!(asked().await.is_empty());
    consent::accept(cx, &opened().await, "rules.4").await.unwrap();
    assert_eq!(ints(&forum, "select version from acceptances").await, [[4]]);
    // What new members must not accept any more is asked of nobody.
    pages::publish(cx, boss, SitePage::Rules, again("Be kind, please.")).await.unwrap();
    assert_eq!(asked().await.to_string(), "rules.5");
    must_accept(&forum, boss, &[]).await.unwrap();
    assert!(asked().await.is_empty());
}

async fn settings_of_the_look_are_checked(forum: TestForum) {
    let cx = &forum.cx;
    let boss = forum.site_admin("boss").await;
    let plain = site::settings(cx).await.unwrap();
    let with = |accent: &str, welcome: &str| {
        let (accent, welcome) = (accent.to_owned(), welcome.to_owned());
        site::update(cx, boss, site::Settings { accent, welcome, ..plain.clone() })
    };
    for odd in ["red", "#ffffff", "#fff;}"] {
        complaint(with(odd, "").await, "accent");
    }
    complaint(with("", &"x".repeat(site::MAX_WELCOME + 1)).await, "welcome");
    with("#8A2BE2", "# Hello\nCome *in*.").await.unwrap();
    let now = site::current(cx).await;
    assert_eq!(now.settings.accent, "#8a2be2");
    assert!(now.welcome.contains("<h2>Hello</h2>") && now.welcome.contains("<em>in</em>"), "{}", now.welcome);
    with(site::accent::DEFAULT, "").await.unwrap();
    let now = site::current(cx).await;
    assert_eq!((now.settings.accent.as_str(), now.welcome.as_str()), ("", ""));
}
