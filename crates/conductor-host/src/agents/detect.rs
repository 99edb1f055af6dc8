//! Whether an agent is there.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::attempt::AgentRunner;
use super::profile::{Profile, ProfileKind};
use super::surroundings::agent_environment;
use crate::process::{EnvMap, Exit, KeeperSpec, KeptChild};

/// So many programs are asked for their versions at once: starting one costs a processor more than waiting for it.
const AT_ONCE: usize = 8;

/// Whether an agent can be used on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detected {
    /// Its program is there.
    Ready {
        /// Where.
        program: PathBuf,
        /// What a built-in agent's program says to `--version`. Other programs are not asked, since nobody
        /// knows what they would do.
        version: Option<String>,
    },
    /// It cannot be used.
    Missing {
        /// The program or the recording that was looked for.
        what: String,
    },
    /// A recording that is there.
    Recording {
        /// The file.
        file: PathBuf,
    },
}

/// Looks whether the agent of `profile` is there, and asks a built-in one for its version. A program that does not tell
/// it within `patience` is there without one. `scratch` is a directory for its output.
pub fn detect(runner: &AgentRunner, profile: &Profile, scratch: &Path, patience: Duration) -> Detected {
    match is_there(runner, profile) {
        Detected::Ready { program, .. } if profile.known().is_some() => {
            let version = version(runner, profile, &program, scratch, patience);
            Detected::Ready { program, version }
        }
        other @ (Detected::Ready { .. } | Detected::Missing { .. } | Detected::Recording { .. }) => other,
    }
}

/// The same for several agents, a few at once: some programs take seconds to say their version. In their order.
pub fn detect_all(
    runner: &AgentRunner,
    profiles: &[Profile],
    scratch: &Path,
    patience: Duration,
) -> Vec<Detected> {
    let next = AtomicUsize::new(0);
    let answers = Mutex::new(Vec::with_capacity(profiles.len()));
    let ask = || {
        while let Some((at, profile)) = nth(profiles, next.fetch_add(1, Ordering::Relaxed)) {
            let detected = detect(runner, profile, scratch, patience);
            answers.lock().unwrap_or_else(PoisonError::into_inner).push((at, detected));
        }
    };
    thread::scope(|scope| {
        for _ in 0..profiles.len().min(AT_ONCE) {
            scope.spawn(ask);
        }
    });
    let mut answers = answers.into_inner().unwrap_or_else(PoisonError::into_inner);
    answers.sort_by_key(|(at, _)| *at);
    answers.into_iter().map(|(_, detected)| detected).collect()
}

fn nth(profiles: &[Profile], at: usize) -> Option<(usize, &Profile)> {
    profiles.get(at).map(|profile| (at, profile))
}

/// The same without asking for a version: starts nothing.
pub fn is_there(runner: &AgentRunner, profile: &Profile) -> Detected {
    match &profile.kind {
        ProfileKind::Replay(replay) if replay.recording.is_file() => {
            Detected::Recording { file: replay.recording.clone() }
        }
        ProfileKind::Replay(replay) => Detected::Missing { what: replay.recording.display().to_string() },
        ProfileKind::Program(command) => {
            let name = command.run.program();
            let search =
                runner.user_env.get(OsStr::new("PATH")).map_or(OsStr::new(""), |path| path.as_os_str());
            match find_program(name, search) {
                Some(program) => Detected::Ready { program, version: None },
                None => Detected::Missing { what: name.to_owned() },
            }
        }
    }
}

/// Whether the user has a program of this name.
pub fn has_program(user_env: &EnvMap, name: &str) -> bool {
    let search = user_env.get(OsStr::new("PATH")).map_or(OsStr::new(""), |path| path.as_os_str());
    find_program(name, search).is_some()
}

/// The executable file that `program` names: a path with a slash as it is, else the first in `search`, the
/// user's `PATH`. Entries of `search` that are not absolute are passed over, since what they name depends on
/// where one stands.
pub fn find_program(program: &str, search: &OsStr) -> Option<PathBuf> {
    if program.contains('/') {
        return Some(PathBuf::from(program)).filter(|path| is_executable(path));
    }
    std::env::split_paths(search)
        .filter(|dir| dir.is_absolute())
        .map(|dir| dir.join(program))
        .find(|path| is_executable(path))
}

fn is_executable(path: &Path) -> bool {
    path.metadata().is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}

fn version(
    runner: &AgentRunner,
    profile: &Profile,
    program: &Path,
    scratch: &Path,
    patience: Duration,
) -> Option<String> {
    let output = scratch.join(format!("{}.version", profile.label.name));
    let mut env = agent_environment(&runner.user_env, profile);
    env.insert("TMPDIR".into(), scratch.into());
    let spec = KeeperSpec {
        argv: vec![program.into(), "--version".into()],
        env,
        dir: scratch.to_owned(),
        stdout: output.clone(),
        stderr: "/dev/null".into(),
        stdin: None,
        grace_ms: 500,
        timeout_ms: u64::try_from(patience.as_millis()).ok(),
        read_only: Vec::new(),
    };
    let kept = KeptChild::spawn(&runner.keeper, &spec).ok()?.wait().ok()?;
    let text = fs::read(&output).ok()?;
    let _litter = fs::remove_file(&output);
    if kept.exit != Exit::Code(0) { None } else { version_in(&String::from_utf8_lossy(&text)) }
}

/// The first word of the first lines that looks like a version: `2.1.330 (Claude Code)`, `codex-cli 0.169.0`.
fn version_in(text: &str) -> Option<String> {
    text.lines()
        .take(5)
        .flat_map(str::split_whitespace)
        .map(|word| word.trim_start_matches('v'))
        .find(|word| {
            let plain = |b: u8| b.is_ascii_alphanumeric() || b".-+".contains(&b);
            word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('.') && word.bytes().all(plain)
        })
        .map(|word| word.chars().take(40).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_say() {
        let table = [
            ("2.1.330 (Claude Code)\n", Some("2.1.330")),
            ("codex-cli 0.169.0\n", Some("0.169.0")),
            ("warning: x\nv1.18.33\n", Some("1.18.33")),
            ("no version\n", None),
            ("", None),
            ("1.\u{1b}[2J", None),
        ];
        for (text, version) in table {
            assert_eq!(version_in(text).as_deref(), version, "{text:?}");
        }
    }

    #[test]
    fn programs_are_found_on_the_search_path_only_when_executable() {
        let dir = tempfile::tempdir().unwrap();
        let [first, second] = ["first", "second"].map(|name| {
            let path = dir.path().join(name);
            fs::create_dir(&path).unwrap();
            path
        });
        fs::write(first.join("agent"), "").unwrap();
        fs::write(second.join("agent"), "").unwrap();
        let search = std::env::join_paths([Path::new(""), Path::new("."), &first, &second]).unwrap();
        assert_eq!(find_program("agent", &search), None);
        fs::set_permissions(second.join("agent"), fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(find_program("agent", &search), Some(second.join("agent")));
        assert_eq!(
            find_program(second.join("agent").to_str().unwrap(), OsStr::new("")),
            Some(second.join("agent"))
        );
        assert_eq!(find_program(first.join("agent").to_str().unwrap(), &search), None);
        assert_eq!(find_program("second", std::env::join_paths([dir.path()]).unwrap().as_os_str()), None);
    }
}
