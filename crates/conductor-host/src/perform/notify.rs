//! Telling a person of a hold, by the command that they configured.

use std::fs;

use conductor_engine::effect::{Outcome, Verb};
use conductor_engine::ids::{HoldId, RunId};

use super::failpoint::Place;
use super::site::Site;
use super::{failed, refused};
use crate::gates::gate_environment;
use crate::process::{Exit, KeeperSpec, KeptChild};

/// How long the command may take.
const TIMEOUT_MS: u64 = 30_000;
/// How long it may take to end after it was asked to.
const GRACE_MS: u64 = 2_000;

impl Site {
    /// Runs `orchestration.notify.command` with the hold in its environment. The text of the hold is data: it
    /// is passed as values of variables, never as a part of the command.
    pub(super) fn notify(&self, run: RunId, hold: HoldId) -> Outcome {
        let Some(command) = self.rules.notify.command.clone() else { return Outcome::Done };
        let dir = self.places.run_records(run).join(format!("notify-{hold}"));
        let tmp = self.places.tmp(run, "notify");
        for needed in [&dir, &tmp] {
            if let Err(error) = fs::create_dir_all(needed) {
                return failed(&error).into();
            }
        }
        let question = self.db().hold_question(run.session, hold).unwrap_or_default();
        let mut env = gate_environment(&self.user_env, &tmp, self.places.root());
        for (name, value) in [
            ("CONDUCTOR_SESSION", run.session.to_string()),
            ("CONDUCTOR_RUN", run.to_string()),
            ("CONDUCTOR_HOLD", hold.to_string()),
            ("CONDUCTOR_QUESTION", question),
        ] {
            env.insert(name.into(), value.into());
        }
        let spec = KeeperSpec {
            argv: ["/bin/sh", "-c", &command].map(Into::into).to_vec(),
            env,
            dir: self.repo.top().to_owned(),
            stdout: dir.join("output"),
            stderr: dir.join("output"),
            stdin: None,
            grace_ms: GRACE_MS,
            timeout_ms: Some(TIMEOUT_MS),
        };
        self.failpoint.reach(Verb::Notify, Place::Inside);
        match KeptChild::spawn(&self.keeper, &spec).and_then(|child| child.wait()) {
            Ok(end) if end.exit == Exit::Code(0) => Outcome::Done,
            Ok(end) => Outcome::Failed {
                message: format!(
                    "orchestration.notify.command ended with {:?}; see {}",
                    end.exit,
                    dir.display()
                ),
                transient: false,
            },
            Err(error) => refused(&error).into(),
        }
    }
}
