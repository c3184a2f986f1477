//! The designers' rules: RON files that are read once, checked, and read-only from then on.
//!
//! A [`Table`] names its file (or folder) and the type its content decodes into. A [`Catalogue`]
//! knows all tables and loads them from an [`AssetSource`]. Loading is all or nothing: either
//! every table is there and valid, or the caller gets [`Problems`], which lists every fault of
//! every file with its line, column and key.
//!
//! This module knows no game rule. It does not decide what a stage or an item is, it keeps no
//! state of its own, and it never writes a file. To load again, call [`Catalogue::load`] again.
//!
//! Types that are decoded from files should carry `#[serde(deny_unknown_fields)]`. Without it serde accepts a mistyped
//! name of an optional field, and nothing here can detect it.

mod bounds;
mod catalogue;
mod curve;
mod decode;
mod draft;
mod explain;
mod file_schema;
mod foreign;
mod former;
mod intended;
mod judges;
mod kind;
mod lex;
mod locate;
mod names;
mod nearest;
mod outline;
mod path;
mod problem;
mod report;
mod resource;
mod scan;
mod single;
mod source;
mod span;
mod study;
mod syntax;
mod texts;
mod unread;

#[cfg(test)]
mod tests;

pub use bounds::Range;
pub use catalogue::{Catalogue, SingleFile, Table, Tables, only};
pub use curve::{CURVE_FORMAT, CurvedNumber, CurvedText, Formula};
pub use draft::{Blank, NameSeat, Sight, TextDraft, TextSlot};
pub use file_schema::{FileSchema, Shape};
pub use former::Former;
pub use intended::{INTENDED, add_intended};
pub use judges::{AsOf, Judge};
pub use names::{AllNames, GivenName, NameScope, Names, Naming};
pub use nearest::nearest;
pub use outline::{RonBracket, RonGroup, RonPart, RonValue};
pub use problem::{Problem, Problems, Severity};
pub use report::{Place, Remark, Report};
pub use resource::{RuleTables, Rules, RulesApp, install};
pub use single::Single;
pub use source::AssetSource;
pub(crate) use source::DEEPEST_FOLDER;
pub use span::{SPAN_DAYS_MAX, Span};
pub use study::{AssetStudy, LoadedRules, RuleFiles};
pub use texts::TableTexts;
