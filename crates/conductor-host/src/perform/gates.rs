//! Evidence: the gates, run on exactly the candidate's tree, in a place that no agent ever saw.

use std::path::{Path, PathBuf};

use conductor_engine::effect::{Outcome, Verb};
use conductor_engine::evidence::{Evidence, EvidenceSummary};
use conductor_engine::gate::{GateKind, GateSpec, TestDelta, TestResults, compare};
use conductor_engine::ids::{EvidenceId, Oid, RunId, TreeId};
use conductor_engine::session::Candidate;
use thiserror::Error;

use super::failpoint::Place;
use super::places::Places;
use super::site::Site;
use super::stop::StopSwitch;
use super::{Trouble, failed};
use crate::clock;
use crate::gates::{GateJob, GateStop, digest, merged_tests, summarise};
use crate::git::{CacheDir, GitError};
use crate::journal::{Database, JournalError};
use crate::session::Setup;

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

/// The same evidence, compared with these tests where both have some.
fn retold(mut evidence: Evidence, base: Option<&TestResults>) -> Evidence {
    let comparable = |tests: &&TestResults| tests.ran() > 0;
    let own = merged_tests(&evidence.gates);
    if let (Some(base), Some(own)) = (base.filter(comparable), own.as_ref().filter(comparable)) {
        evidence.tests = Some(compare(base, own));
    }
    evidence
}

impl Site {
    /// Runs the session's gates on a tree, outside of any run, and keeps the evidence.
    pub(crate) fn check(&self, tree: &TreeId) -> Result<(EvidenceId, EvidenceSummary), CheckError> {
        let run = RunId { session: self.session, number: 0 };
        let broken = |trouble: Trouble| CheckError(trouble.message);
        let test = Test { run, tree, again: false };
        let evidence = self.evidence(test, None, &GateStop::default()).map_err(broken)?;
        let id = digest(&evidence);
        self.db().keep_evidence(&id, &evidence, clock::now()).map_err(|e| CheckError(e.to_string()))?;
        Ok((id, summarise(&evidence, self.setup.require_tests)))
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
        let base = self.base_tests(test.run, tip, stop)?;
        let evidence = match self.gathered_before(test)? {
            Some(known) => retold(known, base.as_ref()),
            None => self.evidence(test, base.as_ref(), stop)?,
        };
        self.failpoint.reach(Verb::Gates, Place::Inside);
        let id = digest(&evidence);
        self.db().keep_evidence(&id, &evidence, clock::now()).map_err(|e| failed(&e))?;
        self.gathered(test.tree);
        Ok(Outcome::Gated { evidence: id, summary: summarise(&evidence, self.setup.require_tests) })
    }

    /// One tree, one evidence: what passed under this driver needs no second look, wherever the tree comes from.
    fn gathered_before(&self, test: Test<'_>) -> Result<Option<Evidence>, Trouble> {
        if test.again || !self.was_gathered(test.tree) {
            return Ok(None);
        }
        let known =
            self.db().evidence_of_tree(test.tree, &self.setup.gates_digest).map_err(|e| failed(&e))?;
        Ok(known.filter(|evidence| summarise(evidence, self.setup.require_tests).passed))
    }

    /// The tests of the tree that the candidate is compared with: from an earlier run of the gates on it, else
    /// run now, once. Without a gate that can tell its tests there is nothing to compare.
    fn base_tests(&self, run: RunId, tip: &Oid, stop: &GateStop) -> Result<Option<TestResults>, Trouble> {
        if !self.tells_tests() {
            return Ok(None);
        }
        // Of several tests that begin together, one looks at the base.
        let _one = self.base_look();
        let tree = self.repo.tree_of(tip).map_err(|e| failed(&e))?;
        let known = self.db().evidence_of_tree(&tree, &self.setup.gates_digest).map_err(|e| failed(&e))?;
        let evidence = match known {
            Some(evidence) => evidence,
            None => {
                let evidence = self.evidence(Test { run, tree: &tree, again: false }, None, stop)?;
                self.db()
                    .keep_evidence(&digest(&evidence), &evidence, clock::now())
                    .map_err(|e| failed(&e))?;
                evidence
            }
        };
        Ok(merged_tests(&evidence.gates))
    }

    fn tells_tests(&self) -> bool {
        tells_tests(&self.setup)
    }

    fn evidence(
        &self,
        test: Test<'_>,
        base: Option<&TestResults>,
        stop: &GateStop,
    ) -> Result<Evidence, Trouble> {
        let Test { run, tree, again } = test;
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
        Ok(evidence)
    }

    /// What the work does to the tests of what it stands on. When the candidate was tested, that may not have
    /// been known yet: the candidate below was being tested too.
    pub(super) fn test_delta(
        &self,
        candidate: &Candidate,
        evidence: &EvidenceId,
    ) -> Result<TestDelta, Trouble> {
        let below = self.repo.tree_of(&candidate.tip).map_err(|e| failed(&e))?;
        test_delta(&self.db(), &self.setup, &below, evidence).map_err(|e| failed(&e))
    }
}

/// Whether a gate of the session can tell its tests.
fn tells_tests(setup: &Setup) -> bool {
    let tells = |g: &GateSpec| g.kind == GateKind::Test && g.reader.is_some();
    setup.gates.iter().any(tells)
}

/// What work does to the tests of the tree that it stands on.
pub(crate) fn test_delta(
    db: &Database,
    setup: &Setup,
    below: &TreeId,
    evidence: &EvidenceId,
) -> Result<TestDelta, JournalError> {
    let evidence = db.evidence(evidence)?;
    if !tells_tests(setup) {
        return Ok(evidence.tests.unwrap_or_default());
    }
    let base = db.evidence_of_tree(below, &setup.gates_digest)?;
    let base = base.and_then(|base| merged_tests(&base.gates));
    Ok(retold(evidence, base.as_ref()).tests.unwrap_or_default())
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
