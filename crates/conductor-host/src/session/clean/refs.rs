//! Branches and refs in the user's repository that only Conductor uses.

use std::collections::BTreeMap;

use conductor_engine::ids::{Oid, RunId, SessionId};
use conductor_engine::session::{Ending, Phase, Run};

use super::{CleanError, Cleaner, Left, LeftKind, May};
use crate::git::{BranchName, CandidateOutcome, RefChange, SavedKind, SavedWork, dropped_ref};

/// Why saved work goes that is nowhere else.
const DROPPED: &str = "dropped";

impl Cleaner<'_> {
    /// Branches of sessions whose every commit is on the user's branch.
    pub(super) fn branches(&mut self) -> Result<(), CleanError> {
        for (name, tip) in self.host.repo.list_refs("refs/heads/conductor")? {
            let number = name.as_str().strip_prefix("refs/heads/conductor/s").and_then(|n| n.parse().ok());
            let Some(id) = number.map(SessionId) else {
                if self.asked(None) {
                    let left =
                        Left { session: None, ..left(LeftKind::Unknown, SessionId(0), None, name.as_str()) };
                    self.kept(left, "it is no session's branch");
                }
                continue;
            };
            let left = left(LeftKind::Branch, id, None, name.as_str());
            match self.session_may(id) {
                May::Skip => {}
                May::Stay(why) => self.kept(left, why),
                May::Go => self.branch(id, &tip, left)?,
            }
        }
        Ok(())
    }

    fn branch(&mut self, id: SessionId, tip: &Oid, left: Left) -> Result<(), CleanError> {
        let Some(known) = self.sessions.get(&id) else { return Ok(()) };
        let target = known.target.clone();
        let landed = match &known.target_tip {
            Some(theirs) => self.host.repo.is_ancestor(tip, theirs)?,
            None => false,
        };
        if !landed {
            self.kept(left, format!("{target} has not all of it: conductor orchestrate land --session {id}"));
            return Ok(());
        }
        let branch = BranchName::parse(&format!("conductor/s{id}"))?;
        if let Some(checkout) = self.host.repo.where_checked_out(&branch)? {
            self.kept(left, format!("it is checked out in {}", checkout.display()));
            return Ok(());
        }
        if !self.options.dry_run {
            self.host.repo.delete_ref(&branch.to_ref(), tip)?;
        }
        self.removed(left, format!("{target} has all of it"));
        Ok(())
    }

    /// Snapshots, and commits of agents, by run.
    pub(super) fn saved_work(&mut self) -> Result<(), CleanError> {
        let mut by_run: BTreeMap<RunId, Vec<SavedWork>> = BTreeMap::new();
        for work in self.host.repo.saved_work()? {
            by_run.entry(work.run).or_default().push(work);
        }
        for (run, works) in by_run {
            let may = self.run_may(run);
            let landed = self.landed_on_target(run)?;
            let (mut doomed, mut dropped) = (Vec::new(), false);
            for work in works {
                let kind = match work.kind {
                    SavedKind::Snapshot(_) => LeftKind::Snapshot,
                    SavedKind::OwnCommit => LeftKind::OwnCommit,
                };
                let left = left(kind, run.session, Some(run), work.name.as_str());
                match &may {
                    May::Skip => {}
                    May::Stay(why) => self.kept(left, why.clone()),
                    May::Go => match self.verdict(run, &work, landed.as_ref())? {
                        Err(why) => self.kept(left, why),
                        Ok(why) => {
                            dropped |= why == DROPPED;
                            doomed.push(RefChange::Delete { name: work.name, old: work.object });
                            self.removed(left, why);
                        }
                    },
                }
            }
            if doomed.is_empty() || self.options.dry_run {
                continue;
            }
            if dropped {
                doomed.extend(self.mark_of(run)?);
            }
            self.host.repo.change_refs(&doomed)?;
        }
        Ok(())
    }

    /// The note that a person dropped the work of a run, so that nobody takes its refs for lost and brings them back.
    fn mark_of(&self, run: RunId) -> Result<Option<RefChange>, CleanError> {
        let name = dropped_ref(run)?;
        let Some(known) = self.sessions.get(&run.session) else { return Ok(None) };
        let there = self.host.repo.read_ref(&name)?.is_some();
        Ok((!there).then(|| RefChange::Create { name, new: known.base.clone() }))
    }

    /// The commit by which a run landed, when the user's branch has it.
    fn landed_on_target(&self, run: RunId) -> Result<Option<Oid>, CleanError> {
        let known = self.runs.get(&run);
        let Some(Run { phase: Phase::Ended(Ending::Landed { commit }), .. }) = known else { return Ok(None) };
        let theirs = self.sessions.get(&run.session).and_then(|known| known.target_tip.as_ref());
        let Some(theirs) = theirs else { return Ok(None) };
        Ok(self.host.repo.is_ancestor(commit, theirs)?.then(|| commit.clone()))
    }

    /// Why saved work may go, or why it stays.
    fn verdict(
        &self,
        id: RunId,
        work: &SavedWork,
        landed: Option<&Oid>,
    ) -> Result<Result<String, String>, CleanError> {
        let Some(run) = self.runs.get(&id) else { return Ok(Err(format!("there is no run {id}"))) };
        if self.is_a_proof(id) {
            return Ok(Err(format!("a workspace of run {id} is still there")));
        }
        if self.options.drop.as_ref() == Some(&run.task) {
            return Ok(Ok(DROPPED.to_owned()));
        }
        let Some(landed) = landed else { return Ok(Err(only_copy(&run.phase))) };
        let Some(commit) = &work.commit else { return Ok(Err("it cannot be read".to_owned())) };
        // Nothing in it is unique when merging it into what landed changes nothing there.
        let repo = &self.host.repo;
        let contained = repo.is_ancestor(commit, landed)? || {
            let tree = repo.tree_of(commit)?;
            let base = run.base.as_ref().unwrap_or(commit);
            match repo.candidate(base, landed, commit, &tree)? {
                CandidateOutcome::Nothing => true,
                CandidateOutcome::Ready { .. } | CandidateOutcome::Conflict { .. } => false,
            }
        };
        Ok(if contained {
            Ok(format!("all of it landed in {}", landed.short()))
        } else {
            Err("not all of it is in what landed; --drop TASK removes it".to_owned())
        })
    }

    /// Whether a workspace that had to be kept is compared with the run's refs.
    fn is_a_proof(&self, run: RunId) -> bool {
        self.cleaned.kept.iter().any(|left| left.kind == LeftKind::Workspace && left.run == Some(run))
    }
}

fn only_copy(phase: &Phase) -> String {
    let what = match phase {
        Phase::Ended(Ending::Landed { .. }) => return "your branch does not have it yet".to_owned(),
        Phase::Ended(Ending::Rejected { .. }) => "was rejected",
        Phase::Ended(Ending::Failed { .. }) => "failed",
        Phase::Ended(Ending::Stopped { .. }) => "was stopped",
        Phase::Ended(Ending::Superseded { .. }) => "was let go",
        Phase::Queued
        | Phase::Preparing
        | Phase::Working(_)
        | Phase::Collecting
        | Phase::Gating(_)
        | Phase::Deciding(_)
        | Phase::Landing(_)
        | Phase::Waiting { .. }
        | Phase::Held(_)
        | Phase::Stopping(_) => "was given up",
    };
    format!("the only copy of work that {what}; --drop TASK removes it")
}

fn left(kind: LeftKind, session: SessionId, run: Option<RunId>, name: &str) -> Left {
    Left { kind, session: Some(session), run, place: name.to_owned(), bytes: 0, why: String::new() }
}
