//! Any text as a plan that was stored.
#![no_main]

use conductor_plan::fuzzing::stored;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| stored(bytes));
