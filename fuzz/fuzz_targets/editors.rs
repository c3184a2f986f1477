//! See `raidkeep::studio::fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| raidkeep::studio::fuzzing::read("editors", bytes));
