//! Any text as an edited form of a plan.
#![no_main]

use conductor_plan::fuzzing::text;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| text(bytes));
