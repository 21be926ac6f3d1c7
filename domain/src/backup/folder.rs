//! Conversations as a folder of pages that any browser shows without a server, with a search.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use futures_util::TryStreamExt;
use model::time::Timestamp;
use serde::Deserialize;
use store::DatabaseUrl;
use store::backup::Snapshot;
use store::backup::export::{ExportedTable, Scope};

use super::export;
use super::uploads::FileLine;
use crate::files;
use crate::platform::error::{Error, Result};
use crate::platform::storage;

/// Topics of a group, or messages of a topic, on one page.
pub const PAGE: usize = 500;
/// The bytes of one file of the search.
const SEARCH_FILE: usize = 1 << 20;

/// How pages are rendered, and the files beside them.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Drawing {
    pub index: fn(&Index) -> Result<String, String>,
    pub group: fn(&GroupPage) -> Result<String, String>,
    pub topic: fn(&TopicPage) -> Result<String, String>,
    pub search: fn(&str) -> Result<String, String>,
    /// `style.css` and `search.js`.
    pub style: &'static str,
    pub script: &'static str,
}

/// The first page.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Index<'a> {
    pub site: &'a str,
    pub groups: Vec<&'a FolderGroup>,
}

/// A group.
#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
pub struct FolderGroup {
    pub id: i64,
    pub name: String,
    pub description: String,
    kind: String,
    #[serde(skip)]
    pub topics: usize,
}

/// A topic.
#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
pub struct FolderTopic {
    pub id: i64,
    pub group_id: i64,
    pub name: String,
    pub last_message_at: Timestamp,
    deleted_at: Option<Timestamp>,
}

/// A message.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct FolderMessage {
    pub id: i64,
    pub author: String,
    pub at: Timestamp,
    pub is_edited: bool,
    /// Our own markup. `None`: the message was deleted.
    pub markup: Option<String>,
}

/// A page with topics of a group.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct GroupPage<'a> {
    pub group: &'a FolderGroup,
    pub topics: &'a [&'a FolderTopic],
    /// From 1.
    pub page: usize,
    pub has_more: bool,
}

/// A page with messages of a topic.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct TopicPage<'a> {
    pub group: &'a FolderGroup,
    pub topic: &'a FolderTopic,
    pub messages: &'a [FolderMessage],
    /// From 1.
    pub page: usize,
    pub has_more: bool,
}

/// The file of a page of a group.
pub fn group_file(id: i64, page: usize) -> String {
    if page == 1 { format!("group-{id}.html") } else { format!("group-{id}-{page}.html") }
}

/// The file of a page of a topic.
pub fn topic_file(id: i64, page: usize) -> String {
    if page == 1 { format!("topic-{id}.html") } else { format!("topic-{id}-{page}.html") }
}

/// What to write, and how.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Order<'a> {
    /// The folder, which must not exist.
    pub folder: &'a Path,
    /// The address of one group; `None` for the whole site.
    pub group: Option<&'a str>,
    pub is_public: bool,
    pub site: &'a str,
    /// Links in messages that lead to the forum lead there.
    pub base_url: &'a str,
    pub drawing: Drawing,
    /// Where the files in messages are.
    pub files: &'a storage::Files,
}

#[derive(Deserialize)]
struct Person {
    id: i64,
    username: String,
}

#[derive(Deserialize)]
struct Message {
    id: i64,
    topic_id: i64,
    author_id: i64,
    created_at: Timestamp,
    raw: String,
    nodes: String,
    edited_at: Option<Timestamp>,
    deleted_at: Option<Timestamp>,
}

/// Writes the folder. It gets its name when it is complete. Returns the number of messages. Names of people and titles of
/// topics are held in memory, messages are not.
///
/// # Errors
/// As [`export::make`].
pub async fn make(url: &DatabaseUrl, order: Order<'_>) -> Result<u64> {
    let failed = |error: std::io::Error| Error::Internal(format!("cannot write `{}`: {error}", order.folder.display()));
    if order.folder.symlink_metadata().is_ok() {
        return Err(Error::Internal(format!("`{}` already exists; choose another name", order.folder.display())));
    }
    let name = order.folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let unfinished = Unfinished(order.folder.with_file_name(format!(".{name}.{}.part", model::unique_name())));
    super::create_folder(&unfinished.0)?;
    let rows = unfinished.0.join("messages.jsonl");
    let mut snapshot = Snapshot::open(url).await?;
    let content = read(&mut snapshot, &order, &rows).await;
    // Pages are drawn and files copied without it: that may take hours, and migrations wait for it.
    snapshot.close().await;
    let messages = write(content?, &order, &unfinished.0).await?;
    std::fs::remove_file(&rows).map_err(failed)?;
    std::fs::rename(&unfinished.0, order.folder).map_err(failed)?;
    Ok(messages)
}

/// A folder that is deleted unless it was renamed.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What the folder shows.
struct Content {
    people: HashMap<i64, String>,
    groups: BTreeMap<i64, FolderGroup>,
    topics: BTreeMap<i64, FolderTopic>,
    uploaded: Vec<FileLine>,
    /// The messages, one a line, in the order of the pages.
    rows: BufReader<File>,
}

/// Reads what the folder shows; the messages into a file.
async fn read(snapshot: &mut Snapshot, order: &Order<'_>, path: &Path) -> Result<Content> {
    let scope = export::scope(snapshot, order.group, order.is_public).await?;
    let people: Vec<Person> = all(snapshot, &part(scope, "users")?).await?;
    let people: HashMap<i64, String> = people.into_iter().map(|person| (person.id, person.username)).collect();
    let groups: Vec<FolderGroup> = all(snapshot, &part(scope, "groups")?).await?;
    // Conversations have no place in a folder that others browse.
    let groups = groups.into_iter().filter(|group| group.kind != "direct");
    let mut groups: BTreeMap<i64, FolderGroup> = groups.map(|group| (group.id, group)).collect();
    let topics: Vec<FolderTopic> = all(snapshot, &part(scope, "topics")?).await?;
    let topics = topics.into_iter().filter(|topic| topic.deleted_at.is_none() && groups.contains_key(&topic.group_id));
    let topics: BTreeMap<i64, FolderTopic> = topics.map(|topic| (topic.id, topic)).collect();
    for topic in topics.values() {
        groups.entry(topic.group_id).and_modify(|group| group.topics += 1);
    }
    let uploaded: Vec<FileLine> = all(snapshot, &part(scope, "files")?).await?;
    let mut part = part(scope, "messages")?;
    part.table.key = &["topic_id", "seq"];
    let mut rows = snapshot.part(&part).await?;
    let mut file = BufWriter::new(File::create(path).map_err(unspooled)?);
    while let Some(row) = rows.try_next().await? {
        // In JSON, line ends are escaped.
        writeln!(file, "{row}").map_err(unspooled)?;
    }
    file.flush().map_err(unspooled)?;
    let rows = BufReader::new(File::open(path).map_err(unspooled)?);
    Ok(Content { people, groups, topics, uploaded, rows })
}

fn unspooled(error: std::io::Error) -> Error {
    Error::Internal(format!("cannot keep the messages in a file: {error}"))
}

async fn write(content: Content, order: &Order<'_>, folder: &Path) -> Result<u64> {
    let Content { people, groups, topics, uploaded, rows } = content;
    let mut uploads = Uploads {
        storage: order.files,
        folder,
        left: uploaded.into_iter().map(|file| (file.id, file)).collect(),
        copied: HashMap::new(),
    };
    let mut files = Files { folder, drawing: order.drawing, search: Vec::new(), searches: 0 };
    files.write("style.css", order.drawing.style)?;
    files.write("search.js", order.drawing.script)?;
    files.draw("search.html", (order.drawing.search)(order.site))?;
    let index = Index { site: order.site, groups: groups.values().collect() };
    files.draw("index.html", (order.drawing.index)(&index))?;
    for group in groups.values() {
        files.group(group, topics.values().filter(|topic| topic.group_id == group.id).collect())?;
    }
    let (mut waiting, mut page, mut count) = (Vec::new(), 1, 0);
    let mut current: Option<&FolderTopic> = None;
    for row in rows.lines() {
        let row: Message = parse(&row.map_err(unspooled)?)?;
        if current.is_none_or(|topic| topic.id != row.topic_id) {
            if let Some(topic) = current {
                files.topic(&groups[&topic.group_id], topic, &waiting, page, false)?;
            }
            (current, page) = (topics.get(&row.topic_id), 1);
            waiting.clear();
        }
        let Some(topic) = current else { continue };
        if waiting.len() == PAGE {
            files.topic(&groups[&topic.group_id], topic, &waiting, page, true)?;
            waiting.clear();
            page += 1;
        }
        let author = people.get(&row.author_id).cloned().unwrap_or_default();
        if row.deleted_at.is_none() {
            files.searchable(topic, page, &row, &author)?;
            count += 1;
        }
        waiting.push(message(row, author, order.base_url, &mut uploads).await?);
    }
    if let Some(topic) = current {
        files.topic(&groups[&topic.group_id], topic, &waiting, page, false)?;
    }
    files.finish()?;
    Ok(count)
}

async fn message(row: Message, author: String, base_url: &str, uploads: &mut Uploads<'_>) -> Result<FolderMessage> {
    let markup = match row.deleted_at {
        Some(_) => None,
        None => {
            let markup = markup::markup_of(&row.nodes).map_err(|error| Error::Internal(error.to_string()))?;
            for id in markup::files_in(&markup) {
                uploads.copy(id).await?;
            }
            let markup = markup::with_copies(&markup, |id| uploads.copied.get(&id).cloned());
            // In a text, quotes are escaped: this is always an attribute.
            Some(markup.replace("href=\"/", &format!("href=\"{base_url}/")))
        }
    };
    Ok(FolderMessage { id: row.id, author, at: row.created_at, is_edited: row.edited_at.is_some(), markup })
}

/// The files that messages show. Only those that a message of the folder shows are copied.
struct Uploads<'a> {
    storage: &'a storage::Files,
    folder: &'a Path,
    /// Files that were not copied yet, by id.
    left: HashMap<i64, FileLine>,
    /// The names of the copies in the folder.
    copied: HashMap<i64, String>,
}

impl Uploads<'_> {
    /// Copies a file, unless it was copied or its bytes are missing. The copy's name tells programs only what its content is, so
    /// that a page that somebody uploaded does not run as one of this folder.
    async fn copy(&mut self, id: i64) -> Result<()> {
        let Some(file) = self.left.remove(&id) else { return Ok(()) };
        let Some(key) = file.keys().pop() else { return Ok(()) };
        let Some(stored) = self.storage.open(&key).await? else {
            tracing::warn!(key, "the bytes of a file are missing; the folder is made without them");
            return Ok(());
        };
        let name = format!("file-{id}.{}", files::safe_extension(&file.kind));
        stored.copy_to(&self.folder.join(&name), |_| {}).await?;
        self.copied.insert(id, name);
        Ok(())
    }
}

fn part(scope: Scope, table: &str) -> Result<ExportedTable> {
    let part = scope.parts().into_iter().find(|part| part.table.name == table);
    part.ok_or_else(|| Error::Internal(format!("exports have no {table}")))
}

async fn all<T: serde::de::DeserializeOwned>(snapshot: &mut Snapshot, part: &ExportedTable) -> Result<Vec<T>> {
    let mut rows = snapshot.part(part).await?;
    let mut all = Vec::new();
    while let Some(row) = rows.try_next().await? {
        all.push(parse(&row)?);
    }
    Ok(all)
}

fn parse<T: serde::de::DeserializeOwned>(row: &str) -> Result<T> {
    serde_json::from_str(row).map_err(|error| Error::Internal(format!("cannot read a row: {error}")))
}

/// The files of the folder. Their names are made of ids alone.
struct Files<'a> {
    folder: &'a Path,
    drawing: Drawing,
    /// What the next file of the search contains.
    search: Vec<u8>,
    searches: usize,
}

impl Files<'_> {
    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> Result<()> {
        std::fs::write(self.folder.join(name), text)
            .map_err(|error| Error::Internal(format!("cannot write `{name}`: {error}")))
    }

    fn draw(&self, name: &str, page: Result<String, String>) -> Result<()> {
        self.write(name, page.map_err(Error::Internal)?)
    }

    fn group(&self, group: &FolderGroup, mut topics: Vec<&FolderTopic>) -> Result<()> {
        topics.sort_by_key(|topic| std::cmp::Reverse((topic.last_message_at, topic.id)));
        let pages = topics.len().div_ceil(PAGE).max(1);
        for page in 1..=pages {
            let from = (page - 1) * PAGE;
            let topics = &topics[from..topics.len().min(from + PAGE)];
            let drawn = (self.drawing.group)(&GroupPage { group, topics, page, has_more: page < pages });
            self.draw(&group_file(group.id, page), drawn)?;
        }
        Ok(())
    }

    fn topic(
        &self,
        group: &FolderGroup,
        topic: &FolderTopic,
        messages: &[FolderMessage],
        page: usize,
        has_more: bool,
    ) -> Result<()> {
        let drawn = (self.drawing.topic)(&TopicPage { group, topic, messages, page, has_more });
        self.draw(&topic_file(topic.id, page), drawn)
    }

    /// Adds a message to the search.
    fn searchable(&mut self, topic: &FolderTopic, page: usize, message: &Message, author: &str) -> Result<()> {
        let address = format!("{}#m{}", topic_file(topic.id, page), message.id);
        let line = serde_json::json!([address, topic.name, author, message.raw]);
        self.search.extend_from_slice(line.to_string().as_bytes());
        self.search.extend_from_slice(b",\n");
        if self.search.len() >= SEARCH_FILE { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        let mut text = b"klatchMessages([\n".to_vec();
        text.append(&mut self.search);
        text.extend_from_slice(b"]);\n");
        self.write(&format!("search-{}.js", self.searches), text)?;
        self.searches += 1;
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        self.flush()?;
        self.write("search-files.js", format!("klatchFiles({});\n", self.searches))
    }
}
