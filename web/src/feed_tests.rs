//! Feeds, the sitemap, link previews: what programs of other sites read, and that they read no more than anyone may.
#![cfg(test)]

use actix_web::test::TestRequest;
use domain::model::GroupKind;
use domain::testing::TestForum;
use serde_json::Value;

use crate::convore::{Said, send, stories, token};

stories!(
    feeds_contain_what_anyone_may_read,
    a_token_in_the_address_gives_its_owners_access,
    a_feed_follows_a_renamed_or_moved_subject,
    a_feed_of_a_person_follows_a_rename,
    texts_cannot_break_out_of_a_feed,
    the_sitemap_lists_public_pages,
    public_pages_describe_themselves,
    other_sites_embed_public_messages,
);

async fn get(forum: &TestForum, path: &str) -> Said {
    send(forum, TestRequest::get().uri(path)).await
}

fn titles(feed: &Value) -> Vec<&str> {
    feed["items"].as_array().expect("items").iter().map(|item| item["title"].as_str().expect("a title")).collect()
}

async fn feeds_contain_what_anyone_may_read(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let cellar = forum.group(mira, "Cellar", GroupKind::Private).await;
    let club = forum.group(mira, "Club", GroupKind::Closed).await;
    let plums = forum.topic(mira, &garden, "Plums", "See /users/ and [the list](/groups/).").await;
    forum.topic(mira, &cellar, "Wine", "Nobody knows.").await;
    forum.topic(mira, &club, "Chess", "Members only.").await;
    forum.topic(mira, &garden, "Pears", "Later.").await;
    let reply = forum.post(mira, plums.topic, "A reply").await;

    let site = get(&forum, "/feed.json").await.ok();
    assert_eq!(titles(&site), ["Pears · Garden", "Plums · Garden"]);
    assert_eq!(site["version"], "https://jsonfeed.org/version/1.1");
    assert_eq!(site["home_page_url"], "https://forum.example/");
    assert_eq!(titles(&get(&forum, "/garden/feed.json").await.ok()), ["Pears · Garden", "Plums · Garden"]);
    let topic = get(&forum, "/garden/plums/feed.json").await.ok();
    assert_eq!(titles(&topic), ["mira in Plums", "mira in Plums"]);
    assert_eq!(topic["items"][0]["url"], format!("https://forum.example/-/messages/{}", reply.id));
    assert_eq!(
        titles(&get(&forum, "/users/mira/feed.json").await.ok()),
        ["Re: Plums · Garden", "Pears · Garden", "Plums · Garden"]
    );
    for (group, topic) in [(&cellar.slug, "wine"), (&club.slug, "chess")] {
        for hidden in [format!("/{group}/feed.json"), format!("/{group}/{topic}/feed.atom")] {
            assert_eq!(get(&forum, &hidden).await.status, 404, "{hidden}");
        }
    }
    assert_eq!(get(&forum, "/users/nobody/feed.atom").await.status, 404);

    let atom = get(&forum, "/garden/feed.atom").await;
    assert_eq!(atom.header("content-type"), "application/atom+xml; charset=utf-8");
    assert!(atom.text.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>"), "{}", atom.text);
    assert_eq!(atom.text.matches("<entry>").count(), 2);
    assert!(atom.text.contains(
        "<link rel=\"self\" type=\"application/atom+xml\" href=\"https://forum.example/garden/feed.atom\"/>"
    ));
    // A feed reader that already has it gets 304.
    let known = TestRequest::get().uri("/garden/feed.atom").insert_header(("if-none-match", atom.header("etag")));
    assert_eq!(send(&forum, known).await.status, 304);
    domain::messages::delete(&forum.cx, mira, reply.id).await.expect("deleted");
    assert_eq!(titles(&get(&forum, "/garden/plums/feed.json").await.ok()).len(), 1);
}

async fn a_token_in_the_address_gives_its_owners_access(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let cellar = forum.group(mira, "Cellar", GroupKind::Private).await;
    let attic = forum.group(mira, "Attic", GroupKind::Private).await;
    forum.topic(mira, &cellar, "Wine", "Red.").await;
    forum.topic(mira, &attic, "Boxes", "Dust.").await;
    domain::messages::submit(
        &forum.cx,
        mira,
        domain::messages::Target::Conversation { to: "noor", title: "Between us" },
        domain::testing::draft("Secret"),
    )
    .await
    .expect("sent");
    let own = token(&forum, mira, "feeds", None).await;
    let feed = get(&forum, &format!("/feed.json?token={own}")).await;
    assert_eq!(feed.header("cache-control"), "private, no-store");
    assert_eq!(titles(&feed.ok()), ["Boxes · Attic", "Wine · Cellar"]);
    assert_eq!(get(&forum, &format!("/{}/wine/feed.atom?token={own}", cellar.slug)).await.status, 200);
    // The same token opens nothing else.
    let api = TestRequest::get().uri("/api/groups.json");
    let api = api.insert_header(("authorization", crate::convore::basic("mira", &own)));
    assert_eq!(send(&forum, api).await.status, 403);

    let limited = token(&forum, mira, "feeds", Some(&[attic.id])).await;
    assert_eq!(titles(&get(&forum, &format!("/feed.json?token={limited}")).await.ok()), ["Boxes · Attic"]);
    assert_eq!(get(&forum, &format!("/{}/feed.json?token={limited}", cellar.slug)).await.status, 404);
    // Many newer topics elsewhere leave the feed of the token as it is.
    for nth in 0..domain::feeds::MOST {
        forum.topic(mira, &cellar, &format!("Bottle {nth}"), "Red.").await;
    }
    assert_eq!(titles(&get(&forum, &format!("/feed.json?token={limited}")).await.ok()), ["Boxes · Attic"]);
    let stranger = token(&forum, noor, "feeds", None).await;
    assert_eq!(get(&forum, &format!("/{}/feed.json?token={stranger}", cellar.slug)).await.status, 404);
    let without = token(&forum, mira, "read,write", None).await;
    for wrong in [without.as_str(), "klatch_no", "x"] {
        assert_eq!(get(&forum, &format!("/feed.json?token={wrong}")).await.status, 403, "{wrong}");
    }
    let user = mira.id().expect("an account");
    for known in domain::people::api_tokens::list(&forum.cx, user).await.expect("the tokens") {
        domain::people::api_tokens::revoke(&forum.cx, user, known.id).await.expect("revoked");
    }
    assert_eq!(get(&forum, &format!("/feed.json?token={own}")).await.status, 403);
}

async fn a_feed_follows_a_renamed_or_moved_subject(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let plums = forum.topic(mira, &garden, "Plums", "Ripe.").await;
    domain::topics::rename(&forum.cx, mira, plums.topic, "Damsons").await.expect("renamed");
    let form = domain::groups::GroupForm::new("Orchard", GroupKind::Public);
    domain::groups::update(&forum.cx, mira, garden.id, form).await.expect("renamed");
    let now = domain::groups::by_id(&forum.cx, mira, garden.id).await.expect("the group").group.slug;
    let topic = domain::topics::find(&forum.cx, mira, plums.topic).await.expect("the topic").topic.slug;
    for (old, new) in [
        ("/garden/feed.atom", format!("/{now}/feed.atom")),
        ("/garden/feed.json?token=x", String::new()),
        ("/garden/plums/feed.json", format!("/{now}/{topic}/feed.json")),
    ] {
        let said = get(&forum, old).await;
        match new.as_str() {
            "" => assert_eq!(said.status, 403),
            new if old.starts_with(new) => assert_eq!(said.status, 200),
            new => assert_eq!((said.status, said.header("location")), (308, new)),
        }
    }
}

async fn a_feed_of_a_person_follows_a_rename(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.topic(mira, &garden, "Plums", "Ripe.").await;
    let password = domain::platform::secrets::Password::new(domain::testing::PASSWORD);
    let user = mira.id().expect("an account");
    domain::people::accounts::rename(&forum.cx, user, "noor", password).await.expect("renamed");
    // Names of imported people can have any letters.
    forum.execute("update users set username = 'zoë ünal', username_lower = 'zoë ünal' where username = 'noor'").await;
    let said = get(&forum, "/users/mira/feed.json").await;
    assert_eq!((said.status, said.header("location")), (308, "/users/zo%C3%AB%20%C3%BCnal/feed.json"));
    assert_eq!(titles(&get(&forum, said.header("location")).await.ok()), ["Plums · Garden"]);
}

async fn texts_cannot_break_out_of_a_feed(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden <&\"]]>", GroupKind::Public).await;
    let title = "</title><script>alert(1)</script> & ]]> \"x\"";
    forum.topic(mira, &garden, title, "</content><script>alert(2)</script> ]]> &amp;").await;
    let atom = get(&forum, "/feed.atom").await.text;
    assert!(!atom.contains("<script") && !atom.contains("]]>"), "{atom}");
    assert_eq!((atom.matches("<title>").count(), atom.matches("</title>").count()), (2, 2));
    assert_eq!((atom.matches("<content ").count(), atom.matches("</content>").count()), (1, 1));
    let json = get(&forum, "/feed.json").await.ok();
    let html = json["items"][0]["content_html"].as_str().expect("the text");
    assert!(!html.contains("<script"), "{html}");
    let page = get(&forum, &format!("/{}/", garden.slug)).await.text;
    assert!(!page.contains("<script>alert"));
    let topic = domain::topics::latest(&forum.cx, garden.id, 1).await.expect("topics").remove(0);
    let page = get(&forum, &format!("/{}/{}/", garden.slug, topic.slug)).await.text;
    assert!(!page.contains("<script>alert"));
    assert_eq!(structured(&page)["headline"], title);
}

async fn the_sitemap_lists_public_pages(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let cellar = forum.group(mira, "Cellar", GroupKind::Private).await;
    let plums = forum.topic(mira, &garden, "Plums", "Ripe.").await;
    let gone = forum.topic(mira, &garden, "Gone", "Soon.").await;
    forum.topic(mira, &cellar, "Wine", "Red.").await;
    domain::topics::delete(&forum.cx, mira, gone.topic).await.expect("deleted");
    assert!(get(&forum, "/robots.txt").await.text.contains("Sitemap: https://forum.example/sitemap.xml\n"));
    let index = get(&forum, "/sitemap.xml").await;
    assert_eq!((index.status, index.header("content-type")), (200, "application/xml; charset=utf-8"));
    let parts: Vec<&str> = index.text.split("<loc>").skip(1).filter_map(|part| part.split("</loc>").next()).collect();
    assert_eq!(parts, ["https://forum.example/sitemap-0.xml", "https://forum.example/sitemap-1.xml"]);
    assert!(plums.topic.0 < domain::feeds::TOPICS);
    let mut pages = String::new();
    for part in parts {
        let said = get(&forum, part.strip_prefix("https://forum.example").expect("our address")).await;
        assert_eq!(said.status, 200);
        pages += &said.text;
    }
    assert!(pages.contains("<loc>https://forum.example/garden/</loc>"), "{pages}");
    assert!(pages.contains("<loc>https://forum.example/garden/plums/</loc>"), "{pages}");
    assert!(!pages.contains(&cellar.slug) && !pages.contains("gone"), "{pages}");
    for wrong in ["/sitemap-2.xml", "/sitemap--1.xml", "/sitemap-x.xml", "/sitemap-99999999999999999999.xml"] {
        assert_eq!(get(&forum, wrong).await.status, 404, "{wrong}");
    }
}

/// The structured data in the head of a page.
fn structured(page: &str) -> Value {
    let rest = page.split("<script type=\"application/ld+json\">").nth(1).expect("structured data");
    serde_json::from_str(rest.split("</script>").next().expect("an end")).expect("JSON")
}

async fn public_pages_describe_themselves(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let club = forum.group(mira, "Club", GroupKind::Closed).await;
    let plums = forum.topic(mira, &garden, "Plums", "**Ripe** ones\n\nand < others").await;
    forum.post(mira, plums.topic, "A reply").await;
    let page = get(&forum, "/garden/plums/?at=2").await.text;
    let head = page.split("</head>").next().expect("a head");
    assert!(head.contains("<link rel=\"canonical\" href=\"https://forum.example/garden/plums/\">"), "{head}");
    assert!(head.contains("<meta name=\"description\" content=\"Ripe ones and &#60; others\">"), "{head}");
    assert!(head.contains("<meta property=\"og:type\" content=\"article\">"), "{head}");
    assert!(head.contains("type=\"application/atom+xml\" title=\"Plums\" href=\"/garden/plums/feed.atom\""), "{head}");
    let data = structured(&page);
    assert_eq!((&data["@type"], &data["headline"]), (&"DiscussionForumPosting".into(), &"Plums".into()));
    assert_eq!(data["text"], "Ripe ones and < others");
    assert_eq!(data["interactionStatistic"]["userInteractionCount"], 1);
    assert_eq!(data["author"]["url"], "https://forum.example/users/mira/");
    let later = get(&forum, "/garden/plums/?after=1").await.text;
    assert!(later.contains("<link rel=\"canonical\" href=\"https://forum.example/garden/plums/?after=1\">"));
    // What others wrote is not the topic's.
    assert!(structured(&later)["text"].is_null());
    assert!(!later.contains("content=\"A reply\""), "{later}");
    for (path, canonical) in [("/", "/"), ("/garden/?before=", "/garden/"), ("/users/mira/", "/users/mira/")] {
        let page = get(&forum, path).await.text;
        assert!(
            page.contains(&format!("<link rel=\"canonical\" href=\"https://forum.example{canonical}\">")),
            "{page}"
        );
        assert!(page.contains(&format!("href=\"{canonical}feed.atom\"")), "{page}");
    }
    let closed = get(&forum, &format!("/{}/", club.slug)).await.text;
    assert!(!closed.contains("rel=\"canonical\"") && !closed.contains("feed.atom"), "{closed}");
}

async fn other_sites_embed_public_messages(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let cellar = forum.group(mira, "Cellar", GroupKind::Private).await;
    let plums = forum.topic(mira, &garden, "Plums <b>", "Ripe <i> ones").await;
    let wine = forum.topic(mira, &cellar, "Wine", "Red.").await;
    let embed = async |url: &str| {
        let url: String = templates::search::encoded(url);
        get(&forum, &format!("/-/oembed?format=json&url={url}")).await
    };
    for url in [
        format!("https://forum.example/garden/{}/", plums.topic_slug),
        format!("https://forum.example/garden/{}/?at=1#m1", plums.topic_slug),
        format!("https://forum.example/-/messages/{}", plums.id),
    ] {
        let said = embed(&url).await.ok();
        assert_eq!(
            (&said["type"], &said["version"], &said["author_name"]),
            (&"rich".into(), &"1.0".into(), &"mira".into())
        );
        let html = said["html"].as_str().expect("HTML");
        assert!(html.contains("<p>Ripe &lt;i&gt; ones</p>") && html.contains(">Plums &lt;b&gt;</a>"), "{html}");
    }
    let gone = forum.post(mira, plums.topic, "Soon gone").await;
    domain::messages::delete(&forum.cx, mira, gone.id).await.expect("deleted");
    for hidden in [
        format!("https://forum.example/-/messages/{}", gone.id),
        format!("https://forum.example/{}/wine/", cellar.slug),
        format!("https://forum.example/-/messages/{}", wine.id),
        "https://forum.example/garden/none/".to_owned(),
        "https://other.example/garden/plums/".to_owned(),
        "https://forum.example".to_owned(),
        String::new(),
    ] {
        assert_eq!(embed(&hidden).await.status, 404, "{hidden}");
    }
    assert_eq!(get(&forum, "/-/oembed?format=xml&url=x").await.status, 501);
}
