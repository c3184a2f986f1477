//! Tools for designers and tests: the test server, scenarios, simulations, load tests, and generated documents.

pub mod calendar;
pub mod compare;
mod csv_text;
pub mod diff;
pub mod economy;
#[doc(hidden)]
pub mod fuzzing;
pub mod goals;
pub mod history;
pub mod hostile_stores;
pub mod impact;
pub mod language;
pub mod load;
pub mod long_run;
mod memory_rows;
pub mod report;
pub mod rule_study;
pub mod scenario;
pub mod schema;
pub mod sheet;
pub mod simulate;
pub mod slice;
pub mod statistics;
pub mod store_life;
pub mod testing;
pub mod told;
