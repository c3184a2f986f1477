//! Redraws the shipped images: a portrait of every character and a background of every task.
//!
//! `cargo run --example make_images [FOLDER]`; the default folder is `assets/images`. Each image is a list of shapes in
//! at most 16 colours, so every file stays small even uncompressed.

#![expect(clippy::print_stdout, reason = "a command tells what it has written")]

use std::path::{Path, PathBuf};
use std::{fs, io};

mod canvas;
mod portraits;
mod scenery;

fn main() -> io::Result<()> {
    let folder = std::env::args().nth(1).map_or_else(|| PathBuf::from("assets/images"), PathBuf::from);
    for (name, canvas) in portraits::all() {
        write(&folder.join("portraits").join(name), &canvas.to_png())?;
    }
    for (name, canvas) in scenery::all() {
        write(&folder.join("backgrounds").join(name), &canvas.to_png())?;
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = path.with_extension("png");
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    println!("{} {} bytes", path.display(), bytes.len());
    fs::write(path, bytes)
}
