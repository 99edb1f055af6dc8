//! A line of the desk.
#![no_main]

use conductor_host::agents::fuzzing::call;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| call(bytes));
