//! `orchestration.safety`: what limits and protects.

use std::time::Duration;

use conductor_engine::ledger::{Budget, Limits};
use conductor_engine::session::Step;

use super::Micros;
use super::reader::{Field, Section};
use crate::process::Means;

/// Kinds of change that a person must have seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ApprovalClass {
    /// Migrations and schemas of databases.
    DatabaseMigrations,
    /// What guards access: authentication, permissions, secrets, keys, sandbox rules.
    SecurityFiles,
    /// What runs on the project's own build servers.
    Ci,
    /// Configuration of the project and its tools.
    ConfigChanges,
    /// What the project is built from: manifests and lock files.
    Dependencies,
    /// Much is deleted at once.
    LargeDeletions,
    /// Files that are no text, or too large to be looked at.
    Binaries,
    /// What has the look of a password or key. It holds whether it is listed or not.
    Secrets,
}

impl ApprovalClass {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::DatabaseMigrations,
        Self::SecurityFiles,
        Self::Ci,
        Self::ConfigChanges,
        Self::Dependencies,
        Self::LargeDeletions,
        Self::Binaries,
        Self::Secrets,
    ];

    /// The word in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::DatabaseMigrations => "database_migrations",
            Self::SecurityFiles => "security_files",
            Self::Ci => "ci",
            Self::ConfigChanges => "config_changes",
            Self::Dependencies => "dependencies",
            Self::LargeDeletions => "large_deletions",
            Self::Binaries => "binaries",
            Self::Secrets => "secrets",
        }
    }
}

/// How strongly agents are shut in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SandboxLevel {
    /// The strongest that the machine gives.
    #[default]
    Auto,
    /// Agents run with the user's rights.
    None,
    /// Only the workspace can be written.
    Workspace,
    /// In a container.
    Container,
}

/// The section `orchestration.safety`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Safety {
    /// After so many failures one after the other a run is held; so many runs in a row pause the session.
    pub max_consecutive_failures: u32,
    /// The working time of one attempt.
    pub max_task_duration: Duration,
    /// What a person must have seen, beside secrets, which are always held.
    pub require_approval_for: Vec<ApprovalClass>,
    /// How strongly agents are shut in.
    pub sandbox: SandboxLevel,
    /// Whether agents and gates run in a PID namespace where the machine gives one. For others than root it takes
    /// a user namespace, in which no program acts as another user: `sudo` and rootless `podman` fail there.
    pub pid_namespace: bool,
    /// Hosts that agents may reach; `None` for no rule.
    pub network: Option<Vec<String>>,
    /// The most that a session may cost.
    pub budget: Option<Micros>,
    /// What a session, a task and an attempt may use up; `budget` is the money of the session.
    pub limits: Limits,
    /// The most time that a session may take.
    pub max_time: Option<Duration>,
    /// How long an approval may wait before it counts as refused.
    pub approval_deadline: Option<Duration>,
    /// Shares of the budget, in percent, at which a person is asked.
    pub ask_at: Vec<u32>,
    /// What is done, one after the other, when an agent goes nowhere.
    pub ladder: Vec<Step>,
    /// Agents that may take over from one that goes nowhere.
    pub other_agents: Vec<String>,
}

impl Default for Safety {
    fn default() -> Self {
        Self {
            max_consecutive_failures: 3,
            max_task_duration: Duration::from_secs(30 * 60),
            require_approval_for: vec![
                ApprovalClass::DatabaseMigrations,
                ApprovalClass::SecurityFiles,
                ApprovalClass::Ci,
            ],
            sandbox: SandboxLevel::Auto,
            pid_namespace: true,
            network: None,
            budget: None,
            limits: Limits::default(),
            max_time: None,
            approval_deadline: None,
            ask_at: Vec::new(),
            ladder: Step::USUAL.to_vec(),
            other_agents: Vec::new(),
        }
    }
}

impl Safety {
    /// What keepers of agents and gates may use.
    pub fn means(&self) -> Means {
        Means { namespace: self.pid_namespace, ..Means::STRONGEST }
    }

    pub(super) fn read(mut section: Section<'_>) -> Self {
        let default = Self::default();
        let levels = [
            ("auto", SandboxLevel::Auto),
            ("none", SandboxLevel::None),
            ("workspace", SandboxLevel::Workspace),
            ("container", SandboxLevel::Container),
        ];
        let read = Self {
            max_consecutive_failures: section
                .take("max_consecutive_failures")
                .and_then(|f| f.whole(1, 100))
                .unwrap_or(default.max_consecutive_failures),
            max_task_duration: section
                .take("max_task_duration")
                .and_then(|f| f.duration())
                .unwrap_or(default.max_task_duration),
            require_approval_for: section
                .take("require_approval_for")
                .and_then(|f| f.list(|entry| class(&entry)))
                .unwrap_or(default.require_approval_for),
            sandbox: section.take("sandbox").and_then(|f| f.choice(&levels)).unwrap_or_default(),
            pid_namespace: section
                .take("pid_namespace")
                .and_then(|f| f.flag())
                .unwrap_or(default.pid_namespace),
            network: section.take("network").and_then(|f| f.texts()),
            budget: section.take("budget").and_then(|f| f.money()),
            limits: section.take("limits").and_then(|f| limits(f.section()?)).unwrap_or_default(),
            max_time: section.take("max_time").and_then(|f| f.duration()),
            approval_deadline: section.take("approval_deadline").and_then(|f| f.duration()),
            ask_at: section
                .take("ask_at")
                .and_then(|f| f.list(|entry| entry.whole(1, 100)))
                .unwrap_or_default(),
            ladder: section
                .take("ladder")
                .and_then(|f| f.list(|entry| step(&entry)))
                .unwrap_or(default.ladder),
            other_agents: section.take("other_agents").and_then(|f| f.texts()).unwrap_or_default(),
        };
        section.finish();
        read.with_budget()
    }

    /// The money of the session, wherever it was written; the smaller where it was written twice.
    fn with_budget(mut self) -> Self {
        let both = [self.budget.map(|m| m.0), self.limits.session.cost_micros];
        self.limits.session.cost_micros = both.into_iter().flatten().min();
        self
    }
}

fn limits(mut section: Section<'_>) -> Option<Limits> {
    let mut budget = |key| section.take(key).and_then(|f| budget(f.section()?)).unwrap_or_default();
    let limits = Limits { session: budget("session"), task: budget("task"), attempt: budget("attempt") };
    section.finish();
    Some(limits)
}

fn budget(mut section: Section<'_>) -> Option<Budget> {
    let time = section.take("time").and_then(|f| f.duration());
    let budget = Budget {
        cost_micros: section.take("money").and_then(|f| f.money()).map(|m| m.0),
        tokens: section.take("tokens").and_then(|f| f.whole(1, u32::MAX)).map(u64::from),
        working_ms: time.map(|t| u64::try_from(t.as_millis()).unwrap_or(u64::MAX)),
        attempts: section.take("attempts").and_then(|f| f.whole(1, 10_000)).map(u64::from),
    };
    section.finish();
    Some(budget)
}

fn step(field: &Field<'_>) -> Option<Step> {
    field.choice(&Step::ALL.map(|step| (step.name(), step)))
}

fn class(field: &Field<'_>) -> Option<ApprovalClass> {
    field.choice(&ApprovalClass::ALL.map(|class| (class.name(), class)))
}
