//! Files that lie where those of their table used to.

use super::path::Segment;
use super::scan::{Node, scan};

/// A folder in which files of a table used to lie, and the key that tells them from those that lie there now.
#[derive(Debug, Clone, Copy)]
pub struct Former {
    /// The folder, such as `events/`.
    pub folder: &'static str,
    /// A key at the top of each of its files.
    pub key: &'static str,
}

impl Former {
    pub(super) fn claims(&self, file: &str, text: &str) -> bool {
        let has_key = |root: Node| root.part(&Segment::Key(self.key.to_owned())).is_some();
        file.starts_with(self.folder) && scan(text).root.is_some_and(has_key)
    }
}
