//! Writing calls down and waiting for replies.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::io::Errno;
use serde_json::{Map, Value};

use super::super::call::{Call, CallFault, Sealed, Tool};
use super::super::files::{CALLS, REPLIES, reply_name};
use super::super::ids::{CallId, DeskToken};
use super::super::reply::{MOST_REPLY, Reply, unanswered};
use crate::secrets::Masker;

/// How long a reply is waited for. A look costs the driver nothing; a question may be answered by a rule or by a
/// person at the terminal, if they are quick.
const LOOK: Duration = Duration::from_secs(10);
const ASK: Duration = Duration::from_secs(30);

/// How long the file of calls may be held by others. Together with the longest wait for a reply this is less than
/// the minute after which some agents give a tool up.
const LOCK: Duration = Duration::from_secs(5);

/// The first pause between two looks for a reply, and the longest: most replies come at the driver's next poll.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// The desk as the agent's side knows it.
#[derive(Debug)]
pub(super) struct Post {
    dir: PathBuf,
    token: DeskToken,
    /// For any reply, instead of what is usual.
    patience: Option<Duration>,
}

impl Post {
    pub(super) fn new(dir: PathBuf, token: DeskToken, patience: Option<Duration>) -> Self {
        Self { dir, token, patience }
    }

    /// Passes a call on, and returns what the agent is to be told. Never fails: what goes wrong is told, too.
    pub(super) async fn call(&self, tool: &str, arguments: Map<String, Value>) -> Reply {
        // The driver looks at it again; here it is so that the agent hears at once what to mend.
        let call = match Call::parse(tool, &arguments) {
            Ok(call) => call.tool(),
            Err(fault) => return Reply::refused(fault.to_string()),
        };
        let patience = self.patience.unwrap_or(match call {
            Tool::Ask | Tool::Block => ASK,
            Tool::Task | Tool::Related | Tool::Progress | Tool::Note | Tool::Submit => LOOK,
        });
        match tokio::time::timeout(LOCK, self.said(tool, arguments)).await {
            Ok(Ok(id)) => {
                let reply = tokio::time::timeout(patience, self.reply(&id)).await;
                reply.unwrap_or_else(|_| unanswered(call))
            }
            Ok(Err(Unsaid::Fault(fault))) => Reply::refused(fault.to_string()),
            Ok(Err(Unsaid::Io(error))) => Reply::refused(format!(
                "Conductor cannot be reached ({error}). Go on without this tool; if you cannot, say why and end your turn"
            )),
            Err(_) => Reply::refused("Conductor cannot be reached. Go on without this tool"),
        }
    }

    /// Writes a call down.
    async fn said(&self, tool: &str, arguments: Map<String, Value>) -> Result<CallId, Unsaid> {
        let id = CallId::random()?;
        // Nothing but shapes can be told here: this is a process of the agent's.
        let mut arguments = Value::Object(arguments);
        Masker::default().mask_json(&mut arguments);
        let Value::Object(arguments) = arguments else { return Err(io::Error::other("no arguments").into()) };
        let sealed = Sealed { id: id.clone(), token: self.token.clone(), tool: tool.to_owned(), arguments };
        let line = sealed.line()?;
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .custom_flags(custom(OFlags::NOFOLLOW | OFlags::NONBLOCK))
            .open(self.dir.join(CALLS))?;
        // Several of these programs may serve one attempt. Not a blocking lock: who holds it may never let go.
        let mut pause = FIRST_PAUSE;
        while let Err(error) = flock(&file, FlockOperation::NonBlockingLockExclusive) {
            if error != Errno::WOULDBLOCK && error != Errno::INTR {
                return Err(io::Error::from(error).into());
            }
            rest(&mut pause).await;
        }
        append(&file, &line)?;
        Ok(id)
    }

    /// Waits for the reply to a call.
    async fn reply(&self, id: &CallId) -> Reply {
        let path = self.dir.join(REPLIES).join(reply_name(id));
        let mut pause = FIRST_PAUSE;
        loop {
            if let Some(reply) = read_reply(&path) {
                return reply;
            }
            rest(&mut pause).await;
        }
    }
}

/// Why a call could not be written down.
#[derive(Debug, thiserror::Error)]
enum Unsaid {
    #[error(transparent)]
    Fault(#[from] CallFault),
    #[error(transparent)]
    Io(#[from] io::Error),
}

async fn rest(pause: &mut Duration) {
    tokio::time::sleep(*pause).await;
    *pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
}

/// Adds a line, in a line of its own even where another writer died half-way. To be called with the lock held.
fn append(file: &File, line: &[u8]) -> io::Result<()> {
    let length = file.metadata()?.len();
    let mut last = [b'\n'];
    if length > 0 {
        file.read_exact_at(&mut last, length - 1)?;
    }
    let mut whole = Vec::with_capacity(line.len() + 1);
    if last != [b'\n'] {
        whole.push(b'\n');
    }
    whole.extend_from_slice(line);
    (&mut &*file).write_all(&whole)
}

/// The reply, once it is there: it takes its place whole.
fn read_reply(path: &Path) -> Option<Reply> {
    let flags = custom(OFlags::NOFOLLOW | OFlags::NONBLOCK);
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).ok()?;
    let most = u64::try_from(MOST_REPLY).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn custom(flags: OFlags) -> i32 {
    // The bits are the system's own and fit; as does nothing, should that ever change.
    i32::try_from(flags.bits()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stands_alone_whatever_was_there() {
        for (before, after) in [("", "new\n"), ("old\n", "old\nnew\n"), ("torn", "torn\nnew\n")] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join(CALLS);
            std::fs::write(&path, before).unwrap();
            let file = OpenOptions::new().read(true).append(true).open(&path).unwrap();
            append(&file, b"new\n").unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), after);
        }
    }
}
