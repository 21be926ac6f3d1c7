//! Whatever is sent, a head is read or refused, in one piece as in several. Run it with `cargo +nightly fuzz run http`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| realtime::fuzzing::check(bytes));
