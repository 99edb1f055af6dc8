//! What may be written in the file but is not obeyed yet. A setting that protects nobody although it stands
//! in the file is worse than none, so each of these is told to the user where work begins.

use super::{Config, Land, MergeStyle, PlanningEngine, SandboxLevel};

/// A key that is set and has no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotYet {
    /// Its path, for example `orchestration.safety.budget`.
    pub key: &'static str,
    /// What does not happen, in a sentence for people.
    pub why: &'static str,
    /// Whether the user may rely on it for protection: then work should not begin unseen.
    pub safety: bool,
}

/// The keys that are set in `config` and have no effect yet, in the order of the file's sections.
pub fn not_yet(config: &Config) -> Vec<NotYet> {
    let Config { planning, orchestration } = config;
    let workflow = &orchestration.workflow;
    let safety = &orchestration.safety;
    let table = [
        (
            matches!(planning.engine, PlanningEngine::Llm | PlanningEngine::Agent),
            "planning.engine",
            "plans are made by the outline engine only",
            false,
        ),
        (planning.max_cost.is_some(), "planning.max_cost", "the cost of planning is not limited", true),
        (!planning.severities.is_empty(), "planning.severities", "findings keep their own weight", false),
        (
            orchestration.agents.values().any(|a| a.price.is_some()),
            "orchestration.agents.*.price",
            "cost is only what an agent reports itself",
            false,
        ),
        (
            workflow.min_coverage.is_some(),
            "orchestration.workflow.min_coverage",
            "coverage is not measured",
            true,
        ),
        (
            workflow.land == Land::Auto,
            "orchestration.workflow.land",
            "landing always waits for your word",
            false,
        ),
        (
            workflow.merge != MergeStyle::Squash,
            "orchestration.workflow.merge",
            "each run becomes one commit",
            false,
        ),
        (
            orchestration.gates.values().flatten().any(|g| g.network == Some(false)),
            "orchestration.gates.*.network",
            "gates can reach the network",
            true,
        ),
        (
            matches!(safety.sandbox, SandboxLevel::Workspace | SandboxLevel::Container),
            "orchestration.safety.sandbox",
            "agents run with your rights",
            true,
        ),
        (safety.network.is_some(), "orchestration.safety.network", "agents can reach every host", true),
        (safety.budget.is_some(), "orchestration.safety.budget", "spending is not limited", true),
        (safety.max_time.is_some(), "orchestration.safety.max_time", "a session's time is not limited", true),
        (
            safety.approval_deadline.is_some(),
            "orchestration.safety.approval_deadline",
            "approvals wait without end",
            false,
        ),
        (!safety.ask_at.is_empty(), "orchestration.safety.ask_at", "nobody is asked as money is spent", true),
        (
            !orchestration.policy.is_empty(),
            "orchestration.policy",
            "rules are not evaluated: all finished work is held for you",
            true,
        ),
        (
            orchestration.notify.command.is_some() || orchestration.notify.webhook.is_some(),
            "orchestration.notify",
            "nobody is notified",
            false,
        ),
    ];
    table
        .into_iter()
        .filter(|(set, ..)| *set)
        .map(|(_, key, why, safety)| NotYet { key, why, safety })
        .collect()
}
