//! Rate limits: a refusal says how long to wait.

use domain::messages::Target;
use std::net::IpAddr;
use std::time::Duration;

use domain::groups::{self, GroupForm};
use domain::messages::stars;
use domain::model::GroupKind;
use domain::moderation::warnings;
use domain::people::accounts::NewAccount;
use domain::people::sessions::Origin;
use domain::people::{accounts, browsers, passwords};
use domain::platform::secrets::Password;
use domain::site::rate_limits;
use domain::site::rate_limits::{By, RateLimit};
use domain::testing::{PASSWORD, TestForum, draft};
use domain::{Error, Result, messages, topics};

use crate::{complaint, id};

stories! {
    people_who_post_too_often_are_told_when_to_retry,
    wrong_passwords_are_counted_by_name_and_by_network,
    edits_and_warnings_are_limited,
    new_accounts_can_create_few_groups,
    trying_rules_is_limited,
    sign_ups_are_limited_per_network,
    a_limit_of_zero_means_no_limit,
    networks_of_several_sizes_are_limited_and_loopback_only_behind_a_proxy,
    distributed_guessing_is_slowed_down_without_blocking_known_browsers,
    resetting_the_password_makes_the_browser_known_and_forgets_old_ones,
}

fn wait<T: std::fmt::Debug>(answer: Result<T>) -> Duration {
    match answer {
        Err(Error::TooMany(limit)) => limit.wait,
        other => panic!("not too many: {other:?}"),
    }
}

async fn people_who_post_too_often_are_told_when_to_retry(mut forum: TestForum) {
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

async fn edits_and_warnings_are_limited(mut forum: TestForum) {
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
    warnings::warn_in_group(cx, boss, garden.id, id(noor), "Slower").await.unwrap();
    wait(warnings::warn_in_group(cx, boss, garden.id, id(noor), "Slower").await);
    wait(warnings::warn(cx, boss, id(noor), "Slower").await);
    forum.drain().await;
}

async fn new_accounts_can_create_few_groups(mut forum: TestForum) {
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

async fn trying_rules_is_limited(mut forum: TestForum) {
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
    Origin::new(address.parse::<IpAddr>().unwrap(), "")
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

async fn sign_ups_are_limited_per_network(mut forum: TestForum) {
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

async fn a_limit_of_zero_means_no_limit(mut forum: TestForum) {
    let mira = forum.person("mira").await;
    for _ in 0..10 {
        rate_limits::count(&forum.cx, RateLimit::Search, By::User(id(mira))).await.unwrap();
    }
    forum.limit(|limits| limits.searches_per_minute = 1);
    rate_limits::count(&forum.cx, RateLimit::Search, By::User(id(mira))).await.unwrap();
    wait(rate_limits::count(&forum.cx, RateLimit::Search, By::User(id(mira))).await);
}

async fn networks_of_several_sizes_are_limited_and_loopback_only_behind_a_proxy(mut forum: TestForum) {
    forum.limit(|limits| limits.sign_ups_per_address = 1);
    let count = |address: &'static str| {
        let cx = &forum.cx;
        let address: IpAddr = address.parse().unwrap();
        async move { rate_limits::count(cx, RateLimit::SignUp, By::Address(address)).await }
    };
    count("2001:db8:1:2::1").await.unwrap();
    wait(count("2001:db8:1:2:ffff::9").await);
    count("2001:db8:1:3::1").await.unwrap();
    wait(count("2001:db8:1:4::1").await);
    count("2001:db8:1:100::1").await.unwrap();
    count("2001:db8:1:200::1").await.unwrap();
    wait(count("2001:db8:1:300::1").await);
    count("2001:db8:2::1").await.unwrap();
    count("203.0.113.1").await.unwrap();
    wait(count("::ffff:203.0.113.1").await);
    for address in ["203.0.113.2", "203.0.113.3", "203.0.113.4"] {
        count(address).await.unwrap();
    }
    wait(count("203.0.113.5").await);
    count("203.0.114.5").await.unwrap();
    for _ in 0..3 {
        count("127.0.0.1").await.unwrap();
        count("::1").await.unwrap();
    }
    let behind_a_proxy = |address| Origin { is_unsure: true, ..from(address) };
    let count = async |origin: Origin| rate_limits::count(&forum.cx, RateLimit::SignUp, origin.by()).await;
    count(behind_a_proxy("127.0.0.1")).await.unwrap();
    wait(count(behind_a_proxy("127.0.0.1")).await);
    count(from("127.0.0.1")).await.unwrap();
}

/// Guesses the password of an account from four networks, and returns how many guesses each could make.
async fn guess(forum: &TestForum, name: &str) -> Vec<usize> {
    let mut made = Vec::new();
    for network in 1..=4 {
        let mut guesses = 0;
        for host in 0..8 {
            let origin = from(&format!("2001:db8:{network}:{host}::1"));
            match accounts::sign_in(&forum.cx, name, Password::new("wrong wrong"), &origin).await {
                Err(Error::Invalid(_)) => guesses += 1,
                answer => assert!(wait(answer) > Duration::ZERO),
            }
        }
        made.push(guesses);
    }
    made
}

async fn with_email(forum: &TestForum, name: &str) -> domain::model::UserId {
    let new =
        NewAccount { username: name.into(), email: format!("{name}@example.org"), password: Password::new(PASSWORD) };
    accounts::create(&forum.cx, new, false).await.unwrap()
}

fn emails(forum: &TestForum, kind: &str) -> Vec<String> {
    forum.emails().into_iter().filter(|email| email.kind == kind).map(|email| email.to).collect()
}

async fn distributed_guessing_is_slowed_down_without_blocking_known_browsers(mut forum: TestForum) {
    let mira = with_email(&forum, "mira").await;
    let noor = with_email(&forum, "noor").await;
    forum.limit(|limits| limits.unknown_sign_ins_per_day = 3);
    // Moves the clock to the start of a day.
    let day = Duration::from_secs(24 * 3_600);
    forum.pass(Duration::from_micros((86_400_000_000 - forum.cx.now().0 % 86_400_000_000) as u64));
    assert_eq!(guess(&forum, "mira").await, [8, 5, 5, 5]);
    assert_eq!(guess(&forum, "nobody").await, [8, 5, 5, 5], "the answers do not tell who has an account");
    forum.drain().await;
    assert_eq!(emails(&forum, "manyattempts"), ["mira@example.org"], "once a day");
    assert_eq!(forum.emails().len(), 1);

    let sign_in = async |known: &str, address: &str| {
        let origin = Origin { known: known.to_owned(), ..from(address) };
        accounts::sign_in(&forum.cx, "mira", Password::new(PASSWORD), &origin).await
    };
    let crowded = "2001:db8:1:7::1";
    let own = browsers::remember(&forum.cx, mira, "").await.unwrap().unwrap();
    let of_noor = browsers::remember(&forum.cx, noor, "").await.unwrap().unwrap();
    for other in ["", "x", "1.2.3", &of_noor, &own.replacen(&mira.to_string(), &noor.to_string(), 1)] {
        wait(sign_in(other, crowded).await);
    }
    sign_in(&own, crowded).await.unwrap();
    let both = browsers::remember(&forum.cx, mira, &of_noor).await.unwrap().unwrap();
    sign_in(&both, crowded).await.unwrap();
    // Nobody is locked out: other networks have attempts of their own.
    sign_in("", "203.0.113.1").await.unwrap();
    forum.pass(day);
    sign_in("", crowded).await.unwrap();
    assert_eq!(guess(&forum, "mira").await[1], 5);
    forum.drain().await;
    assert_eq!(emails(&forum, "manyattempts").len(), 2);
    assert_eq!(emails(&forum, "newbrowser").len(), 2, "not for browsers that are known");
}

async fn resetting_the_password_makes_the_browser_known_and_forgets_old_ones(mut forum: TestForum) {
    let mira = with_email(&forum, "mira").await;
    forum.limit(|limits| limits.sign_ins_per_account = 1);
    let cx = &forum.cx;
    let old = browsers::remember(cx, mira, "").await.unwrap().unwrap();
    passwords::forgot(cx, "MIRA@example.org", &from("203.0.113.1")).await.unwrap();
    forum.drain().await;
    let email = forum.emails().pop().unwrap();
    assert_eq!(email.to, "mira@example.org", "the address as its owner spelled it");
    let new = "four white egrets awake";
    let user = passwords::reset(cx, &email.token, Password::new(new)).await.unwrap();
    let known = browsers::remember(cx, user, &old).await.unwrap().unwrap();
    let sign_in = async |known: &str| {
        let origin = Origin { known: known.to_owned(), ..from("203.0.113.1") };
        accounts::sign_in(cx, "mira", Password::new(new), &origin).await
    };
    sign_in("").await.unwrap();
    wait(sign_in(&old).await);
    sign_in(&known).await.unwrap();
    // A known browser has a limit too.
    wait(sign_in(&known).await);
    forum.drain().await;
}
