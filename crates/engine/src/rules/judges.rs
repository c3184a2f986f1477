//! Looks at all tables together, such as at the economy that they make.

use std::fmt;
use std::ptr;

use jiff::tz::TimeZone;

use super::catalogue::Tables;
use super::report::Report;

/// When the files are looked at, for what depends on that, such as windows that are over.
#[derive(Debug, Clone, Copy)]
pub struct AsOf<'z> {
    /// The moment, unix seconds.
    pub moment: i64,
    /// The zone of the dates in the files.
    pub zone: &'z TimeZone,
}

/// Looks at tables that are complete and without errors, and warns of what only all of them together show. Without a
/// moment nothing is told that depends on it.
pub type Judge = fn(&Tables, Option<AsOf<'_>>, &mut Report);

/// The judges, in the order in which they were added.
#[derive(Default)]
pub(super) struct Judges(Vec<Judge>);

impl Judges {
    /// Adds one. The same one again changes nothing.
    pub(super) fn add(&mut self, judge: Judge) {
        if !self.0.iter().any(|known| ptr::fn_addr_eq(*known, judge)) {
            self.0.push(judge);
        }
    }

    pub(super) fn judge(&self, tables: &Tables, as_of: Option<AsOf<'_>>, report: &mut Report) {
        self.0.iter().for_each(|judge| judge(tables, as_of, report));
    }
}

impl fmt::Debug for Judges {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Judges({})", self.0.len())
    }
}
