//! What an editor asks about the assets: what is wrong, what may be typed, what something means, where an id is written.
//!
//! [`complete`], [`hover`] and [`Renaming`] are pure functions of texts and what a study has found in them.
//! [`LanguageSession`] keeps what an editor has open and answers its messages. It starts no thread and reads no file:
//! whoever drives it runs each [`FolderCheck`], hands back what it found, and tells it of files that have changed.

mod answers;
mod check;
mod complete;
mod frames;
mod hover;
mod lines;
mod names;
mod outline;
mod rename;
mod session;
mod uri;
mod words;

pub use check::{CheckedFolder, FolderCheck};
pub use complete::{Completion, Known, Suggestion, SuggestionKind, complete};
pub use frames::{read_frame, write_frame};
pub use hover::{HoverCard, hover};
pub use lines::{ColumnUnit, Lines};
pub use names::{GivenNames, IdForm, IdSlots, NameMention, Written, WrittenName, WrittenNames};
pub use outline::{OutlineEntry, outline};
pub use rename::{Edits, Renaming, replaced};
pub use session::{LanguageSession, ToEditor};
