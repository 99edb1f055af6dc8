//! Any text as the answers of a model.
#![no_main]

use conductor_plan::fuzzing::reply;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| reply(bytes));
