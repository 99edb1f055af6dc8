//! Any bytes as a web page, and what is planned from it.
#![no_main]

use conductor_plan::fuzzing::document;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| document("a.html", bytes));
