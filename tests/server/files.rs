//! Files for the servers of tests, and reads that a suspended machine has cut short.

use std::io::ErrorKind;
use std::path::Path;

use tokio_tungstenite::tungstenite::{self, Message};

use crate::process::Host;

/// Copies the files of a folder and its subfolders to a new folder.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder should be creatable");
    for entry in std::fs::read_dir(from).expect("the folder should be readable") {
        let entry = entry.expect("the folder should be readable");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a file should be copyable");
        }
    }
}

/// Copies the shipped assets next to a host's data folder, applies `edits` (file, old text, new text), and returns the
/// folder.
pub(crate) fn edited_assets(host: &Host, edits: &[(&str, &str, &str)]) -> String {
    let folder = host.path("assets");
    copy_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("assets"), &folder);
    for (name, old, new) in edits {
        let path = folder.join(name);
        let text = std::fs::read_to_string(&path).expect("the asset should be there");
        assert!(text.contains(old), "{name} should hold {old:?}; was the asset changed?");
        std::fs::write(path, text.replace(old, new)).expect("the copy should be writable");
    }
    folder.display().to_string()
}

/// Pseudo-random numbers, the same for the same seed.
pub(crate) struct Lcg(pub(crate) u64);

impl Lcg {
    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Reads a message. A read with a timeout ends early where the machine was suspended meanwhile, and is tried again.
pub(crate) fn uninterrupted(mut read: impl FnMut() -> tungstenite::Result<Message>) -> tungstenite::Result<Message> {
    loop {
        match read() {
            Err(tungstenite::Error::Io(error)) if error.kind() == ErrorKind::Interrupted => {}
            ended => return ended,
        }
    }
}
