//! A line of the contract.
#![no_main]

use conductor_host::agents::fuzzing::contract_line;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| contract_line(bytes));
