//! Whatever is sent, a head is read or refused, in one piece as in several. Run it with `cargo +nightly fuzz run http`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use realtime::fuzzing::{discard, head};

fuzz_target!(|bytes: &[u8]| {
    let whole = head(bytes);
    // What is whole stays what it is when more comes, and what is refused does not become good.
    for end in 0..bytes.len() {
        if let Some(length) = head(&bytes[..end]) {
            assert!(length <= end, "a head is no longer than what came");
            assert_eq!(whole, Some(length));
            break;
        }
    }
    let used = discard(bytes, bytes.len().max(1));
    assert!(used.is_none_or(|used| used <= bytes.len()));
    assert_eq!(used, discard(bytes, 1), "pieces change nothing");
});
