//! Reports of a simulation: text tables, and self-contained HTML pages with charts.
//!
//! Not here: the measurements ([`crate::simulate`]) and comparisons of runs ([`crate::compare`]).

pub mod chart;
pub mod columns;
pub mod number;
pub mod page;
pub mod summary;
