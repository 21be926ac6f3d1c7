//! Pictures: avatars, images of groups, and the logo: who may see them, and when their bytes are deleted.

use std::time::{Duration, SystemTime};

use domain::admin::logo;
use domain::api::objects::User;
use domain::files::pictures::{self, MOST_BYTES, Picture};
use domain::messages::stars;
use domain::model::{GroupKind, LogAction, picture_address, picture_key};
use domain::moderation::log::{self, LogFilter};
use domain::people::admins::Actor;
use domain::people::{account_deletion, accounts, avatars, export};
use domain::platform::jobs::Task;
use domain::platform::secrets::Password;
use domain::policy::Viewer;
use domain::testing::{DRAW, PASSWORD, TestForum};
use domain::topics::placed;
use domain::{Context, Error};
use domain::{groups, site};
use futures_util::TryStreamExt;

use crate::bucket::{Fault, Service};
use crate::{complaint, hostile_files, id, is_forbidden, is_not_found, tables};

stories! {
    an_avatar_is_shown_replaced_and_removed,
    the_same_picture_stays_while_somebody_has_it,
    a_deleted_account_leaves_no_avatar,
    a_site_admin_removes_an_avatar,
    the_image_of_a_group_is_seen_by_those_who_may_know_of_it,
    the_site_has_a_logo,
    a_picture_stays_in_the_storage_while_something_has_it,
    uploads_of_pictures_have_limits,
    hostile_images_are_refused_or_made_anew,
}

async fn avatar(forum: &TestForum, who: Viewer) -> String {
    accounts::own(&forum.cx, id(who)).await.unwrap().avatar
}

async fn picture(cx: &Context, who: Viewer, name: &str) -> domain::Result<Picture> {
    pictures::find(cx, who, name).await?.read(cx).await
}

async fn read(forum: &TestForum, who: Viewer, digest: &str) -> Option<Picture> {
    match picture(&forum.cx, who, &format!("{digest}-96")).await {
        Ok(picture) => Some(picture),
        Err(Error::NotFound) => None,
        Err(error) => panic!("{error}"),
    }
}

/// Whether everyone may see it, for each of the viewers who may.
async fn seen(forum: &TestForum, by: &[Viewer], digest: &str) -> Vec<Option<bool>> {
    let mut seen = Vec::new();
    for who in by {
        seen.push(match pictures::find(&forum.cx, *who, &format!("{digest}-96")).await {
            Ok(found) => Some(found.is_public),
            Err(Error::NotFound) => None,
            Err(error) => panic!("{error}"),
        });
    }
    seen
}

async fn is_stored(forum: &TestForum, digest: &str) -> bool {
    forum.cx.files.open(&picture_key(digest, 192)).await.unwrap().is_some()
}

async fn an_avatar_is_shown_replaced_and_removed(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let plums = forum.topic(mira, &garden, "Plums", "One").await;
    stars::toggle(cx, mira, plums.id).await.unwrap();
    let shown = async || placed::show(cx, noor, plums.id).await.unwrap().message;
    assert_eq!(shown().await.author.avatar, "");
    avatars::set(cx, id(mira), hostile_files::png(600, 300)).await.unwrap();
    let first = avatar(&forum, mira).await;
    assert_eq!((first.len(), shown().await.author.avatar), (64, first.clone()));
    assert_eq!(shown().await.stars[0].avatar, first);
    let of_convore = User::new(cx, &shown().await.author);
    assert!(of_convore.img.ends_with(&picture_address(&first, 96)), "{}", of_convore.img);
    let small = read(&forum, Viewer::Anonymous, &first).await.unwrap();
    assert_eq!(small.kind, "image/jpeg");
    assert_eq!(seen(&forum, &[Viewer::Anonymous], &first).await, [Some(true)]);
    let image = image::load_from_memory(&small.bytes).unwrap();
    assert_eq!((image.width(), image.height()), (96, 96));
    let lines: Vec<String> = export::download(cx, id(mira)).await.unwrap().try_collect().await.unwrap();
    assert!(lines.concat().contains(&picture_address(&first, 192)));

    avatars::set(cx, id(mira), hostile_files::png(50, 300)).await.unwrap();
    let second = avatar(&forum, mira).await;
    assert_ne!(first, second);
    assert!(read(&forum, mira, &first).await.is_none());
    forum.drain().await;
    assert_eq!((is_stored(&forum, &first).await, is_stored(&forum, &second).await), (false, true));
    avatars::remove(cx, id(mira)).await.unwrap();
    assert_eq!((avatar(&forum, mira).await.as_str(), shown().await.author.avatar.as_str()), ("", ""));
    forum.drain().await;
    assert!(!is_stored(&forum, &second).await);
    for name in ["", "friend", &format!("{second}-97"), &format!("{second}-192"), &format!("{}-96", "0".repeat(64))] {
        assert!(is_not_found(picture(cx, mira, name).await), "{name}");
    }
}

async fn the_same_picture_stays_while_somebody_has_it(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    for who in [mira, noor, mira] {
        avatars::set(cx, id(who), hostile_files::png(100, 100)).await.unwrap();
    }
    let digest = avatar(&forum, mira).await;
    assert_eq!(avatar(&forum, noor).await, digest);
    forum.drain().await;
    avatars::remove(cx, id(mira)).await.unwrap();
    forum.drain().await;
    assert!(is_stored(&forum, &digest).await && read(&forum, Viewer::Anonymous, &digest).await.is_some());
    avatars::remove(cx, id(noor)).await.unwrap();
    forum.drain().await;
    assert!(!is_stored(&forum, &digest).await);
}

async fn a_deleted_account_leaves_no_avatar(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    avatars::set(cx, id(mira), hostile_files::png(100, 100)).await.unwrap();
    let digest = avatar(&forum, mira).await;
    account_deletion::delete(cx, id(mira), Password::new(PASSWORD), false).await.unwrap();
    assert!(read(&forum, Viewer::Anonymous, &digest).await.is_none());
    forum.drain().await;
    assert!(!is_stored(&forum, &digest).await);
    assert!(is_not_found(avatars::set(cx, id(mira), hostile_files::png(90, 90)).await));
    assert!(is_not_found(avatars::remove(cx, id(mira)).await));
}

async fn a_site_admin_removes_an_avatar(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, boss) = (forum.person("mira").await, forum.person("noor").await, forum.site_admin("boss").await);
    avatars::set(cx, id(mira), hostile_files::png(100, 100)).await.unwrap();
    let digest = avatar(&forum, mira).await;
    assert!(is_not_found(avatars::clear(cx, Actor::Admin(noor), id(mira)).await));
    avatars::clear(cx, Actor::Admin(boss), id(mira)).await.unwrap();
    assert_eq!(avatar(&forum, mira).await, "");
    forum.drain().await;
    assert!(!is_stored(&forum, &digest).await);
    let filter = LogFilter { whom: "mira", ..LogFilter::default() };
    let lines = log::of_admins(cx, boss, filter, None).await.unwrap().lines;
    assert_eq!(lines.iter().map(|line| line.what).collect::<Vec<_>>(), [LogAction::AvatarCleared]);
}

async fn the_image_of_a_group_is_seen_by_those_who_may_know_of_it(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, omar) = (forum.person("mira").await, forum.person("noor").await, forum.person("omar").await);
    let boss = forum.site_admin("boss").await;
    let everyone = [mira, noor, omar, boss, Viewer::Anonymous];
    let den = forum.group(mira, "Den", GroupKind::Private).await;
    forum.admit(&den, &[noor]).await;
    let png = hostile_files::png(300, 300);
    assert!(is_forbidden(groups::pictures::set(cx, noor, den.id, png.clone()).await));
    assert!(is_not_found(groups::pictures::set(cx, omar, den.id, png.clone()).await));
    assert!(is_not_found(groups::pictures::remove(cx, boss, den.id).await));
    let digest = groups::pictures::set(cx, mira, den.id, png.clone()).await.unwrap().picture;
    assert_eq!(groups::by_id(cx, noor, den.id).await.unwrap().group.picture, digest);
    assert_eq!(seen(&forum, &everyone, &digest).await, [Some(false), Some(false), None, None, None]);
    groups::leave(cx, noor, den.id).await.unwrap();
    assert_eq!(seen(&forum, &everyone, &digest).await, [Some(false), None, None, None, None]);

    // Everyone sees the same picture as that of another group, until it is removed there.
    let garden = forum.group(omar, "Garden", GroupKind::Closed).await;
    assert_eq!(groups::pictures::set(cx, omar, garden.id, png).await.unwrap().picture, digest);
    assert_eq!(seen(&forum, &everyone, &digest).await, [Some(true); 5]);
    groups::pictures::remove(cx, omar, garden.id).await.unwrap();
    groups::pictures::remove(cx, omar, garden.id).await.unwrap();
    let filter = LogFilter { group: &garden.slug, ..LogFilter::default() };
    let lines = log::of_admins(cx, boss, filter, None).await.unwrap().lines;
    assert_eq!(lines.iter().filter(|line| line.what == LogAction::GroupEdited).count(), 2);
    forum.drain().await;
    assert_eq!(seen(&forum, &everyone, &digest).await, [Some(false), None, None, None, None]);

    groups::delete(cx, mira, den.id, "Den").await.unwrap();
    forum.drain().await;
    assert_eq!(seen(&forum, &everyone, &digest).await, [None; 5]);
    assert!(is_stored(&forum, &digest).await, "the group can be restored");
    forum.pass(Duration::from_secs(31 * 24 * 3_600));
    domain::reactors::run(cx, &DRAW, Task::Sweep { slot: "now".into() }).await.unwrap();
    forum.drain().await;
    assert!(!is_stored(&forum, &digest).await);
}

async fn the_site_has_a_logo(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, boss) = (forum.person("mira").await, forum.site_admin("boss").await);
    assert!(is_not_found(logo::set(cx, mira, hostile_files::png(600, 100)).await));
    assert!(is_not_found(logo::remove(cx, mira).await));
    logo::set(cx, boss, hostile_files::png(600, 100)).await.unwrap();
    let found = site::current(cx).await.logo.clone().unwrap();
    assert_eq!((found.width, found.height), (384, 64));
    let name = found.address().rsplit('/').next().unwrap().to_owned();
    assert!(pictures::find(cx, Viewer::Anonymous, &name).await.unwrap().is_public);
    assert_eq!(picture(cx, Viewer::Anonymous, &name).await.unwrap().kind, "image/webp");
    // Changing the settings keeps it.
    let settings = site::settings(cx).await.unwrap();
    site::update(cx, boss, site::Settings { line: "Plums".into(), ..settings }).await.unwrap();
    assert_eq!(site::current(cx).await.logo.as_ref(), Some(&found));
    logo::remove(cx, boss).await.unwrap();
    assert_eq!(site::current(cx).await.logo, None);
    forum.drain().await;
    assert!(is_not_found(picture(cx, Viewer::Anonymous, &name).await));
    let lines = log::of_admins(cx, boss, LogFilter { by: "boss", ..LogFilter::default() }, None).await.unwrap().lines;
    assert_eq!(lines.iter().map(|line| line.what).collect::<Vec<_>>(), [LogAction::SiteChanged; 3]);
}

async fn a_picture_stays_in_the_storage_while_something_has_it(mut forum: TestForum) {
    forum.limit(|limits| (limits.files_per_day, limits.files_per_day_while_new) = (0, 0));
    let service = Service::open().await;
    forum.cx.files = service.files();
    let cx = &forum.cx;
    let (mira, noor, boss) = (forum.person("mira").await, forum.person("noor").await, forum.site_admin("boss").await);
    let den = forum.group(mira, "Den", GroupKind::Private).await;
    avatars::set(cx, id(mira), hostile_files::png(300, 300)).await.unwrap();
    groups::pictures::set(cx, mira, den.id, hostile_files::png(50, 300)).await.unwrap();
    for _ in 0..2 {
        logo::set(cx, boss, hostile_files::png(600, 100)).await.unwrap();
    }
    let claims = async || tables::ints(&forum, "select count(*) from file_claims").await;
    assert_eq!(claims().await, [[0]]);
    // The sweep deletes what nothing has for a day.
    let (kept, long_ago) = (service.names(), SystemTime::now() - Duration::from_secs(25 * 3_600));
    for name in kept.iter().cloned().chain([picture_key(&"0f".repeat(32), 96)]) {
        service.place(&name, b"a picture", long_ago);
    }
    domain::reactors::run(cx, &DRAW, Task::Sweep { slot: "now".into() }).await.unwrap();
    assert_eq!(service.names(), kept);

    let before = avatar(&forum, mira).await;
    service.fails(Fault::Refuses);
    assert!(matches!(avatars::set(cx, id(mira), hostile_files::png(400, 90)).await, Err(Error::Storage(_))));
    assert!(matches!(picture(cx, mira, &format!("{before}-96")).await, Err(Error::Storage(_))));
    service.works();
    assert_eq!((avatar(&forum, mira).await, service.names()), (before, kept));
    // A change that is refused once its picture is stored leaves no claim.
    account_deletion::delete(cx, id(noor), Password::new(PASSWORD), false).await.unwrap();
    assert!(is_not_found(avatars::set(cx, id(noor), hostile_files::png(90, 90)).await));
    assert_eq!(claims().await, [[0]]);
    // A deletion that the storage refuses is finished by the sweep.
    let removed = avatar(&forum, mira).await;
    avatars::remove(cx, id(mira)).await.unwrap();
    service.fails(Fault::Refuses);
    let failed = domain::reactors::run(cx, &DRAW, Task::PictureReplaced { digest: removed.clone() }).await;
    assert!(failed.is_err_and(|error| error.is_unavailable()));
    service.works();
    assert_eq!(claims().await, [[1]]);
    forum.pass(Duration::from_secs(3_600));
    domain::reactors::run(cx, &DRAW, Task::Sweep { slot: "now".into() }).await.unwrap();
    assert_eq!(claims().await, [[0]]);
    assert!(!service.names().iter().any(|name| name.starts_with(&removed)));
    forum.drain().await;
}

async fn uploads_of_pictures_have_limits(mut forum: TestForum) {
    forum.limit(|limits| limits.files_per_day = 1);
    let mira = forum.person("mira").await;
    let set = async |bytes: Vec<u8>| avatars::set(&forum.cx, id(mira), bytes).await;
    assert_eq!(complaint(set(Vec::new()).await, "file"), "Choose an image.");
    assert!(complaint(set(vec![0; MOST_BYTES + 1]).await, "file").contains("8 MB"));
    assert!(complaint(set(b"<svg/>".to_vec()).await, "file").contains("PNG or JPEG"));
    assert!(matches!(set(hostile_files::png(9, 9)).await, Err(Error::TooMany(_))));
    assert_eq!(avatar(&forum, mira).await, "");
}

async fn hostile_images_are_refused_or_made_anew(mut forum: TestForum) {
    forum.limit(|limits| (limits.files_per_day, limits.files_per_day_while_new) = (0, 0));
    let mira = forum.person("mira").await;
    let (mut refused, mut taken) = (0, 0);
    for (name, bytes) in hostile_files::all() {
        match avatars::set(&forum.cx, id(mira), bytes).await {
            Err(Error::Invalid(fields)) => {
                assert!(!fields.get("file").expect("an error").to_string().is_empty(), "{name}");
                refused += 1;
                continue;
            }
            other => other.unwrap_or_else(|error| panic!("{name}: {error}")),
        }
        taken += 1;
        let picture = read(&forum, Viewer::Anonymous, &avatar(&forum, mira).await).await.expect(name);
        let image = image::load_from_memory(&picture.bytes).expect(name);
        assert_eq!((image.width(), image.height()), (96, 96), "{name}");
        let text = String::from_utf8_lossy(&picture.bytes).into_owned();
        assert!(!text.contains("script") && !text.contains("secret"), "{name}");
    }
    assert!(refused > 5 && taken > 3, "{refused} {taken}");
    forum.drain().await;
}
