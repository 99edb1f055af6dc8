//! Evidence: its digest and what is told of it.

use conductor_engine::evidence::{Evidence, EvidenceSummary};
use conductor_engine::gate::GateSpec;
use conductor_engine::ids::EvidenceId;

/// The name of a piece of evidence: SHA-256 of its JSON with sorted keys, in hexadecimal.
pub fn digest(evidence: &Evidence) -> EvidenceId {
    let _ = evidence;
    unimplemented!()
}

/// The name of a list of gates as frozen at the start of a session.
pub fn gates_digest(specs: &[GateSpec]) -> String {
    let _ = specs;
    unimplemented!()
}

/// What the engine, a person and the next attempt are told. With `require_tests`, evidence in which no test
/// is known to have run does not pass.
pub fn summarise(evidence: &Evidence, require_tests: bool) -> EvidenceSummary {
    let _ = (evidence, require_tests);
    unimplemented!()
}

/// Why `require_tests` can never be fulfilled by these gates, to be told before any work begins; `None` when
/// it can.
pub fn uncounted_tests(specs: &[GateSpec]) -> Option<String> {
    let _ = specs;
    unimplemented!()
}
