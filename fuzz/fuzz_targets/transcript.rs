//! The file of a transcript.
#![no_main]

use conductor_host::agents::fuzzing::transcript_file;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let path = std::env::temp_dir().join(format!("fuzzed-{}.jsonl", std::process::id()));
    transcript_file(&path, bytes);
});
