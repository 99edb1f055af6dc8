//! A conversation with a program: see `talk`.
#![no_main]

use conductor_host::agents::fuzzing::{Program, talk};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| talk(Program::Claude, bytes));
