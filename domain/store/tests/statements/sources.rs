//! The source files with statements, and what their names of macros and constants stand for.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use crate::macros::Macro;
use crate::tokens::{Place, Tree, read};

#[derive(Debug)]
pub struct Source {
    /// Its path in the folder `domain`.
    pub name: String,
    pub text: String,
    pub trees: Vec<Tree>,
    /// Its module: `["topics", "reads"]`.
    module: Vec<String>,
    /// `crate` for the store, `model` for the model.
    pub home: &'static str,
    macros: BTreeMap<String, Rc<Macro>>,
    /// The full path of each imported name.
    imports: BTreeMap<String, Vec<String>>,
    constants: BTreeMap<String, Vec<Tree>>,
}

/// The store and the macros of the model. The file with a number is at that index.
#[derive(Debug, Default)]
pub struct Sources(pub Vec<Source>);

impl Sources {
    /// Reads the files of the store, except its helpers for tests, which run the statements of their callers, and backups:
    /// they build their statements from the columns that a database has, and `domain/tests/forum/backups.rs` runs each.
    pub fn load() -> Self {
        let store = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut files = Vec::new();
        files_in(&store.join("src"), &mut files);
        files.sort();
        let mut sources = Self::default();
        let backups = store.join("src/backup");
        let is_read = |file: &&std::path::PathBuf| !file.ends_with("testing.rs") && !file.starts_with(&backups);
        for file in files.iter().filter(is_read) {
            let name = file.strip_prefix(store.join("src")).expect("a file of the folder").to_string_lossy();
            let text = std::fs::read_to_string(file).expect("a readable file");
            sources.add(&format!("store/src/{name}"), "crate", text);
        }
        let policy = std::fs::read_to_string(store.join("../model/src/policy.rs")).expect("the model's policy");
        sources.add("model/src/policy.rs", "model", policy);
        sources
    }

    /// Adds a file. Returns its number.
    pub fn add(&mut self, name: &str, home: &'static str, text: String) -> usize {
        let number = self.0.len();
        let trees = read(&text, number).unwrap_or_else(|error| panic!("{name}: {error}"));
        let path = name.split_once("src/").map_or(name, |(_, path)| path).trim_end_matches(".rs");
        let module = path.split('/').filter(|part| !["mod", "lib"].contains(part)).map(str::to_owned).collect();
        let (macros, imports, constants) = Default::default();
        let mut source =
            Source { name: name.to_owned(), text, trees: Vec::new(), module, home, macros, imports, constants };
        for at in 0..trees.len() {
            source.note(&trees[at..]);
        }
        source.trees = trees;
        self.0.push(source);
        number
    }

    /// `store/src/import.rs:80`.
    pub fn line(&self, place: Place) -> String {
        let source = &self.0[place.file];
        format!("{}:{}", source.name, source.text[..place.at].matches('\n').count() + 1)
    }

    /// The macro that a path names in a file, outside of functions.
    pub fn find_macro(&self, file: usize, path: &[String]) -> Option<Rc<Macro>> {
        let source = &self.0[file];
        let (name, module) = path.split_last()?;
        if module.is_empty() {
            let import = || source.imports.get(name).filter(|path| path.len() > 1);
            return source.macros.get(name).cloned().or_else(|| self.find_macro(file, import()?));
        }
        if module[0] == "model" {
            return self
                .0
                .iter()
                .filter(|source| source.home == "model")
                .find_map(|source| source.macros.get(name).cloned());
        }
        let mut wanted: Vec<String> = Vec::new();
        for part in module {
            match part.as_str() {
                "crate" => wanted.clear(),
                "self" => wanted.clone_from(&source.module),
                "super" if wanted.is_empty() => wanted.extend(source.module.split_last()?.1.iter().cloned()),
                "super" => drop(wanted.pop()),
                _ => wanted.push(part.clone()),
            }
        }
        let is_there = |other: &Source| other.home == source.home && other.module == wanted;
        let there = self.0.iter().position(is_there)?;
        self.find_macro(there, std::slice::from_ref(name))
    }

    /// The value of a constant of a file.
    pub fn constant(&self, file: usize, name: &str) -> Option<&[Tree]> {
        self.0[file].constants.get(name).map(Vec::as_slice)
    }
}

impl Source {
    /// Notes the macro, import or constant that `trees` start with.
    fn note(&mut self, trees: &[Tree]) {
        if let Some((defined, _)) = Macro::defined(trees, self.home) {
            self.macros.insert(defined.name.clone(), Rc::new(defined));
        }
        let end = trees.iter().position(|tree| tree.is_mark(";")).unwrap_or(trees.len());
        if trees[0].is_word("use") {
            import(&trees[1..end], &[], &mut self.imports);
        }
        if trees[0].is_word("const")
            && let Some(name) = trees.get(1).and_then(Tree::word)
            && let Some(equals) = trees[..end].iter().position(|tree| tree.is_mark("="))
        {
            self.constants.insert(name.to_owned(), trees[equals + 1..end].to_vec());
        }
    }
}

/// Notes the names of a `use`, from inside its braces or outside.
fn import(trees: &[Tree], before: &[String], imports: &mut BTreeMap<String, Vec<String>>) {
    for part in trees.split(|tree| tree.is_mark(",")) {
        let mut path = before.to_vec();
        let mut words = part.iter().filter(|tree| !tree.is_mark("::"));
        while let Some(tree) = words.next() {
            match tree {
                Tree::Group(_, inner) => {
                    import(inner, &path, imports);
                    path.clear();
                }
                tree if tree.is_word("as") => {
                    let name = words.next().and_then(Tree::word).unwrap_or_default();
                    imports.insert(name.to_owned(), std::mem::take(&mut path));
                }
                tree => path.extend(tree.word().map(str::to_owned)),
            }
        }
        if let Some(name) = path.last() {
            imports.insert(name.clone(), path);
        }
    }
}

fn files_in(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            files_in(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
