//! Any bytes as a PDF, and what is planned from it.
#![no_main]

use std::collections::BTreeSet;
use std::sync::Mutex;

use conductor_plan::fuzzing::document;
use libfuzzer_sys::fuzz_target;

/// Where the library that reads PDFs panicked so far.
static CONTAINED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// A panic of the library is contained where it is called and means that the file is damaged. It is told once and passed
/// on, so that only a panic of our own, or one that is contained nowhere, ends the fuzzer.
fn pass_on_panics_of_the_library() {
    let end = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| match panic.location() {
        Some(place) if place.file().contains("/registry/src/") => {
            let new = CONTAINED.lock().is_ok_and(|mut known| known.insert(place.to_string()));
            if new {
                eprintln!("contained: {place}: {}", panic.payload_as_str().unwrap_or_default());
            }
        }
        Some(_) | None => end(panic),
    }));
}

fuzz_target!(
    init: pass_on_panics_of_the_library(),
    |bytes: &[u8]| document("a.pdf", bytes)
);
