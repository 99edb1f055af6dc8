//! The world that is simulated: a task store, a repository, workspaces and processes, as strict as the real
//! ones. Every operation is idempotent in the way that the real one has to be; what must never happen panics.

use std::collections::{BTreeMap, BTreeSet};

use conductor_engine::effect::{Effect, Outcome, Refusal, ReportAs, Verdict};
use conductor_engine::evidence::EvidenceSummary;
use conductor_engine::ids::{EvidenceId, Oid, RunId, SessionId, TaskRef, Token, TreeId};
use conductor_engine::session::{Candidate, Standing, TaskFacts};
use jiff::Timestamp;

use super::dice::Dice;

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

/// A commit on the session's branch.
#[derive(Debug, Clone)]
pub struct SimCommit {
    /// Its name.
    pub commit: Oid,
    /// The run whose work it carries.
    pub run: RunId,
    /// Its tree.
    pub tree: TreeId,
}

#[derive(Debug, Clone)]
struct SimWorkspace {
    base: Oid,
    tree: TreeId,
}

/// The world.
#[derive(Debug, Default)]
pub struct World {
    /// The tasks.
    pub tasks: BTreeMap<TaskRef, SimTask>,
    /// The session's branch, oldest first.
    pub branch: Vec<SimCommit>,
    workspaces: BTreeMap<RunId, SimWorkspace>,
    /// Trees that are reachable from kept refs.
    saved: BTreeSet<TreeId>,
    snapshots: BTreeMap<(RunId, u32), (Oid, TreeId)>,
    /// Runs whose agent's processes are alive.
    pub alive: BTreeSet<RunId>,
    evidence: BTreeMap<EvidenceId, (TreeId, bool)>,
    gates_seen: BTreeMap<TreeId, bool>,
    judged: BTreeSet<RunId>,
    /// Tasks that a person moved: how often they are done is that person's doing.
    pub forced: BTreeSet<TaskRef>,
    /// Runs that a person accepted.
    pub accepted: BTreeSet<RunId>,
    counter: u64,
    /// Grows with every change of a task.
    pub version: u64,
}

fn hex(n: u64) -> String {
    format!("{n:040x}")
}

impl World {
    fn fresh(&mut self) -> u64 {
        self.counter += 1;
        self.counter + 1000
    }

    fn oid(&mut self) -> Oid {
        Oid::parse(&hex(self.fresh())).expect("a number in hexadecimal")
    }

    fn tree(&mut self) -> TreeId {
        TreeId::parse(&hex(self.fresh())).expect("a number in hexadecimal")
    }

    /// The commit from which the branch was cut.
    pub fn root() -> Oid {
        Oid::parse(&hex(1)).expect("a number in hexadecimal")
    }

    /// The tip of the branch.
    pub fn tip(&self) -> Oid {
        self.branch.last().map_or_else(Self::root, |c| c.commit.clone())
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

    /// Whether the run's workspace is there.
    pub fn has_workspace(&self, run: RunId) -> bool {
        self.workspaces.contains_key(&run)
    }

    /// The runs that have a workspace.
    pub fn workspaces(&self) -> Vec<RunId> {
        self.workspaces.keys().copied().collect()
    }

    /// Somebody who may commits to the session's branch, as a merge of the user's branch does.
    pub fn branch_moves(&mut self) {
        let (commit, tree) = (self.oid(), self.tree());
        let nobody = RunId { session: SessionId(0), number: 0 };
        self.branch.push(SimCommit { commit, run: nobody, tree });
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
    pub fn agent_writes(&mut self, run: RunId) {
        let tree = self.tree();
        if let Some(workspace) = self.workspaces.get_mut(&run) {
            workspace.tree = tree;
        }
    }

    /// The driver is dead: its keepers kill what they kept.
    pub fn driver_died(&mut self) {
        self.alive.clear();
    }

    /// Does what `effect` says, as a real performer would, and gives its answer. Doing it twice must be doing
    /// it once. Attempts are not done here: they take time.
    pub fn perform(&mut self, run: RunId, effect: &Effect, dice: &mut Dice) -> Outcome {
        match effect {
            Effect::Claim { task } => self.claim(run, task),
            Effect::Worktree { base, snapshot, fresh } => {
                self.worktree(run, base.clone(), snapshot.as_ref().map(|s| s.tree.clone()), *fresh)
            }
            Effect::Attempt { .. } => unreachable!("attempts take time and are scheduled"),
            Effect::Stop => {
                self.alive.remove(&run);
                Outcome::Done
            }
            Effect::Snapshot { number, .. } => self.snapshot(run, *number),
            Effect::Collect { .. } => Outcome::Collected { files: u64::from(!dice.permille(30)) * 3 },
            Effect::Candidate { base, snapshot } => self.candidate(base, &snapshot.tree, dice),
            Effect::Gates { candidate } => self.gates(run, candidate, dice),
            Effect::Judge { evidence, .. } => {
                assert!(self.evidence[evidence].1, "the policy judges what did not pass");
                if dice.permille(100) {
                    Outcome::Judged(Verdict::Hold { question: "Look?".to_owned(), detail: String::new() })
                } else {
                    self.judged.insert(run);
                    Outcome::Judged(Verdict::Accept)
                }
            }
            Effect::Land { candidate, evidence, .. } => self.land(run, candidate, evidence),
            Effect::CloseTask { task, token, commit, .. } => self.close(run, task, *token, commit),
            Effect::Report { task, token, as_status, .. } => self.report(run, task, *token, *as_status),
            Effect::Release { task, token } => self.release(run, task, *token),
            Effect::Tidy { snapshot } => self.tidy(run, snapshot.as_ref().map(|s| &s.tree)),
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

    fn worktree(&mut self, run: RunId, base: Option<Oid>, saved: Option<TreeId>, fresh: bool) -> Outcome {
        assert!(!self.alive.contains(&run), "the workspace is made under a living agent");
        if fresh && let Some(old) = self.workspaces.remove(&run) {
            assert!(self.saved.contains(&old.tree), "work is thrown away that was saved nowhere");
        }
        let base = base.unwrap_or_else(|| self.tip());
        let start = match saved {
            Some(tree) if !fresh => tree,
            _ => TreeId::parse(base.as_str()).expect("the same digits"),
        };
        self.saved.insert(TreeId::parse(base.as_str()).expect("the same digits"));
        let workspace = self.workspaces.entry(run).or_insert(SimWorkspace { base, tree: start });
        Outcome::Prepared { base: workspace.base.clone() }
    }

    fn snapshot(&mut self, run: RunId, number: u32) -> Outcome {
        assert!(!self.alive.contains(&run), "a snapshot is taken while the agent lives");
        let Some(tree) = self.workspaces.get(&run).map(|w| w.tree.clone()) else {
            return Outcome::Failed { message: "the workspace is gone".to_owned(), transient: false };
        };
        let commit = self.oid();
        let (commit, tree) = self.snapshots.entry((run, number)).or_insert((commit, tree)).clone();
        self.saved.insert(tree.clone());
        Outcome::Snapshot { number, commit, tree }
    }

    fn candidate(&mut self, base: &Oid, tree: &TreeId, dice: &mut Dice) -> Outcome {
        let tip = self.tip();
        if &tip == base {
            return Outcome::Candidate(Candidate { base: base.clone(), tip, tree: tree.clone() });
        }
        if dice.permille(80) {
            return Outcome::Conflict { tip, paths: vec!["a.txt".to_owned()] };
        }
        // A merge is a function of its sides.
        let digits = tip.as_str().bytes().zip(tree.as_str().bytes());
        let merged: String = digits.map(|(a, b)| char::from(if a == b { b'0' } else { a.max(b) })).collect();
        Outcome::Candidate(Candidate {
            base: base.clone(),
            tip,
            tree: TreeId::parse(&merged).expect("hexadecimal digits"),
        })
    }

    fn gates(&mut self, run: RunId, candidate: &Candidate, dice: &mut Dice) -> Outcome {
        assert!(!self.alive.contains(&run), "gates run while the agent lives");
        // The same tree gives the same result.
        let luck = !dice.permille(150);
        let passed = *self.gates_seen.entry(candidate.tree.clone()).or_insert(luck);
        let evidence = EvidenceId(format!("evidence of {}", candidate.tree));
        self.evidence.insert(evidence.clone(), (candidate.tree.clone(), passed));
        let failed = if passed { Vec::new() } else { vec!["test".to_owned()] };
        let summary = EvidenceSummary {
            passed,
            gates: 1,
            tests_run: Some(3),
            tampered: false,
            failed,
            signature: None,
            feedback: "assertion failed".to_owned(),
        };
        Outcome::Gated { evidence, summary }
    }

    fn land(&mut self, run: RunId, candidate: &Candidate, evidence: &EvidenceId) -> Outcome {
        if let Some(done) = self.branch.iter().find(|c| c.run == run) {
            return Outcome::Landed { commit: done.commit.clone(), tip: self.tip() };
        }
        if self.tip() != candidate.tip {
            return Outcome::Moved { tip: self.tip() };
        }
        let (tree, passed) = &self.evidence[evidence];
        assert!(*passed && *tree == candidate.tree, "a tree lands that did not pass its gates");
        assert!(
            self.judged.contains(&run) || self.accepted.contains(&run),
            "work lands that neither the policy nor a person accepted"
        );
        let commit = self.oid();
        self.branch.push(SimCommit { commit: commit.clone(), run, tree: candidate.tree.clone() });
        Outcome::Landed { tip: commit.clone(), commit }
    }

    fn close(&mut self, run: RunId, task: &TaskRef, token: Token, commit: &Oid) -> Outcome {
        assert!(self.branch.iter().any(|c| c.commit == *commit && c.run == run), "closed without a commit");
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

    fn tidy(&mut self, run: RunId, saved: Option<&TreeId>) -> Outcome {
        assert!(!self.alive.contains(&run), "a workspace is removed under a living agent");
        let Some(workspace) = self.workspaces.get(&run) else { return Outcome::Tidied { kept: None } };
        // A workspace that still is as its base holds nothing of its own.
        let own = workspace.tree.as_str() != workspace.base.as_str();
        if own && Some(&workspace.tree) != saved {
            return Outcome::Tidied { kept: Some("it holds work that is saved nowhere".to_owned()) };
        }
        assert!(!own || self.saved.contains(&workspace.tree), "the only copy of some work is deleted");
        self.workspaces.remove(&run);
        Outcome::Tidied { kept: None }
    }
}
