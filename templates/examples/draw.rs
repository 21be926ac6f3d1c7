//! Writes every page, filled with samples, to HTML files: `cargo run -p klatch-templates --example draw -- DIRECTORY`.

use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = PathBuf::from(std::env::args().nth(1).ok_or("say where to")?);
    std::fs::create_dir_all(&directory)?;
    for (name, html) in templates::samples::all() {
        std::fs::write(directory.join(name).with_extension("html"), html?)?;
    }
    Ok(())
}
