//! A result file.
#![no_main]

use conductor_host::agents::fuzzing::result;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| result(bytes));
