//! The repository of the simulated world: what is in each tree, what is on the branch, what was tested.
//!
//! A tree is the set of changes in it, and a change is good or bad; so the simulator knows what every test must
//! say, whom a failure may be blamed on, and that no change is ever lost.

use std::collections::{BTreeMap, BTreeSet};

use conductor_engine::effect::{LandPart, Outcome, Stacked};
use conductor_engine::evidence::EvidenceSummary;
use conductor_engine::ids::{EvidenceId, Oid, RunId, SessionId, TreeId};
use conductor_engine::session::Candidate;

use super::dice::Dice;

/// What an agent, or a stranger, wrote: a number that nothing else has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    number: u64,
    bad: bool,
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

/// See the module.
#[derive(Debug)]
pub struct Repo {
    /// The session's branch, oldest first.
    pub branch: Vec<SimCommit>,
    contents: BTreeMap<TreeId, BTreeSet<Change>>,
    by_content: BTreeMap<BTreeSet<Change>, TreeId>,
    trees: BTreeMap<Oid, TreeId>,
    /// Trees in which the marks of a conflict stand.
    marked: BTreeSet<TreeId>,
    workspaces: BTreeMap<RunId, SimWorkspace>,
    /// Runs of which a workspace had to be kept where it was.
    set_aside: BTreeSet<RunId>,
    /// Where each run's workspace started last.
    bases: BTreeMap<RunId, Oid>,
    /// Trees that are reachable from kept refs.
    saved: BTreeSet<TreeId>,
    snapshots: BTreeMap<(RunId, u32), (Oid, TreeId)>,
    evidence: BTreeMap<EvidenceId, (TreeId, bool)>,
    counter: u64,
}

impl Default for Repo {
    fn default() -> Self {
        let tree = TreeId::parse(&hex(1)).expect("a number in hexadecimal");
        Self {
            branch: Vec::new(),
            contents: BTreeMap::from([(tree.clone(), BTreeSet::new())]),
            by_content: BTreeMap::from([(BTreeSet::new(), tree.clone())]),
            trees: BTreeMap::from([(Self::root(), tree.clone())]),
            marked: BTreeSet::new(),
            workspaces: BTreeMap::new(),
            set_aside: BTreeSet::new(),
            bases: BTreeMap::new(),
            saved: BTreeSet::from([tree]),
            snapshots: BTreeMap::new(),
            evidence: BTreeMap::new(),
            counter: 1000,
        }
    }
}

fn hex(n: u64) -> String {
    format!("{n:040x}")
}

impl Repo {
    /// The commit from which the branch was cut.
    pub fn root() -> Oid {
        Oid::parse(&hex(1)).expect("a number in hexadecimal")
    }

    /// The tip of the branch.
    pub fn tip(&self) -> Oid {
        self.branch.last().map_or_else(Self::root, |c| c.commit.clone())
    }

    pub(super) fn fresh(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    fn commit(&mut self, tree: &TreeId) -> Oid {
        let oid = Oid::parse(&hex(self.fresh())).expect("a number in hexadecimal");
        self.trees.insert(oid.clone(), tree.clone());
        oid
    }

    /// The same content is the same tree.
    fn tree(&mut self, content: BTreeSet<Change>) -> TreeId {
        if let Some(tree) = self.by_content.get(&content) {
            return tree.clone();
        }
        let tree = TreeId::parse(&hex(self.fresh())).expect("a number in hexadecimal");
        self.contents.insert(tree.clone(), content.clone());
        self.by_content.insert(content, tree.clone());
        tree
    }

    fn is_good(&self, tree: &TreeId) -> bool {
        self.contents[tree].iter().all(|change| !change.bad)
    }

    /// Whether the run's workspace is there.
    pub fn has_workspace(&self, run: RunId) -> bool {
        self.workspaces.contains_key(&run)
    }

    /// The runs that have a workspace.
    pub fn workspaces(&self) -> Vec<RunId> {
        self.workspaces.keys().copied().collect()
    }

    /// Whether the tip has all that `run` saved last.
    pub fn has_landed_whole(&self, run: RunId) -> bool {
        let last = self.snapshots.range((run, 0)..=(run, u32::MAX)).next_back();
        let (Some((_, (_, tree))), Some(base)) = (last, self.bases.get(&run)) else { return false };
        let base = &self.contents[&self.trees[base]];
        let tip = &self.contents[&self.trees[&self.tip()]];
        self.contents[tree].difference(base).all(|change| tip.contains(change))
    }

    /// Somebody who may commits to the session's branch, as a merge of the user's branch does.
    pub fn branch_moves(&mut self) {
        let mut content = self.contents[&self.trees[&self.tip()]].clone();
        content.insert(Change { number: self.fresh(), bad: false });
        let tree = self.tree(content);
        let commit = self.commit(&tree);
        let nobody = RunId { session: SessionId(0), number: 0 };
        self.branch.push(SimCommit { commit, run: nobody, tree });
    }

    /// An agent does its work anew: what it did before is replaced, and marks of a conflict are mostly taken out.
    pub fn agent_writes(&mut self, run: RunId, bad: bool, leaves_marks: bool) {
        let change = Change { number: self.fresh(), bad };
        let Some(workspace) = self.workspaces.get(&run).cloned() else { return };
        let marks = self.marked.contains(&workspace.tree);
        let mut content = self.contents[&self.trees[&workspace.base]].clone();
        content.insert(change);
        let tree = self.tree(content);
        // Its change is nobody else's, so the tree is its own.
        if marks && leaves_marks {
            self.marked.insert(tree.clone());
        }
        if let Some(workspace) = self.workspaces.get_mut(&run) {
            workspace.tree = tree;
        }
    }

    pub(super) fn worktree(
        &mut self,
        run: RunId,
        base: Option<Oid>,
        saved: Option<TreeId>,
        fresh: bool,
        marked: Option<TreeId>,
    ) -> Outcome {
        if fresh
            && let Some(old) = self.workspaces.remove(&run)
            && !self.saved.contains(&old.tree)
        {
            // What is unique is not deleted: the run gets another place, and this one is told of at its end.
            self.set_aside.insert(run);
        }
        let base = base.unwrap_or_else(|| self.tip());
        let start = match (marked, saved) {
            (Some(tree), _) => tree,
            (None, Some(tree)) if !fresh => tree,
            (None, _) => self.trees[&base].clone(),
        };
        self.saved.insert(self.trees[&base].clone());
        let workspace = self.workspaces.entry(run).or_insert(SimWorkspace { base, tree: start });
        self.bases.insert(run, workspace.base.clone());
        Outcome::Prepared { base: workspace.base.clone() }
    }

    pub(super) fn snapshot(&mut self, run: RunId, number: u32) -> Outcome {
        let Some(tree) = self.workspaces.get(&run).map(|w| w.tree.clone()) else {
            return Outcome::Failed { message: "the workspace is gone".to_owned(), transient: false };
        };
        let commit = self.commit(&tree);
        let (commit, tree) = self.snapshots.entry((run, number)).or_insert((commit, tree)).clone();
        self.saved.insert(tree.clone());
        Outcome::Snapshot { number, commit, tree }
    }

    pub(super) fn collect(&self, tree: &TreeId, marked: &[String], dice: &mut Dice) -> Outcome {
        let unresolved = if self.marked.contains(tree) { marked.to_vec() } else { Vec::new() };
        Outcome::Collected { files: u64::from(!dice.permille(30)) * 3, unresolved }
    }

    pub(super) fn candidate(
        &mut self,
        base: &Oid,
        work: &TreeId,
        on: Option<&Stacked>,
        dice: &mut Dice,
    ) -> Outcome {
        let tip = match on {
            None => self.tip(),
            Some(below) => self.stand_in(&below.candidate),
        };
        let own: BTreeSet<Change> =
            self.contents[work].difference(&self.contents[&self.trees[base]]).copied().collect();
        let mut content = self.contents[&self.trees[&tip]].clone();
        content.extend(own);
        if tip != *base && dice.permille(80) {
            let marked = TreeId::parse(&hex(self.fresh())).expect("a number in hexadecimal");
            self.contents.insert(marked.clone(), content);
            self.marked.insert(marked.clone());
            // Nobody keeps it by itself: the workspace that it goes into has nothing of its own yet.
            self.saved.insert(marked.clone());
            let marked = (!dice.permille(200)).then_some(marked);
            return Outcome::Conflict { tip, paths: vec!["a.txt".to_owned()], marked, on: on.cloned() };
        }
        let tree = self.tree(content);
        Outcome::Candidate { candidate: Candidate { base: base.clone(), tip, tree }, on: on.cloned() }
    }

    fn stand_in(&mut self, candidate: &Candidate) -> Oid {
        self.commit(&candidate.tree)
    }

    /// A test says what is in the tree; now and then it fails by accident, but never when it is run again.
    pub(super) fn gates(&mut self, candidate: &Candidate, again: bool, dice: &mut Dice) -> Outcome {
        let accident = !again && dice.permille(60);
        let passed = self.is_good(&candidate.tree) && !accident;
        let evidence =
            EvidenceId(format!("{} of {}", if accident { "accident" } else { "truth" }, candidate.tree));
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
            retried: false,
        };
        Outcome::Gated { evidence, summary }
    }

    pub(super) fn passed(&self, evidence: &EvidenceId) -> bool {
        self.evidence[evidence].1
    }

    /// Whether the failure of the candidate's tests is this run's: what it stands on is good, and it is not.
    pub fn is_to_blame(&self, candidate: &Candidate) -> bool {
        self.is_good(&self.trees[&candidate.tip]) && !self.is_good(&candidate.tree)
    }

    pub(super) fn land(&mut self, with: &[LandPart], last: &LandPart, evidence: &EvidenceId) -> Outcome {
        if let Some(done) = self.branch.iter().find(|c| c.run == last.run).cloned() {
            return Outcome::Landed { commit: done.commit, tip: self.tip(), with: self.commits_of(with) };
        }
        let first = with.first().unwrap_or(last);
        if self.tip() != first.candidate.tip {
            return Outcome::Moved { tip: self.tip() };
        }
        let (tree, passed) = &self.evidence[evidence];
        assert!(*passed && *tree == last.candidate.tree, "a tree lands that did not pass its gates");
        assert!(!self.marked.contains(tree), "the marks of a conflict land");
        let mut below = self.trees[&self.tip()].clone();
        for part in with.iter().chain([last]) {
            assert_eq!(
                self.trees[&part.candidate.tip], below,
                "run {} lands on what it was not built on",
                part.run
            );
            below = part.candidate.tree.clone();
        }
        // In one move: nobody ever sees the branch between two of them.
        let mut commit = self.tip();
        for part in with.iter().chain([last]) {
            assert!(self.branch.iter().all(|c| c.run != part.run), "run {} lands twice", part.run);
            let tree = part.candidate.tree.clone();
            commit = self.commit(&tree);
            self.branch.push(SimCommit { commit: commit.clone(), run: part.run, tree });
        }
        Outcome::Landed { tip: commit.clone(), commit, with: self.commits_of(with) }
    }

    fn commits_of(&self, with: &[LandPart]) -> Vec<(RunId, Oid)> {
        let commit = |part: &LandPart| {
            self.branch.iter().find(|c| c.run == part.run).map(|c| (part.run, c.commit.clone()))
        };
        with.iter().filter_map(commit).collect()
    }

    pub(super) fn tidy(&mut self, run: RunId, saved: Option<&TreeId>) -> Outcome {
        let aside =
            self.set_aside.contains(&run).then(|| "an earlier workspace holds unsaved work".to_owned());
        let Some(workspace) = self.workspaces.get(&run) else { return Outcome::Tidied { kept: aside } };
        // A workspace that still is as its base holds nothing of its own.
        let own = workspace.tree != self.trees[&workspace.base];
        if own && Some(&workspace.tree) != saved {
            return Outcome::Tidied { kept: Some("it holds work that is saved nowhere".to_owned()) };
        }
        assert!(!own || self.saved.contains(&workspace.tree), "the only copy of some work is deleted");
        self.workspaces.remove(&run);
        Outcome::Tidied { kept: aside }
    }
}
