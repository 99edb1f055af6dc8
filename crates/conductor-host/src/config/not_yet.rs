//! What may be written in the file but is not obeyed yet. A setting that protects nobody although it stands
//! in the file is worse than none, so each of these is told to the user where work begins.

use super::{Config, Land, MergeStyle, Orchestration, SandboxLevel};

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

/// A row of the tables below: whether the key is set, the key, what does not happen, whether it protects.
type Row = (bool, &'static str, &'static str, bool);

/// The keys that are set in `config` and have no effect yet, in the order of the file's sections.
pub fn not_yet(config: &Config) -> Vec<NotYet> {
    let rows = [&work(&config.orchestration)[..], &safety(&config.orchestration)];
    rows.concat()
        .into_iter()
        .filter(|(set, ..)| *set)
        .map(|(_, key, why, safety)| NotYet { key, why, safety })
        .collect()
}

fn work(orchestration: &Orchestration) -> [Row; 3] {
    let workflow = &orchestration.workflow;
    let closed = orchestration.gates.values().flatten().any(|gate| gate.network == Some(false));
    [
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
        (closed, "orchestration.gates.*.network", "gates can reach the network", true),
    ]
}

fn safety(orchestration: &Orchestration) -> [Row; 2] {
    let Orchestration { safety, .. } = orchestration;
    let level = matches!(safety.sandbox, SandboxLevel::Workspace | SandboxLevel::Container);
    [
        (level, "orchestration.safety.sandbox", "agents run with your rights", true),
        (safety.network.is_some(), "orchestration.safety.network", "agents can reach every host", true),
    ]
}
