//! CPU time, wall time and peak memory of one process and everything that it waited for.
//!
//! The kernel adds these up per parent, over all children it ever had. So each measurement runs through a fresh
//! process of this same program, whose only child is the measured one. That helper is small: a process is charged
//! with the memory of the one that started it until it has its own, so no figure can be below the helper's few MiB.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use serde::{Deserialize, Serialize};

use super::BenchError;
use crate::program::program;

/// The first argument that makes this program the helper of one measurement.
pub(crate) const MEASURE_VERB: &str = "__measure";

/// What one process cost, its waited-for descendants included.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(super) struct Usage {
    /// User and system time.
    pub(super) cpu: Duration,
    pub(super) wall: Duration,
    /// The largest resident set among the process and its descendants.
    pub(super) peak_bytes: u64,
    succeeded: bool,
}

/// Measures `command`, whose program must be absolute or on its PATH. A program that fails is not measured.
pub(super) fn measure(command: &Invocation<'_>) -> Result<Usage, BenchError> {
    let this = std::env::current_exe()
        .map_err(|source| BenchError::Start { program: "the measuring helper".to_owned(), source })?;
    let output = program(this, command.dir)
        .arg(MEASURE_VERB)
        .args(command.words)
        .env_clear()
        .envs(command.env.iter().cloned())
        .output()
        .map_err(|source| BenchError::Start { program: "the measuring helper".to_owned(), source })?;
    let failed = || BenchError::Failed {
        command: command.to_string(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    };
    if !output.status.success() {
        return Err(failed());
    }
    let usage: Usage = serde_json::from_slice(&output.stdout)
        .map_err(|source| BenchError::Answer { what: "the measuring helper", source })?;
    if usage.succeeded { Ok(usage) } else { Err(failed()) }
}

/// A program with its arguments, directory and whole environment.
pub(super) struct Invocation<'a> {
    pub(super) words: &'a [OsString],
    pub(super) dir: &'a Path,
    pub(super) env: &'a [(OsString, OsString)],
}

impl std::fmt::Display for Invocation<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words: Vec<_> = self.words.iter().map(|word| word.to_string_lossy()).collect();
        write!(f, "{}", words.join(" "))
    }
}

/// The helper: runs the rest of its arguments as a program and prints what that cost as JSON.
pub(crate) fn measure_child(mut words: impl Iterator<Item = OsString>) -> Result<bool, BenchError> {
    let name = words.next().unwrap_or_default();
    let start = |source| BenchError::Start { program: name.to_string_lossy().into_owned(), source };
    let mut command = program(&name, Path::new("."));
    command.args(words).stdout(Stdio::null());
    let began = now();
    let status = command.status().map_err(start)?;
    let wall = now().duration_since(began);
    let spent = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let usage = Usage {
        cpu: duration(spent.user_time()) + duration(spent.system_time()),
        wall,
        peak_bytes: u64::try_from(spent.max_rss()).unwrap_or(0) * max_rss_unit(),
        succeeded: status.success(),
    };
    let line = serde_json::to_string(&usage)
        .map_err(|source| BenchError::Answer { what: "the measuring helper", source })?;
    writeln!(io::stdout(), "{line}").map_err(start)?;
    Ok(true)
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time; this is its one clock")]
fn now() -> Instant {
    Instant::now()
}

fn duration(time: TimeVal) -> Duration {
    let seconds = u64::try_from(time.tv_sec()).unwrap_or(0);
    let micros = u64::try_from(time.tv_usec()).unwrap_or(0);
    Duration::from_secs(seconds) + Duration::from_micros(micros)
}

/// Linux counts the resident set in KiB, macOS in bytes.
const fn max_rss_unit() -> u64 {
    if cfg!(target_os = "macos") { 1 } else { 1024 }
}
