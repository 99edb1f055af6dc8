//! The world that is simulated: a task store, a repository, workspaces and processes, as strict as the real
//! ones. Every operation is idempotent in the way that the real one has to be; what must never happen panics.

use std::collections::{BTreeMap, BTreeSet};

use conductor_engine::effect::{Effect, LandPart, Outcome, Refusal, ReportAs, Verdict};
use conductor_engine::ids::{EvidenceId, Oid, RunId, TaskRef, Token, TreeId};
use conductor_engine::judgement::Judgement;
use conductor_engine::session::{Standing, TaskFacts};
use jiff::Timestamp;

use super::dice::Dice;
use super::repo::Repo;

/// The status of a simulated task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SimStatus {
    /// Anybody may take it.
    Todo,
    /// Somebody works on it.
    InProgress,
    /// It waits for an answer.
    Blocked,
    /// It waits for eyes.
    Review,
    /// It is done.
    Done,
}

/// A simulated task.
#[derive(Debug, Clone)]
pub struct SimTask {
    /// Its status.
    pub status: SimStatus,
    /// Who has it, and the proof.
    pub claim: Option<(RunId, Token)>,
    /// What it needs first.
    pub depends_on: Vec<TaskRef>,
}

/// The world.
#[derive(Debug, Default)]
pub struct World {
    /// The tasks.
    pub tasks: BTreeMap<TaskRef, SimTask>,
    /// The repository.
    pub repo: Repo,
    /// Runs whose agent's processes are alive.
    pub alive: BTreeSet<RunId>,
    judged: BTreeSet<(RunId, TreeId)>,
    /// Tasks that a person moved: how often they are done is that person's doing.
    pub forced: BTreeSet<TaskRef>,
    /// Runs whose work a person accepted, until an agent works on it again.
    pub accepted: BTreeSet<RunId>,
    counter: u64,
    /// Grows with every change of a task.
    pub version: u64,
}

impl World {
    fn fresh(&mut self) -> u64 {
        self.counter += 1;
        self.counter + 1000
    }

    /// How the tasks look to the session.
    pub fn facts(&self) -> Vec<TaskFacts> {
        self.tasks.iter().map(|(task, t)| self.fact(task, t)).collect()
    }

    fn fact(&self, task: &TaskRef, t: &SimTask) -> TaskFacts {
        let open: Vec<String> = t
            .depends_on
            .iter()
            .filter(|d| self.tasks[*d].status != SimStatus::Done)
            .map(ToString::to_string)
            .collect();
        let standing = match (t.status, &t.claim) {
            (SimStatus::Done, _) => Standing::Done,
            (SimStatus::Blocked | SimStatus::Review, Some(_)) => {
                Standing::Aside { status: "forced".to_owned() }
            }
            (_, Some(_)) => Standing::Ours,
            (SimStatus::Todo, None) if open.is_empty() => Standing::Ready,
            (SimStatus::Todo, None) => Standing::Waiting { on: open },
            (SimStatus::InProgress, None) => Standing::Taken { by: "nobody".to_owned() },
            (SimStatus::Blocked | SimStatus::Review, None) => Standing::Aside { status: "aside".to_owned() },
        };
        TaskFacts {
            task: task.clone(),
            id: task.0.to_uppercase(),
            title: format!("Task {task}"),
            standing,
            urgency: 2,
            created_at: Timestamp::UNIX_EPOCH,
            estimate_minutes: 60,
            depends_on: t.depends_on.clone(),
        }
    }

    /// A person forces a task to a status, whoever has claimed it; a closed task's claim is gone.
    pub fn person_forces(&mut self, task: &TaskRef, status: SimStatus) {
        self.version += 1;
        if let Some(t) = self.tasks.get_mut(task) {
            t.status = status;
            self.forced.insert(task.clone());
            if status == SimStatus::Done {
                t.claim = None;
            }
        }
    }

    /// An agent changes its workspace.
    pub fn agent_writes(&mut self, run: RunId, dice: &mut Dice, kind: bool) {
        self.accepted.remove(&run);
        let bad = !kind && dice.permille(150);
        let leaves_marks = !kind && dice.permille(300);
        self.repo.agent_writes(run, bad, leaves_marks);
    }

    /// The driver is dead: its keepers kill what they kept; what a killed keeper leaves is ended by the next driver
    /// before it does anything.
    pub fn driver_died(&mut self) {
        self.alive.clear();
    }

    /// Does what `effect` says, as a real performer would, and gives its answer. Doing it twice must be doing
    /// it once. Attempts are not done here: they take time.
    pub fn perform(&mut self, run: RunId, effect: &Effect, dice: &mut Dice) -> Outcome {
        match effect {
            Effect::Claim { task } => self.claim(run, task),
            Effect::Worktree { base, snapshot, fresh, marked } => {
                assert!(!self.alive.contains(&run), "the workspace is made under a living agent");
                let saved = snapshot.as_ref().map(|s| s.tree.clone());
                self.repo.worktree(run, base.clone(), saved, *fresh, marked.clone())
            }
            Effect::Attempt { .. } => unreachable!("attempts take time and are scheduled"),
            Effect::Stop => {
                self.alive.remove(&run);
                Outcome::Done
            }
            Effect::Snapshot { number, .. } => {
                assert!(!self.alive.contains(&run), "a snapshot is taken while the agent lives");
                self.repo.snapshot(run, *number)
            }
            Effect::Collect { snapshot, marked, .. } => self.repo.collect(&snapshot.tree, marked, dice),
            Effect::Candidate { base, snapshot, on } => {
                self.repo.candidate(base, &snapshot.tree, on.as_ref(), dice)
            }
            Effect::Gates { candidate, again, .. } => {
                assert!(!self.alive.contains(&run), "gates run while the agent lives");
                self.repo.gates(candidate, *again, dice)
            }
            Effect::Judge { candidate, evidence, .. } => {
                assert!(self.repo.passed(evidence), "the policy judges what did not pass");
                let verdict = match dice.permille(150) {
                    true if dice.permille(300) => Verdict::Retry { feedback: "smaller, please".to_owned() },
                    true if dice.permille(100) => Verdict::Reject { why: "not this".to_owned() },
                    true => Verdict::Hold { question: "Look?".to_owned(), detail: String::new() },
                    false => Verdict::Accept,
                };
                if verdict == Verdict::Accept {
                    self.judged.insert((run, candidate.tree.clone()));
                }
                Outcome::Judged(Box::new(Judgement::plain(verdict)))
            }
            Effect::Land { task, candidate, evidence, summary, agent, with } => {
                let (task, candidate, summary) = (task.clone(), candidate.clone(), summary.clone());
                self.land(with, &LandPart { run, task, candidate, summary, agent: agent.clone() }, evidence)
            }
            Effect::CloseTask { task, token, commit, .. } => self.close(run, task, *token, commit),
            Effect::Report { task, token, as_status, .. } => self.report(run, task, *token, *as_status),
            Effect::Release { task, token } => self.release(run, task, *token),
            Effect::Tidy { snapshot } => {
                assert!(!self.alive.contains(&run), "a workspace is removed under a living agent");
                self.repo.tidy(run, snapshot.as_ref().map(|s| &s.tree))
            }
            Effect::Notify { .. } => Outcome::Done,
        }
    }

    fn claim(&mut self, run: RunId, task: &TaskRef) -> Outcome {
        self.version += 1;
        let token = Token(self.fresh());
        let t = self.tasks.get_mut(task).expect("a known task");
        match &t.claim {
            Some((holder, token)) if *holder == run => return Outcome::Claimed { token: *token },
            Some((holder, _)) => return Outcome::ClaimRefused(Refusal::Taken { by: holder.to_string() }),
            None => {}
        }
        if t.status == SimStatus::Done {
            return Outcome::ClaimRefused(Refusal::Gone);
        }
        t.claim = Some((run, token));
        t.status = SimStatus::InProgress;
        Outcome::Claimed { token }
    }

    fn land(&mut self, with: &[LandPart], last: &LandPart, evidence: &EvidenceId) -> Outcome {
        for part in with.iter().chain([last]) {
            let judged = self.judged.contains(&(part.run, part.candidate.tree.clone()));
            assert!(
                judged || self.accepted.contains(&part.run),
                "work lands that neither the policy nor a person accepted"
            );
        }
        self.repo.land(with, last, evidence)
    }

    fn close(&mut self, run: RunId, task: &TaskRef, token: Token, commit: &Oid) -> Outcome {
        assert!(
            self.repo.branch.iter().any(|c| c.commit == *commit && c.run == run),
            "closed without a commit"
        );
        self.version += 1;
        let t = self.tasks.get_mut(task).expect("a known task");
        if t.status == SimStatus::Done && t.claim.is_none() {
            return Outcome::Done;
        }
        if t.claim != Some((run, token)) {
            return Outcome::Lost { why: "the claim is not ours".to_owned() };
        }
        if t.status != SimStatus::InProgress {
            // A person moved it; their word stands, and the claim is given back.
            t.claim = None;
            return Outcome::Lost { why: "somebody moved the task".to_owned() };
        }
        t.status = SimStatus::Done;
        t.claim = None;
        Outcome::Done
    }

    fn report(&mut self, run: RunId, task: &TaskRef, token: Option<Token>, how: ReportAs) -> Outcome {
        self.version += 1;
        let t = self.tasks.get_mut(task).expect("a known task");
        match (&t.claim, token) {
            (Some((holder, _)), _) if *holder != run => {
                return Outcome::Lost { why: "somebody else has it".to_owned() };
            }
            (Some(_) | None, _) => {}
        }
        if t.status == SimStatus::Done {
            return Outcome::Lost { why: "it is done".to_owned() };
        }
        t.claim = None;
        t.status = match how {
            ReportAs::Blocked => SimStatus::Blocked,
            ReportAs::Review => SimStatus::Review,
            ReportAs::Todo => SimStatus::Todo,
        };
        Outcome::Done
    }

    fn release(&mut self, run: RunId, task: &TaskRef, token: Token) -> Outcome {
        self.version += 1;
        let t = self.tasks.get_mut(task).expect("a known task");
        if t.claim == Some((run, token)) {
            t.claim = None;
        }
        Outcome::Done
    }
}
