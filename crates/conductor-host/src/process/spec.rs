//! What driver, keeper and init say to each other: one JSON value per line, all from the same program.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::cmd::{EnvMap, Exit};
use super::means::{Containment, Means};
use super::os_path;
use super::table::ProcessId;

/// The first line that this program reads when it runs as the parent of another: what it is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Order {
    /// A keeper, told by its driver.
    Keep {
        /// What to run.
        spec: KeeperSpec,
        /// What to hold it together with.
        means: Means,
        /// By which the driver knows its cgroups again.
        mark: String,
    },
    /// The first process of a PID namespace, told by its keeper.
    Init(KeeperSpec),
}

/// What a keeper is to run, and how it is to end it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeeperSpec {
    /// The program, then its arguments. A program without a slash is looked up in the `PATH` of `env`.
    pub argv: Vec<OsString>,
    /// The whole environment.
    #[serde(with = "os_map")]
    pub env: EnvMap,
    /// The directory to run in.
    #[serde(with = "os_path")]
    pub dir: PathBuf,
    /// The file that standard output is appended to.
    #[serde(with = "os_path")]
    pub stdout: PathBuf,
    /// The file that standard error is appended to. It may be the same as `stdout`.
    #[serde(with = "os_path")]
    pub stderr: PathBuf,
    /// The file that standard input is read from; `None` for `/dev/null`.
    #[serde(with = "os_path_option")]
    pub stdin: Option<PathBuf>,
    /// How long the child may take to end after it was asked to (TERM), in milliseconds. Then it is killed.
    pub grace_ms: u64,
    /// After how many milliseconds it is asked to end; `None` for never.
    pub timeout_ms: Option<u64>,
    /// Folders in which the child and all its family can change nothing, where it has a PID namespace: it needs a view
    /// of files of its own. A place that cannot be given so is left as it is.
    #[serde(with = "os_paths")]
    pub read_only: Vec<PathBuf>,
}

/// What made a kept child end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// It ended by itself, before anybody asked it to.
    ByItself,
    /// The driver asked it to stop.
    Stopped,
    /// It had used up the time of its specification.
    TimedOut,
    /// The driver was gone, so it was killed without a grace.
    DriverGone,
}

/// What shows that nothing of the child's family is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// The kernel: the first process of the family's own PID namespace was reaped, which it can be only when
    /// every other process in it was, and no process leaves a namespace. Exact, and where the keeper itself is
    /// killed the kernel does the same without it.
    Namespace,
    /// The kernel: the family's cgroup says that no process is in it. Exact for all that had no right to leave
    /// it (root's could), and it outlives the keeper: what a killed one left is found there and ended.
    Cgroup,
    /// The kernel: the keeper is the reaper of all descendants and has no child left. Exact as long as the
    /// keeper lives; when it is killed itself, what cleared its environment and left its session is not found.
    NoChildren,
    /// Two walks over the process table in a row found nothing. Weak: a process that is reparented elsewhere
    /// and has left every known group is not seen.
    Walked,
}

/// How the rest of the family was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contained {
    /// How many rounds of killing it took; 0 when nothing was left.
    pub rounds: u32,
    /// How many processes were found alive and killed, counted once per round.
    pub killed: u32,
    /// What shows that nothing is left; the strongest, where several do.
    pub proof: Proof,
    /// What held it together.
    pub by: Containment,
}

/// A line of the keeper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Report {
    /// There is no PID namespace, though one was to be used. Nothing was started.
    NoNamespace,
    /// The child runs.
    Started(Started),
    /// The child could not be started.
    Refused { reason: String },
    /// The child itself ended; its family may still be alive.
    Exited { exit: Exit, ended: Ended },
    /// Nothing of its family is left. Always the last line.
    Contained(Contained),
}

/// A child that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Started {
    /// The child.
    pub(super) child: ProcessId,
    /// The first process of its PID namespace, if it has one.
    pub(super) init: Option<ProcessId>,
    /// Its cgroup, if it has one.
    #[serde(with = "os_path_option")]
    pub(super) cgroup: Option<PathBuf>,
}

/// The one command on the lifeline.
pub(super) const STOP: &str = "stop";

/// Writes one value as a line.
pub(super) fn write_line(to: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    to.write_all(&line)?;
    to.flush()
}

mod os_path_option {
    use std::ffi::OsString;
    use std::path::PathBuf;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(path: &Option<PathBuf>, serializer: S) -> Result<S::Ok, S::Error> {
        path.as_ref().map(|p| p.as_os_str()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<PathBuf>, D::Error> {
        Ok(Option::<OsString>::deserialize(deserializer)?.map(PathBuf::from))
    }
}

mod os_paths {
    use std::ffi::OsString;
    use std::path::PathBuf;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(paths: &[PathBuf], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(paths.iter().map(|path| path.as_os_str()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<PathBuf>, D::Error> {
        Ok(Vec::<OsString>::deserialize(deserializer)?.into_iter().map(PathBuf::from).collect())
    }
}

/// As a list of pairs, since the key of a JSON object has to be text.
mod os_map {
    use std::ffi::OsString;

    use serde::{Deserialize, Deserializer, Serializer};

    use crate::process::cmd::EnvMap;

    pub(super) fn serialize<S: Serializer>(vars: &EnvMap, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(vars)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<EnvMap, D::Error> {
        Ok(Vec::<(OsString, OsString)>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    #[test]
    fn a_specification_survives_its_line_whatever_its_bytes() {
        let odd = OsString::from_vec(b"\xff\n\"'\0x".to_vec());
        let spec = KeeperSpec {
            argv: vec!["sh".into(), odd.clone()],
            env: EnvMap::from([(odd.clone(), odd.clone())]),
            dir: PathBuf::from(odd.clone()),
            stdout: "/tmp/out".into(),
            stderr: "/tmp/out".into(),
            stdin: Some(PathBuf::from(odd)),
            grace_ms: 10,
            timeout_ms: None,
            read_only: vec![PathBuf::from(OsString::from_vec(b"/\xfe".to_vec()))],
        };
        let line = serde_json::to_string(&spec).unwrap();
        assert!(!line.contains('\n'));
        assert_eq!(serde_json::from_str::<KeeperSpec>(&line).unwrap(), spec);
    }
}
