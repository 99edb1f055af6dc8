//! The helper through which every benchmark figure comes, as a process.

use std::io;
use std::process::{Command, Output};

#[expect(
    clippy::disallowed_methods,
    reason = "the program under test is started in the test's own directory"
)]
fn measure(words: &[&str]) -> io::Result<Output> {
    Command::new(env!("CARGO_BIN_EXE_xtask")).arg("__measure").args(words).output()
}

#[test]
fn a_process_is_measured_and_its_output_kept_out_of_the_answer() {
    let output = measure(&["sh", "-c", "echo noise; exit 0"]).unwrap();
    let usage: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(usage["succeeded"], true);
    assert!(usage["peak_bytes"].as_u64().unwrap() > 100 * 1024, "{usage}");
}

#[test]
fn a_process_that_fails_is_told_from_one_that_is_cheap() {
    let output = measure(&["sh", "-c", "echo reason >&2; exit 3"]).unwrap();
    let usage: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(usage["succeeded"], false);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "reason\n");
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let output = measure(&["no-such-program-anywhere"]).unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("no-such-program-anywhere"));
}
