//! Where the measured programs run: a temporary home, a fixed environment, and the folders of each part.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use super::BenchError;
use super::measure::{Invocation, Usage, measure};
use crate::program::program;

/// What takes seconds is run this often: its median moves little.
const SLOW_RUNS: u32 = 3;

/// A temporary place with the programs to measure and the environment that they get.
pub(super) struct Stage {
    programs: PathBuf,
    scratch: TempDir,
    env: Vec<(OsString, OsString)>,
    runs: u32,
}

/// Medians over the runs of one figure.
#[derive(Clone, Copy)]
pub(super) struct Sample {
    pub(super) cpu: Duration,
    pub(super) wall: Duration,
    pub(super) peak_bytes: u64,
}

impl Stage {
    pub(super) fn new(programs: PathBuf, path: OsString, runs: u32) -> Result<Self, BenchError> {
        let prepare = |source| BenchError::Prepare { what: "a temporary folder".to_owned(), source };
        let scratch = TempDir::with_prefix("taskwerk-bench-").map_err(prepare)?;
        let home = scratch.path().join("home");
        fs::create_dir(&home).map_err(prepare)?;
        fs::write(home.join(".taskrc"), "confirmation=off\n").map_err(prepare)?;
        fs::write(home.join(".gitconfig"), "[user]\n\tname = Bench\n\temail = bench@localhost\n")
            .map_err(prepare)?;
        let mut paths = vec![programs.clone()];
        paths.extend(std::env::split_paths(&path));
        let path = std::env::join_paths(paths).unwrap_or(path);
        let env = [
            ("PATH", path),
            ("TASKRC", home.join(".taskrc").into()),
            ("TASKDATA", home.join(".task").into()),
            ("HOME", home.into()),
            ("USER", "bench".into()),
            ("LC_ALL", "C.UTF-8".into()),
            ("TERM", "dumb".into()),
            ("GIT_CONFIG_NOSYSTEM", "1".into()),
        ];
        let env = env.into_iter().map(|(name, value)| (OsString::from(name), value)).collect();
        Ok(Self { programs, scratch, env, runs })
    }

    /// A new empty folder on the stage.
    pub(super) fn folder(&self, name: &str) -> Result<PathBuf, BenchError> {
        let folder = self.scratch.path().join(name);
        fs::create_dir_all(&folder)
            .map_err(|source| BenchError::Prepare { what: name.to_owned(), source })?;
        Ok(folder)
    }

    /// Writes a file below a folder of the stage, with the folders that lead to it.
    pub(super) fn write(&self, path: &Path, text: &str) -> Result<(), BenchError> {
        self.write_bytes(path, text.as_bytes())
    }

    /// The same with what is no text.
    pub(super) fn write_bytes(&self, path: &Path, bytes: &[u8]) -> Result<(), BenchError> {
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, bytes));
        written.map_err(|source| BenchError::Prepare { what: path.display().to_string(), source })
    }

    /// One of the programs of this workspace, as the first word of an invocation.
    pub(super) fn ours(&self, name: &str) -> OsString {
        self.programs.join(name).into()
    }

    /// Runs a program that is not measured and gives its output; it must succeed.
    pub(super) fn must<S: AsRef<OsStr>>(&self, dir: &Path, words: &[S]) -> Result<Vec<u8>, BenchError> {
        let words = owned(words);
        let name = words.first().cloned().unwrap_or_default();
        let output = program(&name, dir)
            .args(words.iter().skip(1))
            .env_clear()
            .envs(self.env.iter().cloned())
            .output()
            .map_err(|source| BenchError::Start { program: name.to_string_lossy().into_owned(), source })?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(BenchError::Failed {
            command: Invocation { words: &words, dir, env: &self.env }.to_string(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Measures one run.
    pub(super) fn measure<S: AsRef<OsStr>>(&self, dir: &Path, words: &[S]) -> Result<Usage, BenchError> {
        measure(&Invocation { words: &owned(words), dir, env: &self.env })
    }

    /// Medians of a command of ours that may be repeated in one folder.
    pub(super) fn sample<S: AsRef<OsStr>>(&self, dir: &Path, words: &[S]) -> Result<Sample, BenchError> {
        sample(self.runs, |_| self.measure(dir, words))
    }

    /// Medians where each run needs something of its own; the run's number is passed on.
    pub(super) fn sample_each(
        &self,
        run: impl FnMut(u32) -> Result<Usage, BenchError>,
    ) -> Result<Sample, BenchError> {
        sample(self.runs, run)
    }

    /// Medians of something that takes seconds, over few runs.
    pub(super) fn sample_few(
        &self,
        run: impl FnMut(u32) -> Result<Usage, BenchError>,
    ) -> Result<Sample, BenchError> {
        sample(self.runs.min(SLOW_RUNS), run)
    }

    /// The version of taskwarrior's `task`, when it is installed. `None` also for another program of that name.
    pub(super) fn taskwarrior_version(&self) -> Option<String> {
        let output = self.must(self.scratch.path(), &["task", "--version"]).ok()?;
        let version = String::from_utf8(output).ok()?.trim().to_owned();
        version.starts_with(|first: char| first.is_ascii_digit()).then_some(version)
    }
}

impl From<Usage> for Sample {
    /// A single run, for what is so slow that it serves as an order of magnitude only.
    fn from(usage: Usage) -> Self {
        Self { cpu: usage.cpu, wall: usage.wall, peak_bytes: usage.peak_bytes }
    }
}

/// One run that does not count, then the medians of those that do.
fn sample(runs: u32, mut run: impl FnMut(u32) -> Result<Usage, BenchError>) -> Result<Sample, BenchError> {
    run(0)?;
    let usages = (1..=runs).map(run).collect::<Result<Vec<_>, _>>()?;
    Ok(Sample {
        cpu: median(usages.iter().map(|usage| usage.cpu)),
        wall: median(usages.iter().map(|usage| usage.wall)),
        peak_bytes: median(usages.iter().map(|usage| usage.peak_bytes)),
    })
}

/// The middle value; the lower one of two.
fn median<T: Ord + Copy + Default>(values: impl Iterator<Item = T>) -> T {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or_default()
}

fn owned<S: AsRef<OsStr>>(words: &[S]) -> Vec<OsString> {
    words.iter().map(|word| word.as_ref().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_lower_middle() {
        for (values, expected) in [(vec![3, 1, 2], 2), (vec![4, 1, 3, 2], 2), (vec![7], 7), (vec![], 0)] {
            assert_eq!(median(values.into_iter()), expected);
        }
    }
}
