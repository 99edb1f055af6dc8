//! Evidence: the gates, run on exactly the candidate's tree, in a place that no agent ever saw.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use conductor_engine::coverage::AddedLines;
use conductor_engine::effect::{Outcome, Verb};
use conductor_engine::evidence::{Evidence, EvidenceSummary};
use conductor_engine::gate::{GateKind, GateSpec};
use conductor_engine::ids::{EvidenceId, Oid, RunId, TreeId};
use conductor_engine::session::Candidate;
use thiserror::Error;

use super::failpoint::Place;
use super::places::Places;
use super::site::Site;
use super::stop::StopSwitch;
use super::{Trouble, failed};
use crate::clock;
use crate::gates::{Base, Demands, GateJob, GateStop, TreeView, compared, digest, summarise, too_little};
use crate::git::{CacheDir, GitError};

/// Why the gates could not be run on a tree.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct CheckError(String);

/// What is tested, and for whom.
#[derive(Debug, Clone, Copy)]
struct Test<'t> {
    run: RunId,
    tree: &'t TreeId,
    /// Whether it failed before and is tested anew.
    again: bool,
}

impl Site {
    /// What this session demands of evidence.
    pub(super) fn demands(&self) -> Demands {
        let coverage = self.rules.workflow.min_coverage;
        Demands::new(&self.setup.gates, self.setup.require_tests, coverage)
    }

    /// Runs the session's gates on a tree, outside of any run, and keeps the evidence.
    pub(crate) fn check(&self, tree: &TreeId) -> Result<(EvidenceId, EvidenceSummary), CheckError> {
        let run = RunId { session: self.session, number: 0 };
        let broken = |trouble: Trouble| CheckError(trouble.message);
        let test = Test { run, tree, again: false };
        let evidence = self.evidence(test, None, &GateStop::default()).map_err(broken)?;
        let id = digest(&evidence);
        self.db().keep_evidence(&id, &evidence, clock::now()).map_err(|e| CheckError(e.to_string()))?;
        Ok((id, summarise(&evidence, &self.demands())))
    }

    pub(super) fn gates(
        &self,
        run: RunId,
        candidate: &Candidate,
        again: bool,
        tip: &Oid,
        switch: &StopSwitch,
    ) -> Outcome {
        let stop = GateStop::default();
        let handle = stop.clone();
        switch.on_stop(move || handle.stop());
        match self.try_gates(Test { run, tree: &candidate.tree, again }, tip, &stop) {
            Ok(outcome) => outcome,
            Err(trouble) => trouble.into(),
        }
    }

    fn try_gates(&self, test: Test<'_>, tip: &Oid, stop: &GateStop) -> Result<Outcome, Trouble> {
        let base = self.base(test.run, tip, test.tree, stop)?;
        let evidence = match self.gathered_before(test)? {
            Some(known) => compared(known, &base),
            None => self.evidence(test, Some(&base), stop)?,
        };
        self.failpoint.reach(Verb::Gates, Place::Inside);
        let id = digest(&evidence);
        self.db().keep_evidence(&id, &evidence, clock::now()).map_err(|e| failed(&e))?;
        self.gathered(test.tree);
        Ok(Outcome::Gated { evidence: id, summary: summarise(&evidence, &self.demands()) })
    }

    /// One tree, one evidence: what passed under this driver needs no second look, wherever the tree comes from.
    fn gathered_before(&self, test: Test<'_>) -> Result<Option<Evidence>, Trouble> {
        if test.again || !self.was_gathered(test.tree) {
            return Ok(None);
        }
        let known =
            self.db().evidence_of_tree(test.tree, &self.setup.gates_digest).map_err(|e| failed(&e))?;
        Ok(known.filter(|evidence| summarise(evidence, &self.demands()).passed))
    }

    /// What the candidate is compared with: the tip's tree, by an earlier run of the gates on it, else run now, once,
    /// and the lines that are added to it. Without a gate that can tell anything there is nothing to compare.
    fn base(&self, run: RunId, tip: &Oid, tree: &TreeId, stop: &GateStop) -> Result<Base, Trouble> {
        if !self.tells_tests() && !self.measures() {
            return Ok(Base::default());
        }
        let evidence = self.base_evidence(run, tip, stop)?;
        Ok(Base { added: self.added(tip, tree)?, ..Base::of(&evidence) })
    }

    fn base_evidence(&self, run: RunId, tip: &Oid, stop: &GateStop) -> Result<Evidence, Trouble> {
        // Of several tests that begin together, one looks at the base.
        let _one = self.base_look();
        let tree = self.repo.tree_of(tip).map_err(|e| failed(&e))?;
        let known = self.db().evidence_of_tree(&tree, &self.setup.gates_digest).map_err(|e| failed(&e))?;
        if let Some(evidence) = known {
            return Ok(evidence);
        }
        let evidence = self.evidence(Test { run, tree: &tree, again: false }, None, stop)?;
        self.db().keep_evidence(&digest(&evidence), &evidence, clock::now()).map_err(|e| failed(&e))?;
        Ok(evidence)
    }

    /// The lines that `tree` adds to a commit, where a gate measures coverage.
    fn added(&self, to: &Oid, tree: &TreeId) -> Result<Option<(String, AddedLines)>, Trouble> {
        if !self.demands().measured {
            return Ok(None);
        }
        let lines = self.repo.added_lines(to, tree).map_err(|e| failed(&e))?;
        Ok(Some((to.as_str().to_owned(), lines)))
    }

    fn tells_tests(&self) -> bool {
        let tells = |g: &GateSpec| g.kind == GateKind::Test && g.reader.is_some();
        self.setup.gates.iter().any(tells)
    }

    /// Whether a gate tells coverage or findings.
    fn measures(&self) -> bool {
        self.setup.gates.iter().any(|gate| gate.coverage.is_some() || gate.lints.is_some())
    }

    /// The files that reports may speak of, where there are reports that speak of files.
    fn files(&self, tree: &TreeId) -> Result<BTreeSet<String>, Trouble> {
        if !self.measures() {
            return Ok(BTreeSet::new());
        }
        let tree = self.repo.committed_tree(tree).map_err(|e| failed(&e))?;
        Ok(tree.files().keys().cloned().collect())
    }

    fn evidence(&self, test: Test<'_>, base: Option<&Base>, stop: &GateStop) -> Result<Evidence, Trouble> {
        let Test { run, tree, again } = test;
        let files = self.files(tree)?;
        let after = if again { self.failed_before(tree)? } else { None };
        let name = if again { format!("{}-again", tree.short()) } else { tree.short().to_owned() };
        let records = self.places.gate_records(run, &name);
        let slot = self.take_gate_slot();
        let tmp = self.places.tmp(run, &format!("gates{}", slot.number()));
        let ceiling = self.places.root();
        let job = GateJob {
            specs: &self.setup.gates,
            tree,
            workspace: &records,
            dir: &records,
            tmp: &tmp,
            ceiling,
            files: &files,
            base,
        };
        if self.setup.gates.is_empty() {
            // Nothing is checked, so nothing is checked out.
            return self
                .gate_runner
                .run(&job, stop, || Ok::<_, GitError>(Vec::new()))
                .map_err(|e| failed(&e));
        }
        let path = self.places.gate(self.session, slot.number());
        let caches = cache_dirs(&self.setup.gates, &self.places, slot.number());
        let workspace = self.repo.ensure_gate_workspace(&path, tree, &caches).map_err(|e| failed(&e))?;
        let job = GateJob { workspace: &path, ..job };
        let result = self.gate_runner.run(&job, stop, || {
            let changed = self.repo.verify_gate_workspace(&workspace)?;
            Ok::<_, GitError>(changed.iter().map(ToString::to_string).collect())
        });
        let removed = self.repo.remove_gate_workspace(&workspace);
        let evidence = result.map_err(|e| failed(&e))?;
        removed.map_err(|e| failed(&e))?;
        Ok(Evidence { after, ..evidence })
    }

    /// The evidence because of which a tree is tested again.
    fn failed_before(&self, tree: &TreeId) -> Result<Option<EvidenceId>, Trouble> {
        let known = self.db().evidence_of_tree(tree, &self.setup.gates_digest).map_err(|e| failed(&e))?;
        Ok(known.map(|evidence| digest(&evidence)))
    }

    /// The evidence, compared with what the work stands on. When the candidate was tested, that may not have been known
    /// yet: the candidate below was being tested too.
    pub(super) fn own_evidence(
        &self,
        candidate: &Candidate,
        evidence: &EvidenceId,
    ) -> Result<Evidence, Trouble> {
        let evidence = self.db().evidence(evidence).map_err(|e| failed(&e))?;
        if !self.tells_tests() && !self.measures() {
            return Ok(evidence);
        }
        let below = self.repo.tree_of(&candidate.tip).map_err(|e| failed(&e))?;
        let base = self.db().evidence_of_tree(&below, &self.setup.gates_digest).map_err(|e| failed(&e))?;
        let added = self.added(&candidate.tip, &candidate.tree)?;
        Ok(compared(evidence, &Base { added, ..base.as_ref().map(Base::of).unwrap_or_default() }))
    }

    /// What the work itself leaves unreached, though what it was tested together with reaches enough.
    pub(super) fn unreached(&self, evidence: &Evidence) -> Option<String> {
        let least = self.rules.workflow.min_coverage.changed?;
        let changed = evidence.coverage.as_ref()?.changed.as_ref()?;
        (!changed.share.reaches(least)).then(|| {
            let told = too_little(changed, least);
            format!("adds lines that no test reaches ({})", told.lines().next().unwrap_or_default())
        })
    }
}

/// The directories that gates declare as caches, kept per path.
pub(crate) fn cache_dirs(gates: &[GateSpec], places: &Places, slot: usize) -> Vec<CacheDir> {
    let mut caches: Vec<CacheDir> = Vec::new();
    for inside in gates.iter().flat_map(|g| &g.cache) {
        let inside = PathBuf::from(inside);
        if caches.iter().all(|c| c.inside != inside) {
            let store = places.cache(slot).join(flat(&inside));
            caches.push(CacheDir { inside, store });
        }
    }
    caches
}

/// A path as one name.
fn flat(path: &Path) -> String {
    path.to_string_lossy().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}
