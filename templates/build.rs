//! Digests the sources of the pages and their texts, so that a new version of a page is known by its tag.

use std::collections::hash_map::DefaultHasher;
use std::error::Error;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::PathBuf;

const TEXTS: &str = "../domain/texts/languages";

fn main() -> Result<(), Box<dyn Error>> {
    let mut folders = vec![PathBuf::from("."), PathBuf::from(TEXTS)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| ["html", "rs", "ftl"].iter().any(|one| kind == *one)) {
                files.push(path);
            }
        }
    }
    files.sort();
    let mut digest = DefaultHasher::new();
    for file in &files {
        (file, fs::read(file)?).hash(&mut digest);
    }
    println!("cargo::rerun-if-changed=.");
    println!("cargo::rerun-if-changed={TEXTS}");
    println!("cargo::rustc-env=PAGES_DIGEST={:016x}", digest.finish());
    Ok(())
}
