//! Telling a person of a hold, by the command and the address that they configured.

use std::fs;
use std::path::Path;

use conductor_engine::effect::{Outcome, Verb};
use conductor_engine::ids::{HoldId, RunId};
use conductor_engine::session::HoldKind;
use jiff::Timestamp;
use serde::Serialize;

use super::failpoint::Place;
use super::site::Site;
use super::{failed, refused};
use crate::clock;
use crate::gates::gate_environment;
use crate::journal::HoldRow;
use crate::process::{Exit, KeeperSpec, KeptChild};
use crate::secrets::mask;
use crate::webhook::{Secret, Webhook};

/// How long the command may take.
const TIMEOUT_MS: u64 = 30_000;
/// How long it may take to end after it was asked to.
const GRACE_MS: u64 = 2_000;
/// The most of a question that is sent, in characters.
const QUESTION: usize = 2_000;

/// What a webhook is told of a hold.
#[derive(Debug, Serialize)]
struct Message<'h> {
    event: &'static str,
    session: u64,
    run: String,
    hold: u64,
    task_id: &'h str,
    task_title: &'h str,
    kind: HoldKind,
    question: String,
    opened_at: Timestamp,
    /// The command that answers it.
    answer_with: String,
}

impl Site {
    /// Runs `orchestration.notify.command` and calls `orchestration.notify.webhook`, each once: what has succeeded is
    /// marked, so that a second try of the other does not tell a person twice.
    pub(super) fn notify(&self, run: RunId, hold: HoldId) -> Outcome {
        let notify = &self.rules.notify;
        if notify.command.is_none() && notify.webhook.is_none() {
            return Outcome::Done;
        }
        let dir = self.places.run_records(run).join(format!("notify-{hold}"));
        if let Err(error) = fs::create_dir_all(&dir) {
            return failed(&error).into();
        }
        let row = match self.db().hold(run.session, hold) {
            Ok(Some(row)) => row,
            // It is answered already: there is nothing to tell.
            Ok(None) => return Outcome::Done,
            Err(error) => return failed(&error).into(),
        };
        let called = notify
            .webhook
            .as_ref()
            .map_or(Outcome::Done, |url| once(&dir.join("called"), || self.call(url, &row)));
        let told = notify.command.as_ref().map_or(Outcome::Done, |command| {
            once(&dir.join("told"), || self.run_command(&dir, command, &row))
        });
        if matches!(called, Outcome::Done) { told } else { called }
    }

    /// The text of the hold is data: it is passed as values of variables, never as a part of the command.
    fn run_command(&self, dir: &Path, command: &str, row: &HoldRow) -> Outcome {
        let tmp = self.places.tmp(row.run, "notify");
        if let Err(error) = fs::create_dir_all(&tmp) {
            return failed(&error).into();
        }
        let mut env = gate_environment(&self.user_env, &tmp, self.places.root());
        for (name, value) in [
            ("CONDUCTOR_SESSION", row.run.session.to_string()),
            ("CONDUCTOR_RUN", row.run.to_string()),
            ("CONDUCTOR_HOLD", row.hold.to_string()),
            ("CONDUCTOR_QUESTION", mask(&row.question).into_owned()),
        ] {
            env.insert(name.into(), value.into());
        }
        let spec = KeeperSpec {
            argv: ["/bin/sh", "-c", command].map(Into::into).to_vec(),
            env,
            dir: self.repo.top().to_owned(),
            stdout: dir.join("output"),
            stderr: dir.join("output"),
            stdin: None,
            grace_ms: GRACE_MS,
            timeout_ms: Some(TIMEOUT_MS),
            read_only: Vec::new(),
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

    fn call(&self, url: &str, row: &HoldRow) -> Outcome {
        let not = |message: String, transient| Outcome::Failed {
            message: format!("orchestration.notify.webhook: {message}"),
            transient,
        };
        let secret = match self.secret() {
            Ok(secret) => secret,
            Err(message) => return not(message, false),
        };
        let webhook = match Webhook::new(url, secret) {
            Ok(webhook) => webhook,
            Err(error) => return not(format!("it is not {error}"), false),
        };
        let body = match serde_json::to_string(&message(row)) {
            Ok(body) => body,
            Err(error) => return not(error.to_string(), false),
        };
        // The same hold has the same name whenever it is told, and no other has it.
        let id = format!("hold-{}-{}", row.hold, row.opened_at.as_microsecond());
        match webhook.send(&id, clock::now(), &body) {
            Ok(()) => Outcome::Done,
            Err(error) => not(error.to_string(), error.is_transient()),
        }
    }

    /// What calls are signed with. A secret that is named and not there means no call: an unsigned one is not what was
    /// asked for.
    fn secret(&self) -> Result<Option<Secret>, String> {
        let Some(name) = &self.rules.notify.secret_env else { return Ok(None) };
        let value = self.user_env.get(std::ffi::OsStr::new(name)).and_then(|value| value.to_str());
        let value = value.ok_or_else(|| format!("the variable {name} of `secret_env` is not set"))?;
        Secret::parse(value).map(Some).map_err(|error| format!("the variable {name}: {error}"))
    }
}

/// Does what was not done yet. Where the mark cannot be made it is done again, which is better than not at all.
fn once(mark: &Path, act: impl FnOnce() -> Outcome) -> Outcome {
    if mark.exists() {
        return Outcome::Done;
    }
    let outcome = act();
    if matches!(outcome, Outcome::Done) {
        let _told_again = fs::write(mark, "");
    }
    outcome
}

fn message(row: &HoldRow) -> Message<'_> {
    let words = match row.kind {
        HoldKind::Question | HoldKind::Blocker => "\"your answer\"",
        HoldKind::Approval
        | HoldKind::Failures
        | HoldKind::Tamper
        | HoldKind::Interactive
        | HoldKind::Budget => "accept",
    };
    Message {
        event: "hold-opened",
        session: row.run.session.0,
        run: row.run.to_string(),
        hold: row.hold.0,
        task_id: &row.task_id,
        task_title: &row.title,
        kind: row.kind,
        question: mask(&row.question).chars().take(QUESTION).collect(),
        opened_at: row.opened_at,
        answer_with: format!("conductor answer {} {words}", row.hold),
    }
}

#[cfg(test)]
mod tests {
    use conductor_engine::ids::SessionId;

    use super::*;

    #[test]
    fn a_webhook_is_told_what_is_needed_to_answer() {
        let row = HoldRow {
            hold: HoldId(7),
            run: RunId { session: SessionId(2), number: 3 },
            task_id: "TASK-004".to_owned(),
            title: "Store \"notes\"".to_owned(),
            kind: HoldKind::Question,
            question: "Which?".repeat(1000),
            detail: String::new(),
            opened_at: Timestamp::UNIX_EPOCH,
        };
        let mut told = serde_json::to_value(message(&row)).unwrap();
        assert_eq!(told["question"].take().as_str().unwrap().len(), QUESTION);
        let expected = serde_json::json!({
            "event": "hold-opened", "session": 2, "run": "2.3", "hold": 7, "task_id": "TASK-004",
            "task_title": "Store \"notes\"", "kind": "question", "question": null,
            "opened_at": "1970-01-01T00:00:00Z", "answer_with": "conductor answer 7 \"your answer\"",
        });
        assert_eq!(told, expected);
        let row = HoldRow { kind: HoldKind::Approval, ..row };
        assert_eq!(message(&row).answer_with, "conductor answer 7 accept");
    }

    #[test]
    fn what_succeeded_is_done_once_and_what_failed_again() {
        let dir = tempfile::tempdir().unwrap();
        let mark = dir.path().join("mark");
        let failed = Outcome::Failed { message: "no".to_owned(), transient: true };
        let mut times = 0;
        for (outcome, expected) in [(failed.clone(), 1), (Outcome::Done, 2), (failed, 2)] {
            let _ = once(&mark, || {
                times += 1;
                outcome
            });
            assert_eq!(times, expected);
        }
    }
}
