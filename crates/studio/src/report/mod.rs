//! What people look at of a simulation: tables of text, and HTML pages with charts that open without internet.
//!
//! Not here: what is measured ([`crate::simulate`]) and what two runs are compared by ([`crate::compare`]).

pub mod chart;
pub mod columns;
pub mod number;
pub mod page;
pub mod summary;
