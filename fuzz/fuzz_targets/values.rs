//! A line of JSON into which another one may have been printed.
#![no_main]

use conductor_host::agents::fuzzing::values;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| values(bytes));
