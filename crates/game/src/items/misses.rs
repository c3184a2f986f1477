//! How often a player has missed what drop tables guarantee.

use serde::{Deserialize, Serialize};

/// The misses in a row of each drop table, by its id. A table without misses is not listed.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Misses(Vec<(String, u32)>);

impl Misses {
    /// Of a table.
    pub fn of(&self, table: &str) -> u32 {
        self.position(table).map_or(0, |at| self.0[at].1)
    }

    /// Notes those of a table.
    pub fn set(&mut self, table: &str, misses: u32) {
        match (self.position(table), misses) {
            (Ok(at), 0) => drop(self.0.remove(at)),
            (Ok(at), _) => self.0[at].1 = misses,
            (Err(_), 0) => {}
            (Err(at), _) => self.0.insert(at, (table.to_owned(), misses)),
        }
    }

    /// Whether nothing was missed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Where a document's misses are not in order, named twice or 0.
    pub(super) fn misfit(&self) -> Option<usize> {
        let is_wrong = |at: usize| self.0[at].1 == 0 || at > 0 && self.0[at - 1].0 >= self.0[at].0;
        (0..self.0.len()).find(|at| is_wrong(*at))
    }

    fn position(&self, table: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.as_str().cmp(table))
    }
}
