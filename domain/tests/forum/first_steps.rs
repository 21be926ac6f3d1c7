//! The first steps on a new site, and the test of its mail server.

use domain::groups::{self, GroupForm};
use domain::model::GroupKind;
use domain::people::accounts::NewAccount;
use domain::people::first_admin;
use domain::people::sessions::{self, Origin};
use domain::platform::mail::Mailer;
use domain::platform::secrets::Password;
use domain::policy::Viewer;
use domain::site::first_steps::{self, MailState};
use domain::testing::TestForum;

use crate::{complaint, is_not_found};

stories! {
    the_card_shows_what_is_left_until_it_is_hidden,
    a_test_email_that_is_not_taken_says_why,
}

async fn first_admin(forum: &TestForum, email: &str) -> Viewer {
    let link = first_admin::make_link(&forum.cx).await.unwrap().unwrap();
    let new = NewAccount {
        username: "mira".into(),
        email: email.into(),
        password: Password::new("rowing past it".to_owned()),
    };
    let origin = Origin::new([203, 0, 113, 7], "Test/1");
    let token = first_admin::create(&forum.cx, &link, new, &origin).await.unwrap();
    sessions::opened(&forum.cx, &token).await.unwrap().unwrap().viewer()
}

async fn the_card_shows_what_is_left_until_it_is_hidden(forum: TestForum) {
    let cx = &forum.cx;
    let admin = first_admin(&forum, "").await;
    let steps = first_steps::card(cx, admin).await.unwrap().unwrap();
    assert!(!steps.has_group && !steps.has_people);
    assert_eq!(steps.mail, MailState::NotConfigured);
    assert_eq!(first_steps::test_mail(cx, admin).await.unwrap(), MailState::NotConfigured);

    groups::create(cx, admin, GroupForm::new("Birds", GroupKind::Public)).await.unwrap();
    let other = forum.person("ana").await;
    let steps = first_steps::card(cx, admin).await.unwrap().unwrap();
    assert!(steps.has_group && steps.has_people);

    assert_eq!(first_steps::card(cx, other).await.unwrap(), None);
    assert!(is_not_found(first_steps::hide(cx, other).await));
    assert!(is_not_found(first_steps::test_mail(cx, other).await));
    first_steps::hide(cx, admin).await.unwrap();
    assert_eq!(first_steps::card(cx, admin).await.unwrap(), None);
}

async fn a_test_email_that_is_not_taken_says_why(mut forum: TestForum) {
    // Nobody listens there.
    let from = Mailer::parse_from("klatch@example.org").unwrap();
    forum.cx.mail = Mailer::smtp("smtp://127.0.0.1:1", from).unwrap();
    let admin = first_admin(&forum, "").await;
    complaint(first_steps::test_mail(&forum.cx, admin).await, "email");
    assert_eq!(first_steps::mail(&forum.cx).await.unwrap(), MailState::Untested);

    forum.execute("update users set new_email = 'mira@example.org' where username = 'mira'").await;
    let state = first_steps::test_mail(&forum.cx, admin).await.unwrap();
    let MailState::Failed(_, why) = &state else { panic!("{state:?}") };
    assert!(why.contains("the mail server"), "{why}");
    let steps = first_steps::card(&forum.cx, admin).await.unwrap().unwrap();
    assert_eq!((steps.mail, steps.test_to.as_deref()), (state, Some("mira@example.org")));
}
