//! Evidence: what Conductor itself saw when it ran the gates on one tree.

use serde::{Deserialize, Serialize};

use crate::coverage::CoverageFacts;
use crate::gate::{GateKind, GateResult, TestDelta};
use crate::ids::{EvidenceId, TreeId};
use crate::lint::LintCounts;

/// The results of all gates on exactly one tree. It never changes once it is written; its digest is what the
/// `Evidence:` trailer of the landed commit names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The tree that was checked out in the gate workspace, and verified again after the gates.
    pub tree: TreeId,
    /// Digest of the gates' specifications as frozen at the start of the session.
    pub gates_digest: String,
    /// Digest of the environment that the gates saw (names and values), so that two runs can be compared.
    pub environment_digest: String,
    /// Each gate that ran, in order. Gates after the first failing phase did not run and are not listed.
    pub gates: Vec<GateResult>,
    /// The tests compared with those of the base tree; `None` when either side has no readable tests.
    pub tests: Option<TestDelta>,
    /// Tracked files that the gates changed: a gate that rewrites what it checks proves nothing.
    pub tampered: Vec<String>,
    /// What the tests reached; `None` when no gate measures it or no report could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<CoverageFacts>,
    /// How many findings the gates told; `None` when none of them tells any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lints: Option<LintFacts>,
    /// The evidence of the same tree that failed before all gates were run again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<EvidenceId>,
}

/// What evidence keeps of lints.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LintFacts {
    /// Of all gates together.
    pub counts: LintCounts,
    /// On the base tree, where they are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<LintCounts>,
}

/// What the engine needs to know of a piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceSummary {
    /// Whether every gate passed and nothing spoke against it.
    pub passed: bool,
    /// How many gates ran.
    pub gates: usize,
    /// How many tests ran; `None` when no gate could tell its tests.
    pub tests_run: Option<usize>,
    /// Whether a gate changed what it checked: no agent can mend that.
    pub tampered: bool,
    /// The names of the gates that failed.
    pub failed: Vec<String>,
    /// The same failure gives the same text, whatever its numbers and addresses: `gate|end|first line`.
    pub signature: Option<String>,
    /// What an agent is told, at most a few kilobytes.
    pub feedback: String,
    /// Whether every gate that failed was run again by itself already: then it is no accident.
    #[serde(default)]
    pub retried: bool,
}

impl Evidence {
    /// Whether any gate of kind `kind` ran.
    pub fn has(&self, kind: GateKind) -> bool {
        self.gates.iter().any(|g| g.kind == kind)
    }

    /// Whether every gate passed, no gate changed a tracked file and no test of the base is gone or broken by
    /// a failing gate. An empty list of gates passes: whether that is enough is for the session's rules.
    pub fn passed(&self) -> bool {
        self.tampered.is_empty() && self.gates.iter().all(GateResult::passed)
    }

    /// How many tests ran over all gates; `None` when no gate's tests could be read.
    pub fn tests_run(&self) -> Option<usize> {
        self.gates
            .iter()
            .filter_map(|g| g.tests.as_ref().map(crate::gate::TestResults::ran))
            .reduce(|a, b| a + b)
    }
}
