//! What is broken in each variant.

/// One thing wrong in the engine.
pub(super) struct Mutant {
    /// What it does.
    pub(super) name: &'static str,
    /// The file, from the root of the workspace.
    pub(super) file: &'static str,
    /// What stands there once.
    pub(super) find: &'static str,
    /// What stands there instead.
    pub(super) replace: &'static str,
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "takes a late answer for a current one",
        file: "crates/conductor-engine/src/decide/mod.rs",
        find: "let awaits = run.epoch == key.epoch",
        replace: "let awaits = (run.epoch == key.epoch || run.pending.first() == Some(&key.verb))",
    },
    Mutant {
        name: "takes failed gates for passed ones",
        file: "crates/conductor-engine/src/decide/gate.rs",
        find: "    if summary.passed {\n",
        replace: "    if summary.passed || run.tested_again {\n",
    },
    Mutant {
        name: "keeps a candidate whose ground is gone",
        file: "crates/conductor-engine/src/lane.rs",
        find: "run.has_candidate() && run.on.is_some_and(",
        replace: "run.has_candidate() && run.lane_ticket.is_none() && run.on.is_some_and(",
    },
    Mutant {
        name: "keeps a test that stood for somebody gone",
        file: "crates/conductor-engine/src/lane.rs",
        find: "run.covered_by.is_some_and(",
        replace: "run.lane_ticket.is_none() && run.covered_by.is_some_and(",
    },
    Mutant {
        name: "blames whoever failed, not who did it",
        file: "crates/conductor-engine/src/lane.rs",
        find: "self.open().first().copied().filter(|run| run.red.is_some())",
        replace: "self.open().into_iter().find(|run| run.red.is_some())",
    },
    Mutant {
        name: "lands a run that nobody has accepted",
        file: "crates/conductor-engine/src/lane.rs",
        find: "all.iter().all(|other| matches!(other.phase, Phase::Landing(_))).then_some(all)",
        replace: "all.iter().any(|other| matches!(other.phase, Phase::Landing(_))).then_some(all)",
    },
    Mutant {
        name: "does not save the work of an attempt that failed",
        file: "crates/conductor-engine/src/apply/attempt.rs",
        find: "    steps.push(Verb::Snapshot);\n    if finished {\n",
        replace: "    if finished {\n        steps.push(Verb::Snapshot);\n",
    },
    Mutant {
        name: "does not stop an agent before its work is saved",
        file: "crates/conductor-engine/src/apply/attempt.rs",
        find: "    if stop {\n",
        replace: "    if stop && run.counters.attempts > 9 {\n",
    },
    Mutant {
        name: "charges a rate limit as a failure",
        file: "crates/conductor-engine/src/apply/attempt.rs",
        find: "AttemptEnd::RateLimited { .. } => run.counters.rate_limits += 1,",
        replace: "AttemptEnd::RateLimited { .. } => run.counters.failures += 1,",
    },
    Mutant {
        name: "forgets to give a claim back when it stops",
        file: "crates/conductor-engine/src/apply/steps.rs",
        find: "Ending::Superseded { .. } if run.token.is_some() => steps.push(Verb::Release),",
        replace: "Ending::Superseded { .. } if run.token.is_none() => steps.push(Verb::Release),",
    },
    Mutant {
        name: "dispatches in a session that is being stopped",
        file: "crates/conductor-engine/src/decide/tick.rs",
        find: "if s.status != Status::Active || s.stopping.is_some() {\n        return Vec::new();",
        replace: "if s.status != Status::Active {\n        return Vec::new();",
    },
    Mutant {
        name: "has more agents work than may",
        file: "crates/conductor-engine/src/decide/mod.rs",
        find: "if s.agents_at_work().saturating_sub(own) >= s.rules.agents() {",
        replace: "if s.agents_at_work().saturating_sub(own) > s.rules.agents() {",
    },
    Mutant {
        name: "lets a hold wait beyond its deadline",
        file: "crates/conductor-engine/src/decide/expire.rs",
        find: "let due = hold_closes(s, run)? <= now;",
        replace: "let due = hold_closes(s, run)? <= now && run.counters.attempts > 1;",
    },
];
