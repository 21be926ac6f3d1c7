//! What people come for, counted in clicks, with scripts and without. The forum has a topic of 12,000 messages, and 20 topics
//! with 500 unread messages.

use std::time::Duration;

use domain::time::Timestamp;
use fantoccini::Locator;
use serde_json::json;

use crate::browser::{Browser, Driver};
use crate::support::{Forum, Place, Running, Visitor, newcomer, wait_for};

const LONG: i64 = 12_000;
const TOPICS: i64 = 20;
/// The messages of each of these topics. The last one is posted, and all of them are then unread.
const EACH: i64 = 25;

const SENTENCES: &str = "By the river. Under the old bridge.";

/// Somebody at a browser. Typing, scrolling and selecting are no clicks.
struct Person {
    browser: Browser,
    has_scripts: bool,
    clicks: usize,
}

impl Person {
    async fn at(driver: &mut Driver, forum: &Forum, name: &str, has_scripts: bool) -> Self {
        let browser =
            if has_scripts { driver.browser(&forum.base).await } else { driver.plain_browser(&forum.base).await };
        browser.sign_in(name, "/").await;
        browser.sees("Mark all as read").await;
        Self { browser, has_scripts, clicks: 0 }
    }

    async fn click(&mut self, selector: &str) {
        self.clicks += 1;
        self.browser.click(selector).await;
    }

    /// A click on what is only visible on hover.
    async fn press(&mut self, selector: &str) {
        self.clicks += 1;
        self.browser.press(selector).await;
    }

    async fn finds(&self, selector: &str) {
        let found = self.browser.client.wait().for_element(Locator::Css(selector)).await;
        found.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Asserts how many clicks a task took, and begins to count again.
    #[track_caller]
    fn took(&mut self, most: usize, task: &str) {
        let scripts = if self.has_scripts { "with scripts" } else { "without scripts" };
        println!("{task}, {scripts}: {} clicks", self.clicks);
        assert!(self.clicks <= most, "{task}, {scripts}: {} clicks", self.clicks);
        self.clicks = 0;
    }
}

/// Imports messages by ana, all into one group.
fn import(forum: &Forum, name: &str, more: &[&str], lines: impl Iterator<Item = (String, String, Timestamp)>) {
    let file = forum.folder().join(name);
    let lines: Vec<String> = lines
        .enumerate()
        .map(|(id, (topic, text, at))| {
            let line = json!({ "id": id, "group": "Bird watch", "topic": topic, "author": "ana", "created_at": at.rfc3339(), "text": text });
            line.to_string()
        })
        .collect();
    std::fs::write(&file, lines.join("\n")).expect("a file");
    let path = file.display().to_string();
    let mut arguments = vec!["import", "jsonl", path.as_str()];
    arguments.extend_from_slice(more);
    let output = forum.run(&arguments, "");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn what_people_come_for_takes_a_few_clicks() {
    let mut forum = Forum::start(Running::Alone).await;
    let mut driver = Driver::start().await;
    let now = Timestamp::now();
    let day = Duration::from_secs(86_400);
    let long = (1..=LONG).map(|number| {
        let at = now.minus(30 * day).plus(Duration::from_secs(120 * number as u64));
        ("Herons".to_owned(), format!("number {number}"), at)
    });
    import(&forum, "long.jsonl", &[], long);

    // Who joins has read everything before.
    let group = Place { path: "/bird-watch/".to_owned(), id: String::new() };
    let (ben, eve, dora) =
        (newcomer(&forum, "ben").await, newcomer(&forum, "eve").await, newcomer(&forum, "dora").await);
    for visitor in [&ben, &eve, &dora] {
        visitor.join(&group).await;
    }
    let later = Timestamp::now().plus(Duration::from_secs(2));
    let unread = (0..TOPICS)
        .flat_map(|topic| (1..EACH).map(move |number| (format!("Topic {topic}"), format!("number {number}"), later)));
    import(&forum, "unread.jsonl", &["--into", "bird-watch"], unread);
    for topic in 0..TOPICS {
        let form = dora.get(&format!("/bird-watch/topic-{topic}/?at=last")).await.expect(200).form("/messages");
        dora.send(&form.with("text", SENTENCES)).await.expect(303);
    }
    forum.settle().await;

    // Both catch up before one of them writes.
    let mut people = Vec::new();
    for (name, visitor, has_scripts) in [("ben", &ben, true), ("eve", &eve, false)] {
        assert_eq!(visitor.get("/").await.unread_total(), TOPICS * EACH);
        let mut person = Person::at(&mut driver, &forum, name, has_scripts).await;
        catch_up(&mut person, visitor).await;
        people.push(person);
    }
    for mut person in people {
        find_the_first_message(&mut person).await;
        answer_a_sentence(&mut person).await;
        fix_a_typo(&mut person).await;
        write_a_list_with_a_table(&mut person).await;
        message_somebody(&mut person).await;
        person.browser.must_not_complain().await;
    }
}

/// Reads one topic from the paper to its end, then the rest in the paper.
async fn catch_up(person: &mut Person, visitor: &Visitor) {
    person.click(".story a.title").await;
    person.browser.sees("25 new since your last visit").await;
    if person.has_scripts {
        let total = "document.querySelector('#sidebar [data-unread-total]:not([hidden])')?.textContent";
        person.browser.until("it is read", &format!("(window.scrollBy(0, 100), {total} === '475')")).await;
    } else {
        person.press("#read-to button").await;
        person.browser.sees("Marked as read.").await;
    }
    unread_is(visitor, (TOPICS - 1) * EACH).await;
    person.click("#sidebar .links a[href='/']").await;
    person.click("form[action='/-/read'] button").await;
    person.browser.sees("Marked as read.").await;
    unread_is(visitor, 0).await;
    person.took(if person.has_scripts { 3 } else { 4 }, "To catch up on 500 messages");
}

async fn unread_is(visitor: &Visitor, count: i64) {
    let what = format!("{count} messages are unread");
    wait_for(&what, async || (visitor.get("/").await.unread_total() == count).then_some(())).await;
}

async fn find_the_first_message(person: &mut Person) {
    person.browser.goto("/bird-watch/herons/?at=last").await;
    person.finds("#messages > .message[data-seq='12000']").await;
    person.click(".cursor .first").await;
    person.finds("#messages > .message[data-seq='1']").await;
    person.took(1, "To find the first of 12,000 messages");
    person.browser.goto("/bird-watch/herons/?at=last").await;
    person.click(".timeline li:nth-child(6) a").await;
    person.finds("#messages > .message[data-seq='6000']").await;
    person.took(1, "To find the middle");
}

async fn answer_a_sentence(person: &mut Person) {
    // Each in a topic of their own, where the other one has not answered.
    let topic = if person.has_scripts { 3 } else { 5 };
    person.browser.goto(&format!("/bird-watch/topic-{topic}/?at=last")).await;
    if person.has_scripts {
        let browser = &person.browser;
        browser.js("document.querySelector('#compose textarea').focus()").await;
        browser.until("the composer has its toolbar", "document.querySelector('.toolbar [aria-label=Bold]')").await;
        // Selected again if a reload of the page took the selection.
        let select = "(() => {
            if (document.querySelector('.quote-it:not([hidden])')) return true;
            const all = [...document.querySelectorAll('.message .markup')];
            const words = all.find((markup) => markup.textContent.startsWith('By the river.')).firstChild;
            getSelection().setBaseAndExtent(words, 14, words, words.textContent.length);
        })()";
        browser.until("a button quotes it", select).await;
        browser.js("document.querySelector('.quote-it').click()").await;
        person.clicks += 1;
        let quoted = "document.querySelector('#compose textarea').value.startsWith('> Under the old bridge.')";
        person.browser.until("it is quoted", quoted).await;
        person.browser.append("#f-text", "Whichh one?").await;
    } else {
        person.press(".message:last-of-type .tools .reply").await;
        person.browser.sees("Replying to dora").await;
        person.browser.fill("#f-text", "> Under the old bridge.\n\nWhichh one?").await;
    }
    person.click("#compose .primary").await;
    person.browser.sees("Whichh one?").await;
    person.finds("#messages .message .markup blockquote").await;
    person.took(2, "To answer a sentence");
}

async fn fix_a_typo(person: &mut Person) {
    if person.has_scripts {
        person.browser.until("the message is confirmed", "!document.querySelector('#outgoing .message')").await;
    }
    person.press("#messages > .message:last-of-type .tools a[href$='/edit']").await;
    let form = if person.has_scripts { ".message.editing form" } else { "main form[action$='/edit']" };
    person.browser.fill(&format!("{form} textarea"), "> Under the old bridge.\n\nWhich one?").await;
    person.click(&format!("{form} button.primary")).await;
    person.browser.sees("Which one?").await;
    person.finds("#messages .edited").await;
    person.took(2, "To fix a typo");
}

async fn write_a_list_with_a_table(person: &mut Person) {
    person.browser.goto("/bird-watch/topic-4/?at=last").await;
    let text = "- herons\n- egrets\n\n| where | how many |\n|---|---|\n| river | 12 |";
    person.browser.fill("#f-text", text).await;
    person.click("#compose .primary").await;
    person.finds("#messages .markup ul li").await;
    person.finds("#messages .markup table td").await;
    person.took(1, "To write a list with a table");
}

async fn message_somebody(person: &mut Person) {
    person.click("#sidebar a[href='/-/direct/new']").await;
    person.browser.fill("#f-to", "dora").await;
    person.browser.fill("#f-text", "a word with you").await;
    person.click("main form button.primary").await;
    person.finds("#messages .message").await;
    person.browser.sees("a word with you").await;
    person.took(2, "To find somebody and message them");
}
