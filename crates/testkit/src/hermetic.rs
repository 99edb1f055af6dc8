//! A place for a program to run in that knows nothing of this machine: an own home, an own folder, an environment
//! of a few fixed variables, and output in which what changes from run to run has a fixed name.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The actor that programs run in a [`Hermetic`] place record.
pub const ACTOR: &str = "tester";

/// A temporary place with a home and a working folder, removed when dropped.
#[derive(Debug)]
pub struct Hermetic {
    root: TempDir,
    home: PathBuf,
    work: PathBuf,
}

/// How a program ended and what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Hermetic {
    /// An empty home and an empty working folder.
    ///
    /// # Errors
    /// When the temporary folders cannot be made.
    pub fn new() -> std::io::Result<Self> {
        Self::of(tempfile::tempdir()?)
    }

    /// The same below a folder of the caller's.
    ///
    /// # Errors
    /// When the temporary folders cannot be made.
    pub fn in_folder(folder: &Path) -> std::io::Result<Self> {
        Self::of(tempfile::tempdir_in(folder)?)
    }

    fn of(root: TempDir) -> std::io::Result<Self> {
        // Programs print resolved paths, and the temporary folder is a link on some systems.
        let base = root.path().canonicalize()?;
        let (home, work) = (base.join("home"), base.join("work"));
        std::fs::create_dir(&home)?;
        std::fs::create_dir(&work)?;
        Ok(Self { root, home, work })
    }

    /// The home folder.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The folder in which programs run.
    #[must_use]
    pub fn work(&self) -> &Path {
        &self.work
    }

    /// A program, to be run in the working folder with the fixed environment and without input.
    #[must_use]
    pub fn cmd(&self, program: impl AsRef<OsStr>) -> Command {
        self.cmd_in(&self.work, program)
    }

    /// The same in another folder.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the environment and the folder are set right here")]
    pub fn cmd_in(&self, folder: &Path, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(folder)
            .env_clear()
            .env("HOME", &self.home)
            .env("TMPDIR", self.root.path())
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LANG", "C.UTF-8")
            .env("TZ", "UTC")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("TASKWERK_ACTOR", ACTOR)
            .stdin(Stdio::null());
        command
    }

    /// Runs a program to its end.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn run<S: AsRef<OsStr>>(
        &self,
        program: impl AsRef<OsStr>,
        arguments: impl IntoIterator<Item = S>,
    ) -> std::io::Result<Ran> {
        self.cmd(program).args(arguments).output().map(Ran::from)
    }

    /// Runs a program to its end with this text as its input.
    ///
    /// # Errors
    /// When it cannot be started or waited for. A program that does not read its input is no error.
    pub fn run_with_input<S: AsRef<OsStr>>(
        &self,
        program: impl AsRef<OsStr>,
        arguments: impl IntoIterator<Item = S>,
        input: &str,
    ) -> std::io::Result<Ran> {
        let mut command = self.cmd(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let mut stdin = child.stdin.take();
        let text = input.to_owned();
        let writer = std::thread::spawn(move || stdin.as_mut().map(|stdin| stdin.write_all(text.as_bytes())));
        let output = child.wait_with_output()?;
        // The writer's error is a program that did not read to the end.
        let _ = writer.join();
        Ok(Ran::from(output))
    }

    /// The text with fixed names for what changes from run to run: `$ROOT` for the temporary place, `<time>` for
    /// RFC 3339 times, `<uid>` for UUIDs.
    #[must_use]
    pub fn normalise(&self, text: &str) -> String {
        let root = self.home.parent().unwrap_or(&self.home);
        normalise(&text.replace(&root.display().to_string(), "$ROOT"))
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl std::fmt::Display for Ran {
    /// All of it, for snapshots: the exit code, then both streams under their names where they are not empty.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.code {
            Some(code) => writeln!(f, "exit {code}")?,
            None => writeln!(f, "ended by a signal")?,
        }
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                write!(f, "-- {name}\n{text}")?;
            }
        }
        Ok(())
    }
}

/// Times and UUIDs by their shape: `9` stands for a digit, `f` for a hexadecimal digit.
const SHAPES: [(&str, &str); 2] =
    [("9999-99-99T99:99:99", "<time>"), ("ffffffff-ffff-ffff-ffff-ffffffffffff", "<uid>")];

fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let Some((shape, name)) = SHAPES.into_iter().find(|(shape, _)| has_shape(rest, shape)) else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        // Writing to a String cannot fail.
        let _ = write!(out, "{name}");
        rest = &rest[shape.len()..];
        if name == "<time>" {
            rest = rest.trim_start_matches(|c: char| c == '.' || c == 'Z' || c.is_ascii_digit());
        }
    }
    out
}

fn has_shape(text: &str, shape: &str) -> bool {
    text.len() >= shape.len()
        && text.bytes().zip(shape.bytes()).all(|(byte, shape)| match shape {
            b'9' => byte.is_ascii_digit(),
            b'f' => byte.is_ascii_hexdigit(),
            _ => byte == shape,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_from_run_to_run_gets_a_fixed_name() {
        let place = Hermetic::new().unwrap();
        let path = place.work().join("x").display().to_string();
        let text = format!(
            "at {path}: 2026-01-02T03:04:05.123456Z é 0190a1b2-0000-7000-8000-00000000abcd, 2026-01-02"
        );
        assert_eq!(place.normalise(&text), "at $ROOT/work/x: <time> é <uid>, 2026-01-02");
    }

    #[cfg(unix)]
    #[test]
    fn nothing_of_this_machine_is_seen() {
        let place = Hermetic::new().unwrap();
        let ran = place.run("/bin/sh", ["-c", "env | cut -d= -f1 | sort; pwd"]).unwrap();
        let seen = place.normalise(&ran.stdout);
        let own = ["_", "OLDPWD", "PWD", "SHLVL"];
        let seen: Vec<&str> = seen.lines().filter(|line| !own.contains(line)).collect();
        assert_eq!(
            seen,
            ["GIT_CONFIG_NOSYSTEM", "HOME", "LANG", "PATH", "TASKWERK_ACTOR", "TMPDIR", "TZ", "$ROOT/work"]
        );
    }

    #[cfg(unix)]
    #[test]
    fn input_is_handed_over_and_need_not_be_read() {
        let place = Hermetic::new().unwrap();
        assert_eq!(place.run_with_input("/bin/cat", ["-"], "hello").unwrap().stdout, "hello");
        assert_eq!(
            place.run_with_input("/bin/sh", ["-c", "exit 3"], &"x".repeat(1 << 20)).unwrap().code,
            Some(3)
        );
    }
}
