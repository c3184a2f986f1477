//! See `raidkeep::fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| raidkeep::fuzzing::read("documents", bytes));
