//! Assets as a designer edits them.

use std::path::Path;

use raidkeep_engine::rules::AssetSource;

/// Copies the shipped assets to `folder`, with `from` replaced by `to` in one file, as a designer
/// would edit it.
///
/// # Panics
/// If the file does not contain `from`.
pub fn edit_assets(folder: &Path, file: &str, from: &str, to: &str) -> AssetSource {
    let files = raidkeep_game::shipped_assets().text_files().expect("the shipped assets should be readable");
    for (name, text) in files {
        let path = folder.join(&name);
        let parent = path.parent().expect("a file should lie in a folder");
        std::fs::create_dir_all(parent).expect("the test's folder should be writable");
        std::fs::write(path, text).expect("the test's folder should be writable");
    }
    edit_asset(folder, file, from, to);
    for (name, bytes) in raidkeep_game::shipped_assets().pictures().expect("the shipped assets should be readable") {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(folder)).expect("the test's folder should be writable");
        std::fs::write(path, bytes).expect("the test's folder should be writable");
    }
    AssetSource::Folder(folder.to_owned())
}

/// Replaces the first `from` by `to` in a file of a folder of assets.
///
/// # Panics
/// If the file does not contain `from`.
pub fn edit_asset(folder: &Path, file: &str, from: &str, to: &str) {
    let path = folder.join(file);
    let text = std::fs::read_to_string(&path).expect("the asset should be there");
    assert!(text.contains(from), "{file} should hold {from:?}");
    std::fs::write(path, text.replacen(from, to, 1)).expect("the test's folder should be writable");
}
