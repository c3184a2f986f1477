//! Reports of a study: text tables, and self-contained HTML pages with pictures and the numbers behind them.
//!
//! Not here: the measurements ([`crate::simulate`]) and comparisons of studies ([`crate::compare`]).

pub mod chart;
pub mod columns;
pub mod csv;
pub mod export;
pub mod facts;
pub mod flow;
pub mod goals;
pub mod number;
pub mod page;
pub mod simulation;
pub mod summary;
