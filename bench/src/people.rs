//! Users who sign up, join groups and start topics, as a browser without JavaScript would.

use std::io::{Error, Result};
use std::path::Path;

use crate::crowd::Circle;
use crate::http::{Answer, Connection};

const PASSWORD: &str = "a long password";
/// The slug of the group of all users of a measurement.
const GROUP: &str = "bench";

/// A user who is signed in and has a topic to write in.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Person {
    pub cookie: String,
    /// The CSRF token of their forms.
    pub csrf: String,
    /// The action of their topic's form.
    pub action: String,
    pub topic: String,
}

/// Returns an error for an unexpected answer.
pub fn refused(what: &str, answer: &Answer) -> Error {
    Error::other(format!("{what}: {} {}", answer.status, answer.text().chars().take(2_000).collect::<String>()))
}

fn cookie_of(answer: &Answer) -> Option<String> {
    let cookies = answer.headers("set-cookie").filter_map(|line| line.split(';').next());
    cookies.filter(|pair| !pair.ends_with('=')).map(str::to_owned).next()
}

/// Returns the text between `before` and the next quotation mark.
fn quoted<'a>(page: &'a str, before: &str) -> Option<&'a str> {
    page.split_once(before)?.1.split('"').next()
}

/// Gets a page, and the CSRF token of its forms.
async fn page(connection: &mut Connection, path: &str, cookie: &str) -> Result<(Answer, String)> {
    let answer = connection.get(path, cookie).await?;
    let token = quoted(&answer.text(), "name=\"csrf\" value=\"").map(str::to_owned);
    match token {
        Some(token) => Ok((answer, token)),
        None => Err(refused(path, &answer)),
    }
}

async fn sign_up(connection: &mut Connection, name: &str) -> Result<String> {
    let (form, csrf) = page(connection, "/-/sign-up", "").await?;
    let cookie = cookie_of(&form).unwrap_or_default();
    let email = format!("{name}@bench.example");
    let fields =
        [("csrf", csrf.as_str()), ("username", name), ("email", &email), ("password", PASSWORD), ("next", "/")];
    let answer = connection.post("/-/sign-up", &cookie, &fields).await?;
    cookie_of(&answer).filter(|_| answer.status == 303).ok_or_else(|| refused("sign up", &answer))
}

/// Signs in by the password that [`gather`] and [`arrive`] give to everybody.
pub async fn sign_in(at: &str, name: &str) -> Result<Answer> {
    let mut connection = Connection::open(at).await?;
    let (form, csrf) = page(&mut connection, "/-/sign-in", "").await?;
    let cookie = cookie_of(&form).unwrap_or_default();
    let fields = [("csrf", csrf.as_str()), ("username", name), ("password", PASSWORD), ("next", "/")];
    connection.post("/-/sign-in", &cookie, &fields).await
}

async fn join(connection: &mut Connection, group: &str, cookie: &str, csrf: &str) -> Result<()> {
    let home = connection.get(&format!("/{group}/"), cookie).await?;
    let text = home.text();
    let id = quoted(&text, "data-group=\"").ok_or_else(|| refused(group, &home))?;
    let answer = connection.post(&format!("/-/groups/{id}/join"), cookie, &[("csrf", csrf)]).await?;
    if answer.status == 303 { Ok(()) } else { Err(refused("join", &answer)) }
}

async fn start_topic(
    connection: &mut Connection,
    group: &str,
    cookie: &str,
    csrf: &str,
    title: &str,
) -> Result<(String, String)> {
    let home = connection.get(&format!("/{group}/"), cookie).await?.text();
    let id = quoted(&home, "data-group=\"").unwrap_or_default().to_owned();
    let fields = [("csrf", csrf), ("title", title), ("text", "The first message"), ("key", title)];
    let answer = connection.post(&format!("/-/groups/{id}/topics"), cookie, &fields).await?;
    let topic = answer.header("location").map(str::to_owned).ok_or_else(|| refused("start a topic", &answer))?;
    let page = connection.get(&topic, cookie).await?;
    let text = page.text();
    let action = quoted(&text, "id=\"compose\" method=\"post\" action=\"").ok_or_else(|| refused(&topic, &page))?;
    Ok((topic, action.to_owned()))
}

/// A user with a topic to write in.
#[derive(Clone, Debug)]
pub struct Writer {
    /// The session cookie.
    pub cookie: String,
    /// The CSRF token of their forms.
    pub csrf: String,
    /// The action of their topic's form.
    pub action: String,
}

/// Starts a topic as a signed-in user in their group. Returns its path, and how to write in it.
pub async fn begin_topic(
    connection: &mut Connection,
    cookie: &str,
    group: &str,
    title: &str,
) -> Result<(String, Writer)> {
    let (_, csrf) = page(connection, "/-/groups/new", cookie).await?;
    let (topic, action) = start_topic(connection, group, cookie, &csrf, title).await?;
    Ok((topic, Writer { cookie: cookie.to_owned(), csrf, action }))
}

/// Signs up users, who each join the groups and start a topic.
pub async fn arrive(at: &str, count: usize, groups: &[String]) -> Result<Vec<Person>> {
    let mut connection = Connection::open(at).await?;
    let mut people = Vec::new();
    for number in 0..count {
        let cookie = sign_up(&mut connection, &format!("bench{number}")).await?;
        let (_, csrf) = page(&mut connection, "/-/groups/new", &cookie).await?;
        if number == 0 {
            let fields =
                [("csrf", csrf.as_str()), ("name", GROUP), ("slug", GROUP), ("kind", "public"), ("key", GROUP)];
            let made = connection.post("/-/groups", &cookie, &fields).await?;
            if made.status != 303 {
                return Err(refused("make a group", &made));
            }
        } else {
            join(&mut connection, GROUP, &cookie, &csrf).await?;
        }
        for group in groups {
            join(&mut connection, group, &cookie, &csrf).await?;
        }
        let (topic, action) =
            start_topic(&mut connection, GROUP, &cookie, &csrf, &format!("Topic of bench{number}")).await?;
        people.push(Person { cookie, csrf, action, topic });
    }
    Ok(people)
}

/// Starts a topic and lets all of them write in it, in turn. Returns its path.
pub async fn fill(at: &str, people: &[Person], messages: usize) -> Result<String> {
    let mut connection = Connection::open(at).await?;
    let first = people.first().ok_or_else(|| Error::other("nobody is there"))?;
    let title = format!("A topic of {messages}");
    let (topic, action) = start_topic(&mut connection, GROUP, &first.cookie, &first.csrf, &title).await?;
    let mut writing = Vec::new();
    for (nth, person) in people.iter().cloned().enumerate() {
        let (at, action) = (at.to_owned(), action.clone());
        let own = (1..messages).filter(|number| number % people.len() == nth).collect::<Vec<_>>();
        let every = people.len();
        writing.push(tokio::spawn(async move {
            let mut connection = Connection::open(&at).await?;
            for number in own {
                let key = format!("{messages}-{number}-{every}");
                let fields = [("csrf", person.csrf.as_str()), ("text", TEXT), ("key", &key)];
                let answer = connection.post(&action, &person.cookie, &fields).await?;
                if answer.status != 303 {
                    return Err(refused("post", &answer));
                }
            }
            Ok(())
        }));
    }
    for writer in writing {
        writer.await.map_err(Error::other)??;
    }
    Ok(topic)
}

/// The text of every message: as long as a usual message on Convore.
pub const TEXT: &str = "I have been running this in production since last week and it holds up well so far. \
    What surprised me is how little memory it takes: about a third of what we had before. Has anybody tried it behind nginx?";

/// Writes users to a file.
pub fn write(file: &Path, people: &[Person]) -> Result<()> {
    let line = |person: &Person| [&*person.cookie, &*person.csrf, &*person.action, &*person.topic].join("\t") + "\n";
    std::fs::write(file, people.iter().map(line).collect::<String>())
}

/// Reads users that [`write()`] wrote.
pub fn read(file: &Path) -> Result<Vec<Person>> {
    let person = |line: &str| {
        let mut parts = line.split('\t').map(str::to_owned);
        Some(Person { cookie: parts.next()?, csrf: parts.next()?, action: parts.next()?, topic: parts.next()? })
    };
    Ok(std::fs::read_to_string(file)?.lines().filter_map(person).collect())
}

/// Signs up a writer, who makes a group and starts a topic in it, and readers who join.
pub async fn gather(at: &str, name: &str, readers: usize) -> Result<Circle> {
    let mut connection = Connection::open(at).await?;
    let cookie = sign_up(&mut connection, &format!("{name}-writer")).await?;
    let (_, csrf) = page(&mut connection, "/-/groups/new", &cookie).await?;
    let fields = [("csrf", csrf.as_str()), ("name", name), ("slug", name), ("kind", "public"), ("key", name)];
    let made = connection.post("/-/groups", &cookie, &fields).await?;
    if made.status != 303 {
        return Err(refused("make a group", &made));
    }
    let (path, writer) = begin_topic(&mut connection, &cookie, name, "What everybody reads").await?;
    let mut circle = Circle { path, writer, readers: Vec::new() };
    for number in 0..readers {
        let cookie = sign_up(&mut connection, &format!("{name}-{number}")).await?;
        let (_, csrf) = page(&mut connection, "/-/groups/new", &cookie).await?;
        join(&mut connection, name, &cookie, &csrf).await?;
        circle.readers.push(cookie);
    }
    Ok(circle)
}
