//! Evidence: the gates, run on exactly the candidate's tree, in a place that no agent ever saw.

use std::path::{Path, PathBuf};

use conductor_engine::effect::{Outcome, Verdict};
use conductor_engine::evidence::{Evidence, EvidenceSummary};
use conductor_engine::gate::{GateKind, GateSpec, TestDelta, TestResults};
use conductor_engine::ids::{EvidenceId, RunId, TreeId};
use conductor_engine::session::Candidate;
use thiserror::Error;

use super::places::Places;
use super::site::Site;
use super::stop::StopSwitch;
use super::{Trouble, failed};
use crate::clock;
use crate::gates::{GateJob, GateStop, digest, merged_tests, summarise};
use crate::git::{CacheDir, GitError};
use crate::policy::{self, Reason};

/// Why the gates could not be run on a tree.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct CheckError(String);

impl Site {
    /// Runs the session's gates on a tree, outside of any run, and keeps the evidence.
    pub(crate) fn check(&self, tree: &TreeId) -> Result<(EvidenceId, EvidenceSummary), CheckError> {
        let run = RunId { session: self.session, number: 0 };
        let broken = |trouble: Trouble| CheckError(trouble.message);
        let evidence = self.evidence(run, tree, None, &GateStop::default()).map_err(broken)?;
        let id = digest(&evidence);
        self.db().keep_evidence(&id, &evidence, clock::now()).map_err(|e| CheckError(e.to_string()))?;
        Ok((id, summarise(&evidence, self.setup.require_tests)))
    }

    pub(super) fn gates(&self, run: RunId, candidate: &Candidate, switch: &StopSwitch) -> Outcome {
        let stop = GateStop::default();
        let handle = stop.clone();
        switch.on_stop(move || handle.stop());
        let base = match self.base_tests(run, candidate, &stop) {
            Ok(base) => base,
            Err(trouble) => return trouble.into(),
        };
        let evidence = match self.evidence(run, &candidate.tree, base.as_ref(), &stop) {
            Ok(evidence) => evidence,
            Err(trouble) => return trouble.into(),
        };
        let id = digest(&evidence);
        if let Err(error) = self.db().keep_evidence(&id, &evidence, clock::now()) {
            return failed(&error).into();
        }
        Outcome::Gated { evidence: id, summary: summarise(&evidence, self.setup.require_tests) }
    }

    /// The tests of the tree that the candidate is built on: from an earlier run of the gates on it, else run
    /// now, once. Without a gate that can tell its tests there is nothing to compare.
    fn base_tests(
        &self,
        run: RunId,
        candidate: &Candidate,
        stop: &GateStop,
    ) -> Result<Option<TestResults>, Trouble> {
        let tells = |g: &GateSpec| g.kind == GateKind::Test && g.reader.is_some();
        if !self.setup.gates.iter().any(tells) {
            return Ok(None);
        }
        let tree = self.repo.tree_of(&candidate.tip).map_err(|e| failed(&e))?;
        let known = self.db().evidence_of_tree(&tree, &self.setup.gates_digest).map_err(|e| failed(&e))?;
        let evidence = match known {
            Some(evidence) => evidence,
            None => {
                let evidence = self.evidence(run, &tree, None, stop)?;
                self.db()
                    .keep_evidence(&digest(&evidence), &evidence, clock::now())
                    .map_err(|e| failed(&e))?;
                evidence
            }
        };
        Ok(merged_tests(&evidence.gates))
    }

    fn evidence(
        &self,
        run: RunId,
        tree: &TreeId,
        base: Option<&TestResults>,
        stop: &GateStop,
    ) -> Result<Evidence, Trouble> {
        let records = self.places.gate_records(run, tree.short());
        let tmp = self.places.tmp(run, "gates");
        let ceiling = self.places.root();
        if self.setup.gates.is_empty() {
            // Nothing is checked, so nothing is checked out.
            let job = GateJob {
                specs: &[],
                tree,
                workspace: &records,
                dir: &records,
                tmp: &tmp,
                ceiling,
                base: None,
            };
            return self
                .gate_runner
                .run(&job, stop, || Ok::<_, GitError>(Vec::new()))
                .map_err(|e| failed(&e));
        }
        let path = self.places.gate(self.session);
        let caches = cache_dirs(&self.setup.gates, &self.places);
        let workspace = self.repo.ensure_gate_workspace(&path, tree, &caches).map_err(|e| failed(&e))?;
        let job = GateJob {
            specs: &self.setup.gates,
            tree,
            workspace: &path,
            dir: &records,
            tmp: &tmp,
            ceiling,
            base,
        };
        let result = self.gate_runner.run(&job, stop, || {
            let changed = self.repo.verify_gate_workspace(&workspace)?;
            Ok::<_, GitError>(changed.iter().map(ToString::to_string).collect())
        });
        let removed = self.repo.remove_gate_workspace(&workspace);
        let evidence = result.map_err(|e| failed(&e))?;
        removed.map_err(|e| failed(&e))?;
        Ok(evidence)
    }

    /// Whether a person has to see the change before it lands.
    pub(super) fn judge(&self, candidate: &Candidate, evidence: &EvidenceId) -> Outcome {
        let tests = match self.db().evidence(evidence) {
            Ok(evidence) => evidence.tests.unwrap_or_default(),
            Err(error) => return failed(&error).into(),
        };
        let changes = match self.changes(&candidate.tip, &candidate.tree) {
            Ok(changes) => changes,
            Err(error) => return failed(&error).into(),
        };
        let paths: Vec<String> = changes
            .iter()
            .flat_map(|c| std::iter::once(&c.path).chain(c.from.as_ref()))
            .map(ToString::to_string)
            .collect();
        let mut asks = match policy::judge(&self.rules, paths.iter().map(String::as_str)) {
            policy::Verdict::Accept => Vec::new(),
            policy::Verdict::Hold(reasons) => reasons.iter().map(words).collect(),
        };
        asks.extend(missing_tests(&tests));
        let verdict = if asks.is_empty() {
            Verdict::Accept
        } else {
            Verdict::Hold {
                question: format!("Accept this? It {}", asks.join("; ")),
                detail: format!("Files that change:\n{}", paths.join("\n")),
            }
        };
        Outcome::Judged(verdict)
    }
}

/// A reason as the end of a sentence that begins with "It".
fn words(reason: &Reason) -> String {
    match reason {
        Reason::Approval { class, paths } => {
            format!("changes {} ({})", class.name().replace('_', " "), paths.join(", "))
        }
        Reason::Undecided { rule } => format!("meets rule `{rule}`, which cannot be evaluated, so it holds"),
        Reason::ByHand => "passed its gates, and auto_commit is off".to_owned(),
    }
}

/// Tests that ran on the base and do not run any more: a suite can be made green by making it smaller.
fn missing_tests(tests: &TestDelta) -> Option<String> {
    let gone: Vec<&str> = tests.removed.iter().chain(&tests.newly_skipped).map(String::as_str).collect();
    let some: Vec<&str> = gone.iter().copied().take(5).collect();
    let more = if gone.len() > some.len() {
        format!(" and {} more", gone.len() - some.len())
    } else {
        String::new()
    };
    (!gone.is_empty()).then(|| format!("no longer runs tests that ran before ({}{more})", some.join(", ")))
}

/// The directories that gates declare as caches, kept per path.
pub(crate) fn cache_dirs(gates: &[GateSpec], places: &Places) -> Vec<CacheDir> {
    let mut caches: Vec<CacheDir> = Vec::new();
    for inside in gates.iter().flat_map(|g| &g.cache) {
        let inside = PathBuf::from(inside);
        if caches.iter().all(|c| c.inside != inside) {
            let store = places.cache().join(flat(&inside));
            caches.push(CacheDir { inside, store });
        }
    }
    caches
}

/// A path as one name.
fn flat(path: &Path) -> String {
    path.to_string_lossy().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}
