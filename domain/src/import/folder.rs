//! The files of an export: a folder, or a zip file. A name in an archive never becomes a path.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use serde::Deserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use zip::ZipArchive;

use super::records::{Feed, Stop, Translated};
use super::report::ImportWarning;

/// Larger files are left out: they would not fit the memory that an import may use.
const MAX_FILE: u64 = 48 << 20;
/// How many times its size a compressed file may have. Conversations have about ten times.
const MAX_RATIO: u64 = 200;
/// The ratio counts from this many decompressed bytes on.
const FREE: u64 = 64 << 20;
/// Folders within folders.
const MAX_DEPTH: usize = 12;

/// The files of an export, by their names within it, as `general/2020-01-02.json`.
pub(super) struct Folder {
    names: BTreeMap<String, Entry>,
    zip: Option<ZipArchive<BufReader<File>>>,
    /// The length of the zip file.
    length: u64,
}

#[derive(Clone, Debug)]
enum Entry {
    Path(PathBuf),
    Index(usize),
}

impl Folder {
    /// Opens a folder or a zip file.
    pub fn open(path: &Path) -> Result<Self, Stop> {
        let failed = |why: &dyn std::fmt::Display| Stop::Failed(format!("{}: {why}", path.display()));
        let mut names = BTreeMap::new();
        if path.is_dir() {
            walk(path, "", 0, &mut names).map_err(|error| failed(&error))?;
            return Ok(Self { names, zip: None, length: 0 });
        }
        let file = File::open(path).map_err(|error| failed(&error))?;
        let length = file.metadata().map_err(|error| failed(&error))?.len();
        let zip = ZipArchive::new(BufReader::new(file)).map_err(|_| failed(&"not a folder or zip file"))?;
        for index in 0..zip.len() {
            if let Some(Ok(name)) = zip.name_for_index(index)
                && !name.ends_with('/')
            {
                names.insert(name.into_owned(), Entry::Index(index));
            }
        }
        Ok(Self { names, zip: Some(zip), length })
    }

    /// The same, or a single file that is neither a folder nor a zip file.
    pub fn open_file(path: &Path) -> Result<Self, Stop> {
        if path.is_file() && !path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip")) {
            let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            let names = BTreeMap::from([(name, Entry::Path(path.to_owned()))]);
            return Ok(Self { names, zip: None, length: 0 });
        }
        Self::open(path)
    }

    /// The names of all files, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }

    /// Reads a file; `None` if there is none.
    fn bytes(&mut self, name: &str) -> Option<std::io::Result<Vec<u8>>> {
        let entry = self.names.get(name)?.clone();
        Some(self.contents(&entry))
    }

    fn contents(&mut self, entry: &Entry) -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        match (entry, &mut self.zip) {
            (Entry::Path(path), _) => File::open(path)?.take(MAX_FILE + 1).read_to_end(&mut bytes)?,
            (Entry::Index(index), Some(zip)) => {
                zip.by_index(*index).map_err(std::io::Error::other)?.take(MAX_FILE + 1).read_to_end(&mut bytes)?
            }
            (Entry::Index(_), None) => 0,
        };
        if bytes.len() as u64 > MAX_FILE {
            return Err(std::io::Error::other(format!("longer than {MAX_FILE} bytes")));
        }
        Ok(bytes)
    }

    /// Reads the JSON of a file. `None` if there is none, or it cannot be read; that is a warning.
    pub fn json<T: DeserializeOwned>(&mut self, name: &str, feed: &mut Feed) -> Option<T> {
        let read = self.bytes(name)?;
        let parsed = read
            .map_err(|error| error.to_string())
            .and_then(|bytes| serde_json::from_slice(&bytes).map_err(|error| error.to_string()));
        match parsed {
            Ok(value) => Some(value),
            Err(why) => {
                feed.warn(ImportWarning::Unreadable, || format!("{name}: {why}"));
                None
            }
        }
    }

    /// Reads a JSON file of any length into a value that is smaller than the file.
    pub fn large<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, Stop> {
        let reader = self.reader(name)?;
        serde_json::from_reader(reader).map_err(|error| Stop::Failed(format!("{name}: {error}")))
    }

    fn reader(&mut self, name: &str) -> Result<BufReader<Box<dyn Read + '_>>, Stop> {
        let failed = |why: &dyn std::fmt::Display| Stop::Failed(format!("{name}: {why}"));
        let reader: Box<dyn Read + '_> = match (self.names.get(name), &mut self.zip) {
            (Some(Entry::Path(path)), _) => Box::new(File::open(path)?),
            (Some(Entry::Index(index)), Some(zip)) => {
                let inner = zip.by_index(*index).map_err(|error| failed(&error))?;
                // An archive can say anything about the sizes in it, but no file is longer than the whole.
                let compressed = inner.compressed_size().min(self.length);
                Box::new(Bounded::new(inner, compressed))
            }
            _ => return Err(failed(&"not found")),
        };
        Ok(BufReader::new(reader))
    }

    /// Hands each element of one list in a JSON object to `each`, with what comes before the list. The file may have any
    /// length.
    pub fn elements(
        &mut self,
        name: &str,
        list: &'static str,
        mut each: impl FnMut(&Map<String, Value>, Value) -> Translated,
    ) -> Translated {
        let reader = self.reader(name)?;
        let mut stop = None;
        let visitor = Object {
            list,
            each: &mut |before, value| match each(before, value) {
                Ok(()) => true,
                Err(why) => {
                    stop = Some(why);
                    false
                }
            },
        };
        let read = serde_json::Deserializer::from_reader(reader).deserialize_map(visitor);
        match (stop, read) {
            (Some(stop), _) => Err(stop),
            (None, Err(error)) => Err(Stop::Failed(format!("{name}: {error}"))),
            (None, Ok(())) => Ok(()),
        }
    }

    /// Reads what can be read of a JSON list, without warnings.
    pub fn quietly<T: DeserializeOwned>(&mut self, name: &str) -> Vec<T> {
        let Some(Ok(bytes)) = self.bytes(name) else { return Vec::new() };
        let values: Vec<serde_json::Value> = serde_json::from_slice(&bytes).unwrap_or_default();
        values.into_iter().filter_map(|value| serde_json::from_value(value).ok()).collect()
    }

    /// Reads the JSON list of a file, one by one: a broken element is handed to `broken` and left out.
    pub fn list<T: DeserializeOwned>(
        &mut self,
        name: &str,
        feed: &mut Feed,
        mut broken: impl FnMut(&mut Feed, String),
    ) -> Vec<T> {
        let Some(values) = self.json::<Vec<serde_json::Value>>(name, feed) else { return Vec::new() };
        let mut read = Vec::with_capacity(values.len());
        for (at, value) in values.into_iter().enumerate() {
            match serde_json::from_value(value) {
                Ok(one) => read.push(one),
                Err(why) => broken(feed, format!("{name}, number {}: {why}", at + 1)),
            }
        }
        read
    }
}

/// Fails when a file decompresses to more than it can honestly have been.
pub(super) struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Bounded<R> {
    /// A reader of what `compressed` bytes decompress to.
    pub fn new(inner: R, compressed: u64) -> Self {
        Self { inner, left: FREE.saturating_add(MAX_RATIO.saturating_mul(compressed)) }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => {
                let why = format!("the file decompresses to more than {MAX_RATIO} times its size");
                return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, why));
            }
        }
        Ok(read)
    }
}

/// What is done with an element of a list; `false` ends the reading.
type Each<'a> = &'a mut dyn FnMut(&Map<String, Value>, Value) -> bool;

/// A JSON object with a long list in it.
struct Object<'a> {
    list: &'static str,
    each: Each<'a>,
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "an object with a list `{}`", self.list)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let mut before = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if key == self.list {
                map.next_value_seed(List { before: &before, each: &mut self.each })?;
            } else {
                before.insert(key, map.next_value()?);
            }
        }
        Ok(())
    }
}

struct List<'a, 'b> {
    before: &'a Map<String, Value>,
    each: &'a mut Each<'b>,
}

impl<'de> DeserializeSeed<'de> for List<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(value) = list.next_element::<Value>()? {
            if !(self.each)(self.before, value) {
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

/// Collects the files of a folder. Symbolic links are not followed.
fn walk(path: &Path, prefix: &str, depth: usize, names: &mut BTreeMap<String, Entry>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type()?;
        if kind.is_dir() && depth < MAX_DEPTH {
            walk(&entry.path(), &format!("{name}/"), depth + 1, names)?;
        } else if kind.is_file() {
            names.insert(name, Entry::Path(entry.path()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{Write, copy, repeat, sink};

    use super::*;

    #[test]
    fn a_decompression_bomb_is_refused() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("export.zip");
        let mut zip = zip::ZipWriter::new(File::create(&path).expect("a file"));
        for (name, length) in [("small.json", 1_000_000), ("bomb.json", 120_000_000)] {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("a file in it");
            copy(&mut repeat(b' ').take(length), &mut zip).expect("its bytes");
        }
        zip.finish().expect("its end").flush().expect("all of it");
        let mut folder = Folder::open(&path).expect("a zip file");
        let mut read = |name: &str| {
            let mut reader = folder.reader(name).expect("a file of it");
            copy(&mut reader, &mut sink())
        };
        assert_eq!(read("small.json").expect("a small file"), 1_000_000);
        let error = read("bomb.json").expect_err("a bomb");
        assert!(error.to_string().contains("200 times"), "{error}");
    }
}
