//! Landing on the session's branch: one commit for one run, with the proof in its trailers.

use conductor_engine::effect::{LandPart, Outcome, Verb};
use conductor_engine::ids::{EvidenceId, Oid, RunId};

use super::failpoint::Place;
use super::site::Site;
use super::{Trouble, failed};
use crate::clock;
use crate::git::{Advance, CommitText, GitError, Trailers};

impl Site {
    /// Lands `with` and then `last`, each as a commit on the one before, in one move of the branch: what the
    /// branch is brought to is the tree that passed.
    pub(super) fn land(&self, with: &[LandPart], last: &LandPart, evidence: &EvidenceId) -> Outcome {
        match self.try_land(with, last, evidence) {
            Ok(outcome) => outcome,
            Err(trouble) => trouble.into(),
        }
    }

    fn try_land(
        &self,
        with: &[LandPart],
        last: &LandPart,
        evidence: &EvidenceId,
    ) -> Result<Outcome, Trouble> {
        let tip = &with.first().unwrap_or(last).candidate.tip;
        // Since the run began, the branch may have got this very run's commit from a try whose answer was
        // lost. Nothing can have come when the tip is where the run began.
        if *tip != last.candidate.base {
            let found = self.repo.find_run(last.run, tip, &last.candidate.base).map_err(|e| failed(&e))?;
            if let Some(commit) = found
                && self.strange(&commit)?.is_none()
            {
                let with = self.commits_of(with, &commit)?;
                return Ok(Outcome::Landed { commit, tip: tip.clone(), with });
            }
        }
        let mut commits = Vec::new();
        let mut at = tip.clone();
        for part in with.iter().chain([last]) {
            let text = self.commit_text(part, evidence)?;
            at = self
                .repo
                .commit(&part.candidate.tree, &[&at], &text, clock::now())
                .map_err(|e| failed(&e))?;
            commits.push((part.run, at.clone()));
        }
        commits.pop();
        let why = format!("run {}", last.run);
        self.db().record_tip(self.session, &at, &why, clock::now()).map_err(|e| failed(&e))?;
        self.failpoint.reach(Verb::Land, Place::Inside);
        let advance = self
            .repo
            .advance(&self.branch, tip, &at, last.run, &last.candidate.base)
            .map_err(|e| failed(&e))?;
        self.advanced(with, tip, commits, advance)
    }

    /// The commits of runs that landed together with `last`.
    fn commits_of(&self, with: &[LandPart], last: &Oid) -> Result<Vec<(RunId, Oid)>, Trouble> {
        let mut commits = Vec::new();
        for part in with {
            let found = self.repo.find_run(part.run, last, &part.candidate.base).map_err(|e| failed(&e))?;
            commits.extend(found.map(|commit| (part.run, commit)));
        }
        Ok(commits)
    }

    fn advanced(
        &self,
        parts: &[LandPart],
        was: &Oid,
        with: Vec<(RunId, Oid)>,
        advance: Advance,
    ) -> Result<Outcome, Trouble> {
        Ok(match advance {
            Advance::Landed { commit } => {
                self.saw_tip(&commit);
                Outcome::Landed { tip: commit.clone(), commit, with }
            }
            Advance::AlreadyLanded { commit } => {
                // Whoever can write to the branch can forge a trailer, but not the record of what was landed.
                if let Some(why) = self.strange(&commit)? {
                    self.forget_tip();
                    return Ok(Outcome::Hindered { why });
                }
                let tip = self.repo.read_ref(&self.branch.to_ref()).map_err(|e| failed(&e))?;
                let tip = tip.unwrap_or_else(|| commit.clone());
                match self.strange(&tip)? {
                    None => self.saw_tip(&tip),
                    Some(_) => self.forget_tip(),
                }
                let with = self.commits_of(parts, &commit)?;
                Outcome::Landed { commit, tip, with }
            }
            Advance::Moved { tip: Some(tip) } => match self.strange(&tip)? {
                None => {
                    self.saw_tip(&tip);
                    Outcome::Moved { tip }
                }
                Some(why) => {
                    self.forget_tip();
                    Outcome::Hindered { why }
                }
            },
            Advance::Moved { tip: None } => {
                // Somebody deleted the branch: it is made again at the commit that everything so far led to.
                self.make_branch(was).map_err(|e| failed(&e))?;
                Outcome::Moved { tip: was.clone() }
            }
            Advance::CheckedOut { checkout } => Outcome::Hindered {
                why: format!(
                    "{} is checked out in {}, where moving it would look like undoing it; let go of it there: \
                     git -C {} switch --detach",
                    self.branch.as_str(),
                    checkout.display(),
                    checkout.display()
                ),
            },
        })
    }

    fn make_branch(&self, at: &Oid) -> Result<(), GitError> {
        match self.repo.create_ref(&self.branch.to_ref(), at) {
            // Somebody was faster: the next candidate is built on what is there.
            Ok(()) | Err(crate::git::RefError::Moved { .. }) => Ok(()),
            Err(crate::git::RefError::Git(error)) => Err(error),
        }
    }

    fn commit_text(&self, part: &LandPart, evidence: &EvidenceId) -> Result<CommitText, Trouble> {
        let facts = self.task_facts(&part.task).map_err(|e| failed(&*e))?;
        Ok(CommitText {
            subject: format!(
                "{}: {}",
                commit_type(facts.kind.as_deref(), facts.category.as_deref()),
                facts.title
            ),
            body: part.summary.clone().unwrap_or_default(),
            trailers: Trailers {
                task: Some(facts.id),
                run: Some(part.run),
                agent: Some(self.profile(part.agent.as_deref()).label.to_string()),
                evidence: Some(evidence.clone()),
                reverts: None,
            },
        })
    }
}

/// The type of a Conventional Commit, from what the task says of itself.
fn commit_type(kind: Option<&str>, category: Option<&str>) -> &'static str {
    for word in [kind, category].into_iter().flatten() {
        match word.to_ascii_lowercase().as_str() {
            "bug" | "fix" | "bugfix" => return "fix",
            "docs" | "documentation" | "doc" => return "docs",
            "test" | "tests" | "testing" => return "test",
            "refactor" | "refactoring" => return "refactor",
            "chore" | "setup" | "infrastructure" => return "chore",
            "ci" => return "ci",
            "build" => return "build",
            "perf" | "performance" => return "perf",
            _ => {}
        }
    }
    "feat"
}

#[cfg(test)]
mod tests {
    use super::commit_type;

    #[test]
    fn the_type_of_a_commit_comes_from_the_task() {
        assert_eq!(commit_type(None, None), "feat");
        assert_eq!(commit_type(Some("bug"), Some("docs")), "fix");
        assert_eq!(commit_type(Some("task"), Some("Testing")), "test");
        assert_eq!(commit_type(Some("story"), None), "feat");
    }
}
