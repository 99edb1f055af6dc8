//! Any bytes as plain text.
#![no_main]

use conductor_plan::Document;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(document) = Document::parse("a.txt", bytes) {
        for block in document.blocks() {
            let span = block.span;
            assert!(document.text().get(span.start..span.end).is_some_and(|piece| !piece.is_empty()), "{block:?}");
        }
    }
});
