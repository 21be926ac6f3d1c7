//! The promise of live: an open page equals the reloaded page, whatever happened meanwhile.

use serde_json::Value;

use crate::browser::{Browser, Driver};
use crate::support::{Forum, Place, Running, Visitor, group_of, newcomer, topic_in};

crate::both_ways!(pages_with_live_events_equal_reloaded_pages);

/// How often pages are compared, and how many actions lie in between.
const LOOKS: usize = 4;
const ACTIONS: usize = 10;

/// Returns what a page shows, without what differs by time or by viewer: of the open page, and of the page fetched
/// again.
const COMPARE: &str = r#"
const done = arguments[arguments.length - 1];
const text = (node) => node?.textContent.replace(/\s+/g, ' ').trim() ?? null;
const shown = (root) => {
  const all = (selector, take) => [...root.querySelectorAll(selector)].map(take);
  const bare = (node) => {
    const copy = node.cloneNode(true);
    copy.classList.remove('fresh');
    for (const time of copy.querySelectorAll('time')) time.replaceWith(time.dateTime);
    for (const pre of copy.querySelectorAll('pre')) pre.removeAttribute('tabindex');
    for (const count of copy.querySelectorAll('[data-count]')) {
      if (count.hidden) count.textContent = '';
      count.removeAttribute('hidden');
    }
    return copy.outerHTML.replace(/\s+/g, ' ');
  };
  const counts = {};
  for (const link of root.querySelectorAll('#sidebar a[data-group]')) counts[text(link.querySelector(':scope > :not([data-count])') ?? link.firstChild)] = text(link.querySelector('[data-count]:not([hidden])'));
  return {
    title: root.title.replace(/^\(\d+\) /, ''),
    heading: text(root.querySelector('#main h1')),
    count: text(root.querySelector('#message-count')),
    messages: all('.message', bare),
    rows: all('#topics > .topic', bare),
    stories: all('.story', text).length,
    members: all('[data-members]', text),
    here: all('#here li', text),
    counts,
    total: text(root.querySelector('[data-unread-total]:not([hidden])')),
    mentions: text(root.querySelector('#sidebar [data-mentions-total]:not([hidden])')),
  };
};
fetch(location.href, { cache: 'no-store', headers: { Accept: 'text/html' } }).then(async (answer) => {
  const { parsePage } = await import(new URL('trusted.js', document.querySelector('script[type=module]').src));
  const page = parsePage(await answer.text());
  const [open, drawn] = [shown(document), shown(page)];
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const differences = [];
  for (const key of Object.keys(drawn)) {
    if (same(open[key], drawn[key])) continue;
    const lists = Array.isArray(drawn[key]) && open[key].length === drawn[key].length;
    const at = lists ? drawn[key].findIndex((item, place) => !same(item, open[key][place])) : null;
    differences.push([key, lists ? open[key][at] : open[key], lists ? drawn[key][at] : drawn[key]]);
  }
  done(differences);
}, (error) => done([[String(error)]]));
"#;

struct Rng(u64);

impl Rng {
    fn roll(&mut self, sides: usize) -> usize {
        // Knuth's MMIX.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

/// What exists, as far as the test knows.
struct World {
    people: Vec<(&'static str, Visitor)>,
    group: Place,
    topics: Vec<Place>,
    /// Topic, text and author of each message that is not deleted.
    messages: Vec<(String, String, usize)>,
    /// The texts of those messages that had a poll when they were posted.
    polls: Vec<String>,
    made: usize,
    rng: Rng,
}

impl World {
    fn words(&mut self) -> String {
        self.made += 1;
        let more = ["and *that* was all", "@ben, look", "`code` https://example.org/x", "> once said\n\nno"];
        format!("words{}. {}", self.made, more[self.rng.roll(more.len())])
    }

    /// Does something that changes a page, and describes it.
    async fn happen(&mut self) -> String {
        let who = self.rng.roll(self.people.len());
        let (name, visitor) = self.people[who].clone();
        let about = self.rng.roll(self.messages.len());
        match self.rng.roll(19) {
            0..=2 => {
                let topic = self.topics[self.rng.roll(self.topics.len())].clone();
                let text = self.words();
                visitor.post(&topic, &text).await.expect(200);
                let mark = text.split('.').next().expect("a mark").to_owned();
                self.messages.push((topic.path, mark.clone(), who));
                format!("{name} writes {mark}")
            }
            3 | 4 => {
                let (path, original, _) = self.messages[about].clone();
                let text = self.words();
                let page = visitor.get(&path).await.expect(200);
                let id = page.message(&format!("{original}."));
                let form = page.form("/messages").with("text", &text).with("reply_to", &id);
                visitor.submit(&form).await.expect(200);
                let mark = text.split('.').next().expect("a mark").to_owned();
                self.messages.push((path, mark.clone(), who));
                format!("{name} answers {original} with {mark}")
            }
            5 | 6 => {
                let (path, mark, author) = self.messages[about].clone();
                let (_, author) = &self.people[author];
                let id = author.get(&path).await.expect(200).message(&format!("{mark}."));
                let form = author.get(&format!("/-/messages/{id}/edit")).await.expect(200).form("/edit");
                author.send(&form.with("text", &format!("{mark}. changed to {}", self.made))).await.expect(303);
                self.made += 1;
                format!("{mark} is edited")
            }
            7 if self.messages.len() > 4 => {
                let (path, mark, author) = self.messages.swap_remove(about);
                let (_, author) = &self.people[author];
                let id = author.get(&path).await.expect(200).message(&format!("{mark}."));
                let form = author.get(&format!("/-/messages/{id}/delete")).await.expect(200).form("/delete");
                author.send(&form).await.expect(303);
                format!("{mark} is deleted")
            }
            7 | 8 => {
                let (path, mark, _) = self.messages[about].clone();
                let page = visitor.get(&path).await.expect(200);
                let id = page.message(&format!("{mark}."));
                let mut form = page.form("/messages");
                form.action = format!("/-/messages/{id}/star");
                visitor.send(&form).await.expect(303);
                format!("{name} stars {mark}, or no more")
            }
            9 => {
                let title = format!("Topic {}", self.made);
                let text = self.words();
                let topic = topic_in(&visitor, &self.group, &title, &text).await;
                self.messages.push((topic.path.clone(), text.split('.').next().expect("a mark").to_owned(), who));
                self.topics.push(topic);
                format!("{name} starts {title}")
            }
            10 => {
                let topic = &self.topics[self.rng.roll(self.topics.len())];
                let (_, admin) = &self.people[0];
                let form = admin.get(&format!("/-/topics/{}/edit", topic.id)).await.expect(200).form("/edit");
                self.made += 1;
                admin.send(&form.with("title", &format!("Renamed {}", self.made))).await.expect(303);
                format!("{} is renamed", topic.path)
            }
            11 | 12 => {
                // Splits off single messages, also from the open topic.
                let (path, mark, _) = self.messages[about].clone();
                let (_, admin) = &self.people[0];
                let id = admin.get(&path).await.expect(200).message(&format!("{mark}."));
                let topic = self.topics.iter().find(|topic| topic.path == path).expect("its topic").id.clone();
                let form = admin.get(&format!("/-/topics/{topic}/split?from={id}")).await.expect(200).form("/split");
                self.made += 1;
                let title = format!("Split {}", self.made);
                let page = admin.submit(&form.with("which", "these").with("title", &title)).await;
                if page.status == 422 {
                    return format!("{mark} is alone");
                }
                let id = page.form("/messages").action.split('/').nth(3).expect("the topic's id").to_owned();
                self.messages[about].0.clone_from(&page.path);
                self.topics.push(Place { path: page.path, id });
                format!("{mark} is split off {path}")
            }
            13 if self.topics.len() > 2 => {
                let topic = self.topics.swap_remove(1 + self.rng.roll(self.topics.len() - 1));
                let into = self.topics[self.rng.roll(self.topics.len())].path.clone();
                let (_, admin) = &self.people[0];
                let form = admin.get(&format!("/-/topics/{}/merge", topic.id)).await.expect(200).form("/merge");
                admin.send(&form.with("into", &into)).await.expect(303);
                self.messages.iter_mut().filter(|(path, ..)| *path == topic.path).for_each(|m| m.0.clone_from(&into));
                format!("{} is merged into {into}", topic.path)
            }
            15 => {
                let topic = self.topics[self.rng.roll(self.topics.len())].clone();
                let text = self.words();
                let results = ["always", "voted", "closed"][self.rng.roll(3)];
                let form = visitor.get(&topic.path).await.expect(200).form("/messages").with("text", &text);
                let form = form.with("question", "Which?").with("options", "One\nTwo").with("results", results);
                visitor.submit(&form).await.expect(200);
                let mark = text.split('.').next().expect("a mark").to_owned();
                self.polls.push(mark.clone());
                self.messages.push((topic.path, mark.clone(), who));
                format!("{name} asks {mark}")
            }
            16..=18 => {
                let there = |message: &&(String, String, usize)| self.polls.contains(&message.1);
                let polls: Vec<(String, String, usize)> = self.messages.iter().filter(there).cloned().collect();
                if polls.is_empty() {
                    return "there is no poll".to_owned();
                }
                let (path, mark, _) = polls[self.rng.roll(polls.len())].clone();
                let page = visitor.get(&path).await.expect(200);
                let id = page.message(&format!("{mark}."));
                let choice = self.rng.roll(2).to_string();
                let mut form = page.form("/messages").with(&format!("vote-{id}"), &choice);
                form.action = format!("/-/messages/{id}/vote");
                visitor.send(&form).await.expect(303);
                format!("{name} votes for {choice} in {mark}")
            }
            _ if self.topics.len() > 3 => {
                // Not the topic that is open.
                let topic = self.topics.swap_remove(1 + self.rng.roll(self.topics.len() - 1));
                let (_, admin) = &self.people[0];
                let form = admin.get(&format!("/-/topics/{}/delete", topic.id)).await.expect(200).form("/delete");
                admin.send(&form).await.expect(303);
                self.messages.retain(|(path, ..)| *path != topic.path);
                format!("{} is deleted", topic.path)
            }
            _ => {
                let form = visitor.get(&self.group.path).await.expect(200);
                let way = if form.has_form("/leave") { "/leave" } else { "/join" };
                if way == "/leave" && who != 2 {
                    return format!("{name} stays");
                }
                visitor.send(&form.form(way)).await.expect(303);
                let form = visitor.get(&self.group.path).await.expect(200);
                if form.has_form("/join") {
                    visitor.send(&form.form("/join")).await.expect(303);
                }
                format!("{name} left and came back")
            }
        }
    }
}

/// # Panics
/// When the open page does not become equal to the reloaded page.
pub async fn must_be_as_drawn_anew(browser: &Browser, what: &str, happened: &[String]) {
    let mut last = Value::Null;
    let as_anew = async {
        loop {
            last = browser.client.execute_async(COMPARE, Vec::new()).await.expect("a comparison");
            if last.as_array().is_some_and(Vec::is_empty) {
                return;
            }
        }
    };
    if tokio::time::timeout(std::time::Duration::from_secs(30), as_anew).await.is_err() {
        panic!("{what} differs after {happened:#?}: {last:#}");
    }
}

async fn pages_with_live_events_equal_reloaded_pages(running: Running) {
    let mut forum = Forum::start(running).await;
    let mut driver = Driver::start().await;
    let (ana, ben, carl) =
        (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await, newcomer(&forum, "carl").await);
    let group = group_of(&ana, "Bird watch", "public").await;
    let mut topics = Vec::new();
    for title in ["Herons", "Egrets", "Storks"] {
        topics.push(topic_in(&ana, &group, title, &format!("first{title}. By the river")).await);
    }
    for visitor in [&ben, &carl] {
        visitor.join(&group).await;
    }
    forum.settle().await;
    let messages = topics
        .iter()
        .zip(["Herons", "Egrets", "Storks"])
        .map(|(topic, title)| (topic.path.clone(), format!("first{title}"), 0))
        .collect();
    // Ben has the topic, the group and his home page open, in German; a stranger has the topic and the group.
    let form = ben.get("/-/settings").await.expect(200).form("/-/settings").with("language", "de");
    ben.submit(&form).await.expect(200);
    let (browser, stranger) = (driver.browser(&forum.base).await, driver.browser(&forum.base).await);
    browser.sign_in("ben", &group.path).await;
    browser.sees("Herons").await;
    let mut tabs = vec![("ben's page of the group", &browser, browser.tab().await)];
    let home = browser.open_tab("/").await;
    tabs.push(("ben's home", &browser, home));
    let at_topic = browser.open_tab(&topics[0].path).await;
    tabs.push(("ben's page of the topic", &browser, at_topic));
    browser.show().await;
    stranger.goto(&group.path).await;
    tabs.push(("a stranger's page of the group", &stranger, stranger.tab().await));
    let at_topic = stranger.open_tab(&topics[0].path).await;
    tabs.push(("a stranger's page of the topic", &stranger, at_topic));

    let seed = std::env::var("KLATCH_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| std::process::id().into());
    println!("KLATCH_TEST_SEED={seed} does the same again");
    let people = vec![("ana", ana), ("ben", ben), ("carl", carl)];
    let mut world = World { people, group, topics, messages, polls: Vec::new(), made: 0, rng: Rng(seed) };
    for _ in 0..LOOKS {
        let mut happened = Vec::new();
        for _ in 0..ACTIONS {
            happened.push(world.happen().await);
        }
        forum.jobs_done().await;
        for (what, browser, tab) in &tabs {
            browser.switch(tab).await;
            must_be_as_drawn_anew(browser, what, &happened).await;
        }
    }
    browser.must_not_complain().await;
    stranger.must_not_complain().await;
    forum.examine().await;
}
