//! `planning`: how documents become plans.

use std::collections::BTreeMap;

use conductor_plan::{FindingCode, LintOptions};

use super::Micros;
use super::reader::Section;

/// What turns a document into a plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PlanningEngine {
    /// The deterministic one; it never spends money.
    #[default]
    Auto,
    /// Deterministic and offline.
    Outline,
    /// A model provider.
    Llm,
    /// The configured agent.
    Agent,
}

/// The section `planning`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planning {
    /// What turns a document into a plan.
    pub engine: PlanningEngine,
    /// The agent that answers when the engine is [`PlanningEngine::Agent`].
    pub agent: Option<String>,
    /// How deep tasks are split into smaller ones, from 1.
    pub max_depth: u32,
    /// A task estimated above this many minutes is split.
    pub target_minutes: u32,
    /// The most that making one plan may cost.
    pub max_cost: Option<Micros>,
    /// Findings, by code, whose weight the user changed.
    pub severities: BTreeMap<FindingCode, Severity>,
}

/// The weight of a finding about a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// It forbids the import.
    Error,
    /// It is shown, and counted.
    Warning,
    /// It is shown.
    Note,
    /// It is not shown.
    Off,
}

impl Default for Planning {
    fn default() -> Self {
        Self {
            engine: PlanningEngine::Auto,
            agent: None,
            max_depth: 3,
            target_minutes: 240,
            max_cost: None,
            severities: BTreeMap::new(),
        }
    }
}

impl Planning {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let default = Self::default();
        let engines = [
            ("auto", PlanningEngine::Auto),
            ("outline", PlanningEngine::Outline),
            ("llm", PlanningEngine::Llm),
            ("agent", PlanningEngine::Agent),
        ];
        let read = Self {
            engine: section.take("engine").and_then(|f| f.choice(&engines)).unwrap_or(default.engine),
            agent: section.take("agent").and_then(|f| f.text()),
            max_depth: section.take("max_depth").and_then(|f| f.whole(1, 10)).unwrap_or(default.max_depth),
            target_minutes: section
                .take("target_minutes")
                .and_then(|f| f.whole(1, 100_000))
                .unwrap_or(default.target_minutes),
            max_cost: section.take("max_cost").and_then(|f| f.money()),
            severities: section
                .take("severities")
                .and_then(|f| f.section())
                .map(severities)
                .unwrap_or_default(),
        };
        section.finish();
        read
    }

    /// What plans are checked against. An item is oversize from four times the target on.
    pub fn lint_options(&self) -> LintOptions {
        let mut options =
            LintOptions { max_minutes: self.target_minutes.saturating_mul(4), ..LintOptions::default() };
        for (&code, severity) in &self.severities {
            let severity = match severity {
                Severity::Error => conductor_plan::Severity::Error,
                Severity::Warning => conductor_plan::Severity::Warning,
                Severity::Note => conductor_plan::Severity::Note,
                Severity::Off => {
                    options.off.insert(code);
                    continue;
                }
            };
            options.severities.insert(code, severity);
        }
        options
    }
}

/// The weights of findings: each key is a code.
fn severities(mut section: Section<'_>) -> BTreeMap<FindingCode, Severity> {
    let weights = [
        ("error", Severity::Error),
        ("warning", Severity::Warning),
        ("note", Severity::Note),
        ("off", Severity::Off),
    ];
    let set = FindingCode::ALL
        .into_iter()
        .filter_map(|code| Some((code, section.take(code.as_str())?.choice(&weights)?)))
        .collect();
    section.finish();
    set
}
