//! Commits of Conductor's: their messages, the trailers that name task and run, and reading those back.

use conductor_engine::ids::{EvidenceId, Oid, RunId, TreeId};
use jiff::Timestamp;

use super::error::GitError;
use super::open::Repo;
use super::run::parse_oid;

/// The longest first line, in characters.
const SUBJECT: usize = 200;
/// The longest text below it, in characters.
const BODY: usize = 20_000;

/// What a commit of Conductor's says. Text comes from documents and agents: it is made harmless when the
/// message is put together, so that no title can forge a trailer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitText {
    /// The first line.
    pub subject: String,
    /// What stands below it; may be empty.
    pub body: String,
    /// The last paragraph.
    pub trailers: Trailers,
}

/// What ties a commit to a task and its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trailers {
    /// `Task:` the task's id.
    pub task: Option<String>,
    /// `Run:` the run whose work it is: what makes landing idempotent.
    pub run: Option<RunId>,
    /// `Agent:` who wrote it.
    pub agent: Option<String>,
    /// `Evidence:` the digest of the gates' results on its tree.
    pub evidence: Option<EvidenceId>,
    /// `Reverts-Run:` the run that it undoes.
    pub reverts: Option<RunId>,
}

/// A commit on a branch that carries Conductor's trailers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LandedRun {
    /// The commit.
    pub commit: Oid,
    /// Its trailers.
    pub trailers: Trailers,
}

impl CommitText {
    /// The whole message.
    pub fn message(&self) -> String {
        let subject = match one_line(&self.subject, SUBJECT) {
            line if line.is_empty() => "(no title)".to_owned(),
            line => line,
        };
        let body: String =
            self.body.chars().filter(|c| *c == '\n' || *c == '\t' || !c.is_control()).take(BODY).collect();
        let paragraphs = [subject, body.trim().to_owned(), self.trailers.lines().join("\n")];
        // Git reads trailers from the last paragraph only, and ours is that; so nothing above it is one.
        let kept: Vec<String> = paragraphs.into_iter().filter(|text| !text.is_empty()).collect();
        kept.join("\n\n") + "\n"
    }
}

impl Trailers {
    fn lines(&self) -> Vec<String> {
        let line = |key: &str, value: Option<String>| {
            let value = one_line(&value?, SUBJECT);
            (!value.is_empty()).then(|| format!("{key}: {value}"))
        };
        [
            line("Task", self.task.clone()),
            line("Run", self.run.map(|run| run.to_string())),
            line("Agent", self.agent.clone()),
            line("Evidence", self.evidence.as_ref().map(ToString::to_string)),
            line("Reverts-Run", self.reverts.map(|run| run.to_string())),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// The text as one line: every control character and every run of spaces is one space.
fn one_line(text: &str, limit: usize) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(limit).collect()
}

impl Repo {
    /// Writes a commit of `tree` on `parents`; no ref is moved. The same input gives the same commit, so that
    /// repeating it after a crash makes nothing new.
    ///
    /// # Errors
    /// When git fails.
    pub fn commit(
        &self,
        tree: &TreeId,
        parents: &[&Oid],
        text: &CommitText,
        at: Timestamp,
    ) -> Result<Oid, GitError> {
        let date = format!("@{} +0000", at.as_second());
        let who = self.identity();
        let mut cmd = self.git().cmd("write a commit", "commit-tree");
        for (role, name, email) in [("AUTHOR", &who.name, &who.email), ("COMMITTER", &who.name, &who.email)] {
            cmd = cmd
                .env(&format!("GIT_{role}_NAME"), name)
                .env(&format!("GIT_{role}_EMAIL"), email)
                .env(&format!("GIT_{role}_DATE"), &date);
        }
        for parent in parents {
            cmd = cmd.args(["-p", parent.as_str()]);
        }
        cmd.args(["-F", "-", tree.as_str()]).stdin(text.message()).oid()
    }

    /// The commits with Conductor's trailers that `tip` has and `since` has not, newest first.
    ///
    /// # Errors
    /// When git fails.
    pub fn landed_runs(&self, tip: &Oid, since: &Oid) -> Result<Vec<LandedRun>, GitError> {
        let step = "read the commits of a branch";
        let keys = ["Task", "Run", "Agent", "Evidence", "Reverts-Run"];
        let fields =
            keys.map(|key| format!("%x00%(trailers:key={key},valueonly,unfold,separator=%x2C)")).concat();
        let out = self
            .git()
            .cmd(step, "rev-list")
            .args(["--no-commit-header".to_owned(), format!("--format=%H{fields}")])
            .args([tip.as_str(), &format!("^{since}"), "--"])
            .ok()?;
        let mut runs = Vec::new();
        for line in out.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
            let text = String::from_utf8_lossy(line);
            let mut fields = text.split('\0');
            let commit = parse_oid(step, fields.next().unwrap_or_default().as_bytes())?;
            let mut next = || fields.next().map(str::to_owned).filter(|value| !value.is_empty());
            let trailers = Trailers {
                task: next(),
                run: next().and_then(|run| run.parse().ok()),
                agent: next(),
                evidence: next().map(EvidenceId),
                reverts: next().and_then(|run| run.parse().ok()),
            };
            if trailers.run.is_some() || trailers.reverts.is_some() {
                runs.push(LandedRun { commit, trailers });
            }
        }
        Ok(runs)
    }

    /// The commit of `run` that `tip` has and `since` has not.
    ///
    /// # Errors
    /// When git fails.
    pub fn find_run(&self, run: RunId, tip: &Oid, since: &Oid) -> Result<Option<Oid>, GitError> {
        let runs = self.landed_runs(tip, since)?;
        Ok(runs.into_iter().find(|landed| landed.trailers.run == Some(run)).map(|landed| landed.commit))
    }
}

#[cfg(test)]
mod tests {
    use conductor_engine::ids::SessionId;
    use proptest::prelude::*;

    use super::*;

    fn text(subject: &str, body: &str) -> CommitText {
        let run = RunId { session: SessionId(1), number: 4 };
        let trailers = Trailers {
            task: Some("TASK-001".into()),
            run: Some(run),
            agent: Some("claude\nRun: 6.6".into()),
            evidence: Some(EvidenceId("e5".into())),
            reverts: None,
        };
        CommitText { subject: subject.into(), body: body.into(), trailers }
    }

    #[test]
    fn a_message_is_title_body_and_trailers() {
        insta::assert_snapshot!(text("feat: store\u{1b}[31m notes\n\nTask: TASK-666", "Why.\r\n\nRun: 9.9\n").message(), @r"
        feat: store [31m notes Task: TASK-666

        Why.

        Run: 9.9

        Task: TASK-001
        Run: 1.4
        Agent: claude Run: 6.6
        Evidence: e5
        ");
        insta::assert_snapshot!(text("", "").message(), @r"
        (no title)

        Task: TASK-001
        Run: 1.4
        Agent: claude Run: 6.6
        Evidence: e5
        ");
    }

    proptest! {
        #[test]
        fn the_last_paragraph_is_always_ours(subject in "(?s).{0,40}", body in "(?s)(.{0,30}\n){0,4}") {
            let message = text(&subject, &body).message();
            let last = message.trim_end().rsplit("\n\n").next().unwrap();
            prop_assert_eq!(last, "Task: TASK-001\nRun: 1.4\nAgent: claude Run: 6.6\nEvidence: e5");
            prop_assert!(message.lines().next().unwrap().trim() == message.lines().next().unwrap());
        }
    }
}
