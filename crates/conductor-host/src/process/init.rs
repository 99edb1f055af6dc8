//! The first process of a family's own PID namespace. When it ends, the kernel kills all others in it, and no
//! process can leave; it ends when the child does, and when the keeper dies of whatever.

use std::io::{BufRead, Write};

use serde::{Deserialize, Serialize};

use super::cmd::Exit;
use super::family::reap_until;
use super::spec::{KeeperSpec, write_line};
use super::{launch, namespace, table};

/// A line to the keeper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum InitReport {
    /// There is no namespace that a child could live in; nothing was started.
    Unable,
    /// The child runs and has this pid inside. It is not reaped before the keeper has said that it saw this.
    Started { pid: i32 },
    /// The child could not be started.
    Refused { reason: String },
    /// The child has ended; so many processes that it left alive are killed next.
    Exited { exit: Exit, left: u32 },
}

/// Runs as that process; the exit code for it. `keeper` is a pipe from the keeper, in which the specification
/// came; its end means that the keeper is gone.
pub(super) fn run(spec: &KeeperSpec, mut keeper: impl BufRead, mut reports: impl Write) -> u8 {
    // It comes when the thread that started this process ends, which is the keeper's first. Should that have
    // been before this line, the pipe below is at its end.
    if namespace::die_with_parent().is_err() || namespace::settle(&spec.read_only).is_err() {
        let _keeper_gone = write_line(&mut reports, &InitReport::Unable);
        return 1;
    }
    let pid = match launch::start(spec) {
        Ok(pid) => pid,
        Err(reason) => {
            let _keeper_gone = write_line(&mut reports, &InitReport::Refused { reason });
            return 0;
        }
    };
    let started = write_line(&mut reports, &InitReport::Started { pid });
    if started.is_err() || !keeper.read_line(&mut String::new()).is_ok_and(|read| read > 0) {
        return 1;
    }
    let Some(exit) = reap_until(pid) else { return 1 };
    let _keeper_gone = write_line(&mut reports, &InitReport::Exited { exit, left: alive() });
    0
}

/// How many processes are alive in this namespace beside this one. Its `/proc` shows no others.
fn alive() -> u32 {
    let own = rustix::process::getpid().as_raw_nonzero().get();
    let rows = table::rows().unwrap_or_default();
    u32::try_from(rows.iter().filter(|row| row.pid != own && !row.ended).count()).unwrap_or(u32::MAX)
}
