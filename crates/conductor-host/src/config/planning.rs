//! `planning`: how documents become plans.

use std::collections::BTreeMap;
use std::time::Duration;

use conductor_plan::{FindingCode, LintOptions};

use super::agents::{price, temperature, variable};
use super::reader::{Field, Section};
use super::{Micros, Price};

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
#[derive(Debug, Clone, PartialEq)]
pub struct Planning {
    /// What turns a document into a plan.
    pub engine: PlanningEngine,
    /// The agent that answers when the engine is [`PlanningEngine::Agent`].
    pub agent: Option<String>,
    /// How deep tasks are split into smaller ones, from 1.
    pub max_depth: u32,
    /// A task estimated above this many minutes is split.
    pub target_minutes: u32,
    /// The most items that a plan by a model or an agent may have.
    pub max_items: u32,
    /// The most that making one plan may cost.
    pub max_cost: Option<Micros>,
    /// Findings, by code, whose weight the user changed.
    pub severities: BTreeMap<FindingCode, Severity>,
    /// The model that answers when the engine is [`PlanningEngine::Llm`].
    pub llm: Llm,
}

/// A model, and how it is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Llm {
    /// The provider's name; what the model's name says where this is left out.
    pub provider: Option<String>,
    /// The model's name, also `provider/model`.
    pub model: Option<String>,
    /// Where the provider's interface is, where not at its usual address.
    pub base_url: Option<String>,
    /// Addresses that a key of the user's may be sent to where only the project's file names them: scheme, host and port.
    /// For the user's own file alone.
    pub trusted: Vec<String>,
    /// The variable that holds the key, where not the usual one.
    pub api_key_env: Option<String>,
    /// A command whose output is the key, word by word; no shell sees it.
    pub api_key_command: Option<Vec<String>>,
    /// The most tokens of one answer.
    pub max_tokens: u32,
    /// From 0 to 2, as it was written.
    pub temperature: Option<f64>,
    /// How many questions may be under way at once, also to an agent.
    pub parallel: u32,
    /// About how many tokens of a document are shown at once.
    pub context: u32,
    /// What the model costs.
    pub price: Option<Price>,
    /// For how long an answer may be silent.
    pub timeout: Duration,
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
            max_items: 200,
            max_cost: None,
            severities: BTreeMap::new(),
            llm: Llm::default(),
        }
    }
}

impl Default for Llm {
    fn default() -> Self {
        Self {
            provider: None,
            model: None,
            base_url: None,
            trusted: Vec::new(),
            api_key_env: None,
            api_key_command: None,
            max_tokens: 16_000,
            temperature: None,
            parallel: 4,
            context: 24_000,
            price: None,
            timeout: Duration::from_secs(5 * 60),
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
            max_items: section
                .take("max_items")
                .and_then(|f| f.whole(1, 10_000))
                .unwrap_or(default.max_items),
            max_cost: section.take("max_cost").and_then(|f| f.money()),
            severities: section
                .take("severities")
                .and_then(|f| f.section())
                .map(severities)
                .unwrap_or_default(),
            llm: section.take("llm").and_then(|f| f.section()).map(Llm::read).unwrap_or_default(),
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

impl Llm {
    fn read(mut section: Section<'_>) -> Self {
        let default = Self::default();
        let read = Self {
            provider: section.take("provider").and_then(|f| f.text()),
            model: section.take("model").and_then(|f| f.text()),
            base_url: section.take("base_url").and_then(|f| base_url(&f)),
            trusted: section
                .take("trusted")
                .and_then(|f| f.list(|entry| base_url(&entry)))
                .unwrap_or(default.trusted),
            api_key_env: section.take("api_key_env").and_then(|f| variable(&f)),
            api_key_command: section.take("api_key_command").and_then(|f| command(&f)),
            max_tokens: section
                .take("max_tokens")
                .and_then(|f| f.whole(256, 1_000_000))
                .unwrap_or(default.max_tokens),
            temperature: section.take("temperature").and_then(|f| temperature(&f)),
            parallel: section.take("parallel").and_then(|f| f.whole(1, 64)).unwrap_or(default.parallel),
            context: section.take("context").and_then(|f| f.whole(500, 1_000_000)).unwrap_or(default.context),
            price: section.take("price").and_then(|f| price(f.section()?)),
            timeout: section.take("timeout").and_then(|f| f.duration()).unwrap_or(default.timeout),
        };
        section.finish();
        read
    }
}

/// An address may have a key in it, so it is not repeated.
fn base_url(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    if crate::webhook::place_of(&text).is_ok() && !text.contains(['@', '?', '#', ' ']) {
        Some(text.trim_end_matches('/').to_owned())
    } else {
        field.refuse_unseen("an address that begins with http:// or https://, without a name or a key in it")
    }
}

fn command(field: &Field<'_>) -> Option<Vec<String>> {
    let words = field.texts()?;
    if words.is_empty() {
        field.refuse("a command, word by word, such as [pass, show, key]")
    } else {
        Some(words)
    }
}
