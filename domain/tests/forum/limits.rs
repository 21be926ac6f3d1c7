//! Rate limits: a refusal says how long to wait.

use domain::messages::Target;
use std::net::IpAddr;
use std::time::Duration;

use domain::groups::{self, GroupForm};
use domain::messages::stars;
use domain::model::GroupKind;
use domain::moderation::warnings;
use domain::people::accounts;
use domain::people::accounts::NewAccount;
use domain::people::sessions::Origin;
use domain::platform::secrets::Password;
use domain::site::rate_limits;
use domain::site::rate_limits::{By, RateLimit};
use domain::testing::{PASSWORD, TestForum, draft};
use domain::{Error, Result, messages, topics};

use crate::{complaint, id};

stories! {
    who_posts_too_often_is_told_when_to_come_back,
    wrong_passwords_are_counted_by_name_and_by_network,
    who_changes_their_words_or_warns_too_often_is_told_so,
    new_accounts_make_few_groups,
    who_tries_rules_too_often_is_told_so,
    new_accounts_are_counted_by_network,
    a_limit_of_nothing_is_none,
    ipv6_counts_by_its_network_and_loopback_not_at_all,
}

fn wait<T: std::fmt::Debug>(answer: Result<T>) -> Duration {
    match answer {
        Err(Error::TooMany(wait)) => wait,
        other => panic!("not too many: {other:?}"),
    }
}

async fn who_posts_too_often_is_told_when_to_come_back(mut forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    forum.limit(|limits| (limits.posts_per_minute, limits.stars_per_minute, limits.groups_per_day) = (3, 2, 1));
    // Moves the clock to the start of a minute.
    let into = forum.cx.now().0 % 60_000_000;
    forum.pass(Duration::from_micros((60_000_000 - into) as u64));
    let cx = &forum.cx;
    let posted =
        messages::submit(cx, mira, Target::NewTopic { group: garden.id, title: "Plums" }, draft("1")).await.unwrap();
    let topic = posted.topic;
    for _ in 0..2 {
        messages::submit(cx, mira, Target::Topic(topic), draft("x")).await.unwrap();
    }
    let again = wait(messages::submit(cx, mira, Target::Topic(topic), draft("x")).await);
    assert!(again > Duration::ZERO && again <= Duration::from_secs(60), "{again:?}");
    wait(messages::submit(cx, mira, Target::NewTopic { group: garden.id, title: "Pears" }, draft("x")).await);
    messages::submit(cx, noor, Target::Topic(topic), draft("x")).await.unwrap();
    for _ in 0..2 {
        stars::toggle(cx, mira, posted.id).await.unwrap();
    }
    wait(stars::toggle(cx, mira, posted.id).await);
    let form = |name: &str| GroupForm::new(name, GroupKind::Public);
    groups::create(cx, noor, form("One")).await.unwrap();
    assert!(wait(groups::create(cx, noor, form("Two")).await) <= Duration::from_secs(24 * 3_600));
    forum.pass(again);
    messages::submit(cx, mira, Target::Topic(topic), draft("x")).await.unwrap();
    forum.drain().await;
}

async fn who_changes_their_words_or_warns_too_often_is_told_so(mut forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let boss = forum.site_admin("boss").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor, boss]).await;
    let posted = forum.topic(noor, &garden, "Plums", "One").await;
    forum.limit(|limits| (limits.edits_per_minute, limits.warnings_per_day) = (2, 1));
    let cx = &forum.cx;
    messages::edit(cx, noor, posted.id, "Two".into()).await.unwrap();
    // What changes nothing does not count.
    messages::edit(cx, noor, posted.id, "Two".into()).await.unwrap();
    topics::rename(cx, noor, posted.topic, "Plums").await.unwrap();
    topics::rename(cx, noor, posted.topic, "Pears").await.unwrap();
    wait(messages::edit(cx, noor, posted.id, "Three".into()).await);
    wait(topics::rename(cx, noor, posted.topic, "Quinces").await);
    warnings::warn_in_group(cx, mira, garden.id, id(noor), "Slower").await.unwrap();
    wait(warnings::warn_in_group(cx, mira, garden.id, id(noor), "Slower").await);
    for _ in 0..2 {
        warnings::warn_in_group(cx, boss, garden.id, id(noor), "Slower").await.unwrap();
    }
    forum.drain().await;
}

async fn new_accounts_make_few_groups(mut forum: TestForum) {
    forum.limit(|limits| (limits.groups_per_day, limits.groups_per_day_while_new) = (4, 2));
    let old = forum.person("mira").await;
    let day = Duration::from_secs(24 * 3_600);
    // Moves the clock to the start of a day.
    let into = forum.cx.now().0 % 86_400_000_000;
    forum.pass(day + Duration::from_micros((86_400_000_000 - into) as u64));
    let new = forum.person("noor").await;
    let cx = &forum.cx;
    let form = |name: &str| GroupForm::new(name, GroupKind::Public);
    let make = async |who, most| {
        for n in 0..most {
            groups::create(cx, who, form(&format!("Group {n} of {most}"))).await.unwrap();
        }
        wait(groups::create(cx, who, form("One more")).await)
    };
    make(old, 4).await;
    // A failed attempt with a taken address makes no group, but attempts are limited too.
    let taken = async || groups::create(cx, new, GroupForm { slug: "group-0-of-4".into(), ..form("Taken") }).await;
    complaint(taken().await, "slug");
    assert!(make(new, 2).await <= day);
    wait(taken().await);
    forum.pass(day);
    groups::create(cx, new, form("The next day")).await.unwrap();
    make(new, 3).await;
}

async fn who_tries_rules_too_often_is_told_so(mut forum: TestForum) {
    let (mira, boss) = (forum.site_admin("mira").await, forum.site_admin("boss").await);
    forum.limit(|limits| limits.rule_tries_per_minute = 2);
    let into = forum.cx.now().0 % 60_000_000;
    forum.pass(Duration::from_micros((60_000_000 - into) as u64));
    let (cx, rule) = (&forum.cx, domain::moderation::rules::Rule::sample());
    for _ in 0..2 {
        domain::moderation::rules::try_out(cx, mira, &rule).await.unwrap();
    }
    let again = wait(domain::moderation::rules::try_out(cx, mira, &rule).await);
    assert!(again <= Duration::from_secs(60), "{again:?}");
    domain::moderation::rules::try_out(cx, boss, &rule).await.unwrap();
    forum.pass(again);
    domain::moderation::rules::try_out(cx, mira, &rule).await.unwrap();
}

fn from(address: &str) -> Origin {
    Origin { address: address.parse().unwrap(), agent: String::new() }
}

async fn wrong_passwords_are_counted_by_name_and_by_network(mut forum: TestForum) {
    forum.person("mira").await;
    forum.person("noor").await;
    forum.limit(|limits| (limits.sign_ins_per_account, limits.sign_ins_per_address) = (2, 4));
    let cx = &forum.cx;
    let sign_in = |name: &'static str, password: &'static str, address: &'static str| async move {
        accounts::sign_in(cx, name, Password::new(password), &from(address)).await
    };
    complaint(sign_in("mira", "wrong wrong", "203.0.113.2").await, "password");
    complaint(sign_in(" MIRA ", "wrong wrong", "203.0.113.2").await, "password");
    let again = wait(sign_in("mira", PASSWORD, "203.0.113.2").await);
    // Failed attempts by others do not lock her out.
    sign_in("mira", PASSWORD, "203.0.113.3").await.unwrap();
    complaint(sign_in("nobody", "wrong wrong", "203.0.113.1").await, "password");
    complaint(sign_in("nobody", "wrong wrong", "203.0.113.1").await, "password");
    wait(sign_in("nobody", "wrong wrong", "203.0.113.1").await);
    complaint(sign_in("noor", "wrong wrong", "203.0.113.1").await, "password");
    wait(sign_in("noor", PASSWORD, "203.0.113.1").await);
    forum.pass(again);
    sign_in("mira", PASSWORD, "203.0.113.1").await.unwrap();
}

async fn new_accounts_are_counted_by_network(mut forum: TestForum) {
    forum.limit(|limits| limits.sign_ups_per_address = 1);
    let cx = &forum.cx;
    let sign_up = |name: &'static str, address: &'static str| async move {
        let new = NewAccount { username: name.into(), email: String::new(), password: Password::new("long enough") };
        accounts::sign_up(cx, new, &Default::default(), &from(address)).await
    };
    sign_up("mira", "203.0.113.1").await.unwrap();
    assert!(wait(sign_up("noor", "203.0.113.1").await) <= Duration::from_secs(3_600));
    sign_up("noor", "203.0.113.2").await.unwrap();
}

async fn a_limit_of_nothing_is_none(mut forum: TestForum) {
    let mira = forum.person("mira").await;
    for _ in 0..10 {
        rate_limits::count(&forum.cx, RateLimit::Search, By::User(id(mira))).await.unwrap();
    }
    forum.limit(|limits| limits.searches_per_minute = 1);
    rate_limits::count(&forum.cx, RateLimit::Search, By::User(id(mira))).await.unwrap();
    wait(rate_limits::count(&forum.cx, RateLimit::Search, By::User(id(mira))).await);
}

async fn ipv6_counts_by_its_network_and_loopback_not_at_all(mut forum: TestForum) {
    forum.limit(|limits| limits.sign_ups_per_address = 1);
    let count = |address: &'static str| {
        let cx = &forum.cx;
        let address: IpAddr = address.parse().unwrap();
        async move { rate_limits::count(cx, RateLimit::SignUp, By::Address(address)).await }
    };
    count("2001:db8:1:2::1").await.unwrap();
    wait(count("2001:db8:1:2:ffff::9").await);
    count("2001:db8:1:3::1").await.unwrap();
    count("203.0.113.1").await.unwrap();
    wait(count("::ffff:203.0.113.1").await);
    for _ in 0..3 {
        count("127.0.0.1").await.unwrap();
        count("::1").await.unwrap();
    }
}
