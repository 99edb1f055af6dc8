//! Conductor's own configuration: the sections `planning`, `orchestration` and `monitor` of the merged
//! project and user file. The program merges the layers and hands over one value; nothing here reads a file.
//!
//! Reading is strict, since a misspelt safety setting that is silently ignored protects nobody: unknown keys
//! and bad values are errors, all of them reported at once. What may be written but is not obeyed yet is
//! listed by [`not_yet`].

mod agents;
mod answers;
mod gates;
mod not_yet;
mod planning;
mod policy;
mod reader;
mod safety;
mod workflow;

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;
use thiserror::Error;

pub use agents::{Adapter, AgentConfig, AgentMode, AgentRole, Allow, PlayFault, Playing, Price};
pub use answers::AnswerRule;
pub use gates::{GateConfig, ReportConfig};
pub use not_yet::{NotYet, not_yet};
pub use planning::{Llm, Planning, PlanningEngine, Severity};
pub use policy::{Notify, PolicyAction, PolicyRule};
pub use safety::{ApprovalClass, Safety, SandboxLevel};
pub use workflow::{BranchPattern, Into, Land, MergeStyle, MinCoverage, Workflow};

pub(crate) use reader::nearest;
use reader::{Field, Log, Section};

/// The sections that Taskwerk owns. Conductor leaves them alone.
const FOREIGN: &[&str] = &["tasks", "store", "api", "webhooks", "aliases", "hooks"];

/// An amount of money in millionths of a US dollar, so that sums stay exact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Micros(pub u64);

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${}.{:02}", self.0 / 1_000_000, self.0 % 1_000_000 / 10_000)
    }
}

impl std::str::FromStr for Micros {
    type Err = NoAmount;

    fn from_str(text: &str) -> Result<Self, NoAmount> {
        reader::parse_micros(text).ok_or(NoAmount)
    }
}

/// What is no amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("expected an amount in US dollars, such as 5.00")]
pub struct NoAmount;

/// Everything that can be configured of Conductor; what is absent in the file has its default here.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// How documents become plans.
    pub planning: Planning,
    /// How tasks are carried out.
    pub orchestration: Orchestration,
}

/// How tasks are carried out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Orchestration {
    /// Agents by name: overrides of the built-in ones, or new ones. See [`crate::agents::profiles`].
    pub agents: BTreeMap<String, AgentConfig>,
    /// From the task to the commit.
    pub workflow: Workflow,
    /// Checks by name; `None` takes away one that would be found.
    pub gates: BTreeMap<String, Option<GateConfig>>,
    /// What limits and protects.
    pub safety: Safety,
    /// Rules that decide over finished work.
    pub policy: Vec<PolicyRule>,
    /// What agents are told when they ask about something that is decided.
    pub answers: Vec<AnswerRule>,
    /// Who is told when a person is needed.
    pub notify: Notify,
}

/// Why a configuration is refused: each thing that is wrong with it, in the order of the file's keys.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct ConfigError {
    /// At least one problem.
    pub problems: Vec<Problem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.problems.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

/// One thing that is wrong, with the path of the key, for example `orchestration.workflow.jobs`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Problem {
    /// A key that nobody reads.
    #[error("{path}: unknown key{}", suggestion.as_ref().map(|s| format!("; did you mean {s}?")).unwrap_or_default())]
    UnknownKey {
        /// The key's path.
        path: String,
        /// The known key that is spelt most like it.
        suggestion: Option<String>,
    },
    /// A value that cannot be taken.
    #[error("{path}: {found} is not allowed; expected {allowed}")]
    BadValue {
        /// The key's path.
        path: String,
        /// The value as it was written, shortened.
        found: String,
        /// What is allowed.
        allowed: String,
    },
    /// A key that must be there.
    #[error("{path}: missing; expected {allowed}")]
    Missing {
        /// The key's path.
        path: String,
        /// What is allowed.
        allowed: String,
    },
}

impl Config {
    /// Reads the merged file. `null` and an empty object give the defaults.
    ///
    /// # Errors
    /// All unknown keys and bad values of Conductor's own sections, and unknown sections.
    pub fn from_value(value: &Value) -> Result<Self, ConfigError> {
        let log = Log::default();
        let config = Field::root(value, &log).section().map(Self::read).unwrap_or_default();
        let problems = log.into_problems();
        if problems.is_empty() { Ok(config) } else { Err(ConfigError { problems }) }
    }

    fn read(mut root: Section<'_>) -> Self {
        root.skip(FOREIGN);
        let config = Self {
            planning: root.take("planning").and_then(|f| f.section()).map(Planning::read).unwrap_or_default(),
            orchestration: root
                .take("orchestration")
                .and_then(|f| f.section())
                .map(Orchestration::read)
                .unwrap_or_default(),
        };
        // The monitor has nothing to configure yet: its section may stand there, empty.
        if let Some(monitor) = root.take("monitor").and_then(|f| f.section()) {
            monitor.finish();
        }
        root.finish();
        config
    }
}

impl Orchestration {
    fn read(mut section: Section<'_>) -> Self {
        let read = Self {
            agents: section
                .take("agents")
                .map(|f| {
                    f.entries(|name, entry| Some((name.to_owned(), AgentConfig::read(entry.section()?))))
                })
                .unwrap_or_default(),
            workflow: section
                .take("workflow")
                .and_then(|f| f.section())
                .map(Workflow::read)
                .unwrap_or_default(),
            gates: section.take("gates").map(gates::read_all).unwrap_or_default(),
            safety: section.take("safety").and_then(|f| f.section()).map(Safety::read).unwrap_or_default(),
            policy: section
                .take("policy")
                .and_then(|f| f.list(|entry| PolicyRule::read(entry.section()?)))
                .unwrap_or_default(),
            answers: section
                .take("answers")
                .and_then(|f| f.list(|entry| AnswerRule::read(entry.section()?)))
                .unwrap_or_default(),
            notify: section.take("notify").and_then(|f| f.section()).map(Notify::read).unwrap_or_default(),
        };
        section.finish();
        read
    }
}

#[cfg(test)]
mod tests;
