//! Beginning a session: everything that it is judged by is read now, and frozen.

use std::path::PathBuf;

use conductor_engine::gate::{GateKind, GateSpec};
use conductor_engine::ids::{Oid, SessionId, TaskRef};
use conductor_engine::ledger::Limits;
use conductor_engine::session::{LaneRules, Rules};
use jiff::SignedDuration;
use serde_json::{Value, json};
use taskwerk_client::TasksError;
use thiserror::Error;

use super::host::{Host, HostError};
use super::setup::Setup;
use crate::agents::{
    AgentRunner, ChooseError, Detected, Profile, ProfileError, REPLAY, choose, choose_reviewer, has_program,
    is_there, profiles,
};
use crate::clock;
use crate::config::{Config, ConfigError, Into, Micros, Orchestration, Playing};
use crate::driver::DriverLock;
use crate::gates::{self, Demands, GateConfigError};
use crate::git::{BranchName, GitError, Head, OpenError, RefError, RefName};
use crate::journal::{Database, JournalError};
use crate::perform::session_branch;
use crate::policy::{PolicyError, RuleSet};

/// What a person says about one session; what is `None` comes from the configuration.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The agent's name.
    pub agent: Option<String>,
    /// A recording that takes the agent's place.
    pub replay: Option<PathBuf>,
    /// How it is played, where that is not as the configuration says of the agent `replay`.
    pub playing: Playing,
    /// How many runs at once.
    pub jobs: Option<u32>,
    /// How many tasks to dispatch at most.
    pub max_tasks: Option<u64>,
    /// The only tasks to work on; `None` for every ready one.
    pub only: Option<Vec<TaskRef>>,
    /// The most money that the session may cost, where that is not as the configuration says.
    pub budget: Option<Micros>,
    /// Refuse a run whose gates ran no test.
    pub require_tests: bool,
    /// Ask a person before each run starts and before its work is accepted.
    pub interactive: bool,
    /// Leave work that an earlier session kept where it is, and begin every task from nothing.
    pub fresh: bool,
    /// The branch that the work is for; `None` for the one that is checked out.
    pub into: Option<String>,
}

/// A session that was begun.
#[derive(Debug, Clone)]
pub struct Begun {
    /// Its number.
    pub id: SessionId,
    /// Its branch.
    pub branch: BranchName,
    /// Its setup.
    pub setup: Setup,
    /// The earlier session on whose work it builds, because that has not landed yet.
    pub continues: Option<SessionId>,
    /// What was seen while looking for gates, for people.
    pub notes: Vec<String>,
}

/// Why no session was begun. Nothing was changed then.
#[derive(Debug, Error)]
pub enum BeginError {
    /// An earlier session is not over.
    #[error(
        "session {0} was interrupted and is not over; take it up with `conductor orchestrate resume`, or end it with `conductor orchestrate stop` and `resume`"
    )]
    Unfinished(SessionId),
    /// The work of an earlier session has not landed, and the target has moved on since.
    #[error(
        "the work of session {session} is not on {target} yet, and {target} has moved on; bring it there first: conductor orchestrate land --session {session}"
    )]
    NotLanded {
        /// The session.
        session: SessionId,
        /// The branch.
        target: String,
    },
    /// No branch is checked out.
    #[error(
        "no branch is checked out (HEAD is detached): switch to the branch that the work is for, or name it with --into"
    )]
    Detached,
    /// The branch that was named is not there.
    #[error("there is no branch `{0}`")]
    NoBranch(String),
    /// A branch stands where the session's branches belong.
    #[error(
        "branch `conductor` is in the way: git cannot have `conductor/s{0}` beside it; rename it (`git branch -m conductor other-name`)"
    )]
    BranchInTheWay(SessionId),
    /// The agent.
    #[error(transparent)]
    Agent(#[from] ChooseError),
    /// The agent's profile.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The agent is not there.
    #[error("agent {name} cannot run: {what} was not found; install it, or choose another with --agent")]
    AgentMissing {
        /// Its name.
        name: String,
        /// What is missing.
        what: String,
    },
    /// The gates.
    #[error(transparent)]
    Gates(#[from] GateConfigError),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The rules over finished work.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The repository.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The repository.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A ref that moved meanwhile.
    #[error(transparent)]
    Ref(#[from] RefError),
    /// A name that git does not take.
    #[error(transparent)]
    Name(#[from] crate::git::NameError),
    /// The database.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The project.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The task store.
    #[error("failed to read the tasks: {0}")]
    Tasks(#[from] TasksError),
    /// What is known of the tasks contradicts itself.
    #[error(transparent)]
    Illegal(#[from] conductor_engine::Illegal),
    /// A number that does not fit.
    #[error("a number of the configuration is out of range: {0}")]
    Range(#[from] std::num::TryFromIntError),
    /// A duration that does not fit.
    #[error("a length of time of the configuration is out of range: {0}")]
    Duration(#[from] jiff::Error),
}

impl Host {
    /// Begins a session: chooses the agent, finds the gates in the committed tree, cuts the session's branch
    /// and writes the setup down. The lock shows that no driver is at work.
    ///
    /// # Errors
    /// When something that it needs is not there. Nothing was changed then.
    pub fn begin(&self, _lock: &DriverLock, options: &Options) -> Result<Begun, BeginError> {
        let mut db = self.database()?;
        let mut begun = self.settle(&db, options)?;
        let Begun { id, branch, setup, notes, .. } = &mut begun;
        self.cut(branch, &setup.base)?;
        if let Err(error) = db.create_session(*id, setup, clock::now()) {
            self.repo.delete_ref(&branch.to_ref(), &setup.base)?;
            return Err(error.into());
        }
        db.record_tip(*id, &setup.base, "begun", clock::now())?;
        notes.extend(compact_old(&mut db));
        Ok(begun)
    }

    /// Everything about a session that would begin now. Changes nothing.
    pub(super) fn settle(&self, db: &Database, options: &Options) -> Result<Begun, BeginError> {
        let newest = db.newest_session()?;
        if let Some(id) = newest
            && db.session_row(id)?.status == "active"
        {
            return Err(BeginError::Unfinished(id));
        }
        let config = Config::from_value(&self.config)?;
        RuleSet::new(&config.orchestration.policy).usable()?;
        let (target, base) = self.target(options, &config.orchestration)?;
        let (base, continues) = self.continued(db, newest, &target, base)?;
        let agent = self.agent(&config, options)?;
        self.others(&config)?;
        let (gates, mut notes) = self.gates(&config.orchestration, &base)?;
        let id = self.next_number(newest)?;
        let require_tests = options.require_tests || config.orchestration.workflow.require_tests;
        if require_tests {
            notes.extend(gates::uncounted_tests(&gates).map(ToString::to_string));
        }
        let demands = Demands::new(&gates, require_tests, config.orchestration.workflow.min_coverage);
        let mut rules = rules(&config.orchestration, options, agent, db.next_hold()?)?;
        rules.ask_first = demands.question();
        let setup = Setup {
            version: Setup::VERSION,
            rules,
            target,
            gates_digest: gates::gates_digest(&gates),
            gates,
            require_tests,
            fresh: options.fresh,
            config: self.with_replay(options),
            replay: options.replay.as_ref().map(|p| p.to_string_lossy().into_owned()),
            base,
        };
        self.room_for_the_branch(id)?;
        Ok(Begun { id, branch: session_branch(id)?, continues, setup, notes })
    }

    /// The configuration with how the recording of this session is played.
    fn with_replay(&self, options: &Options) -> Value {
        let mut config = self.config.clone();
        let Playing { speed, faults } = &options.playing;
        let (Some(recording), true) = (&options.replay, speed.is_some() || !faults.is_empty()) else {
            return config;
        };
        let agents = ["orchestration", "agents", REPLAY].iter().try_fold(&mut config, |at, key| {
            if at.is_null() {
                *at = Value::Object(serde_json::Map::new());
            }
            Some(at.as_object_mut()?.entry(*key).or_insert(Value::Null))
        });
        if let Some(agent) = agents {
            let silence = agent.get("silence").cloned();
            let words = faults.iter().map(|fault| fault.word()).collect::<Vec<_>>();
            *agent = json!({"adapter": "replay", "recording": recording.to_string_lossy(), "faults": words});
            if let Some(agent) = agent.as_object_mut() {
                agent.extend(speed.map(|speed| ("speed".to_owned(), speed.into())));
                agent.extend(silence.map(|silence| ("silence".to_owned(), silence)));
            }
        }
        config
    }

    fn target(&self, options: &Options, config: &Orchestration) -> Result<(String, Oid), BeginError> {
        let configured = match &config.workflow.into {
            Into::Branch(name) => Some(name),
            Into::Session => None,
        };
        if let Some(name) = options.into.as_ref().or(configured) {
            let branch = BranchName::parse(name)?;
            let tip = self.repo.read_ref(&branch.to_ref())?;
            return Ok((name.clone(), tip.ok_or_else(|| BeginError::NoBranch(name.clone()))?));
        }
        match self.repo.head()? {
            Head::Branch { name, tip } => Ok((name.as_str().to_owned(), tip)),
            Head::Detached { .. } => Err(BeginError::Detached),
        }
    }

    /// Where the session begins: at the target's tip, or at the end of the newest session's work for the same
    /// target that has not landed yet, since tasks that are done by it are built upon.
    fn continued(
        &self,
        db: &Database,
        newest: Option<SessionId>,
        target: &str,
        tip: Oid,
    ) -> Result<(Oid, Option<SessionId>), BeginError> {
        let Some(session) = newest else { return Ok((tip, None)) };
        let theirs = self.repo.read_ref(&session_branch(session)?.to_ref())?;
        let Some(theirs) = theirs else { return Ok((tip, None)) };
        let other = db.setup(session)?.target != target || !db.knows_tip(session, &theirs)?;
        if other || self.repo.is_ancestor(&theirs, &tip)? {
            return Ok((tip, None));
        }
        if self.repo.is_ancestor(&tip, &theirs)? {
            return Ok((theirs, Some(session)));
        }
        Err(BeginError::NotLanded { session, target: target.to_owned() })
    }

    fn agent(&self, config: &Config, options: &Options) -> Result<String, BeginError> {
        if options.replay.is_some() {
            return Ok(REPLAY.to_owned());
        }
        let all = profiles(&config.orchestration.agents, &|name| has_program(&self.env, name))?;
        choose_reviewer(&all, config.orchestration.workflow.review.as_deref())?;
        let runner = AgentRunner { keeper: self.keeper.clone(), user_env: self.env.clone() };
        let there = |profile: &Profile| !matches!(is_there(&runner, profile), Detected::Missing { .. });
        let chosen = choose(&all, options.agent.as_deref(), there)?;
        if let Detected::Missing { what } = is_there(&runner, chosen) {
            return Err(BeginError::AgentMissing { name: chosen.label.name.clone(), what });
        }
        Ok(chosen.label.name.clone())
    }

    /// Agents that may have to take over must be there, or the night ends with the first that goes nowhere.
    fn others(&self, config: &Config) -> Result<(), BeginError> {
        for name in &config.orchestration.safety.other_agents {
            let named = Options { agent: Some(name.clone()), ..Options::default() };
            self.agent(config, &named)?;
        }
        Ok(())
    }

    /// The gates of a committed tree, with the user's own; setup steps come first.
    ///
    /// # Errors
    /// When the tree cannot be read, or the configuration does not make a gate.
    pub fn gates(
        &self,
        rules: &Orchestration,
        commit: &Oid,
    ) -> Result<(Vec<GateSpec>, Vec<String>), BeginError> {
        let tree = self.repo.committed_tree(commit)?;
        let found = gates::find(&tree, rules.workflow.min_coverage.is_asked());
        let mut specs = gates::resolve(found.gates, &rules.gates)?;
        for (i, command) in rules.workflow.setup.iter().enumerate().rev() {
            specs.insert(0, setup_gate(i, command));
        }
        Ok((specs, found.notes))
    }

    /// One more than any session that left a trace, in the database or as a branch.
    fn next_number(&self, newest: Option<SessionId>) -> Result<SessionId, BeginError> {
        let branches = self.repo.list_refs("refs/heads/conductor")?;
        let of_branch = |name: &RefName| name.as_str().strip_prefix("refs/heads/conductor/s")?.parse().ok();
        let highest = branches.iter().filter_map(|(name, _)| of_branch(name)).max().unwrap_or(0);
        Ok(SessionId(newest.map_or(0, |id| id.0).max(highest) + 1))
    }

    fn room_for_the_branch(&self, id: SessionId) -> Result<(), BeginError> {
        let in_the_way = BranchName::parse("conductor")?;
        if self.repo.read_ref(&in_the_way.to_ref())?.is_some() {
            return Err(BeginError::BranchInTheWay(id));
        }
        Ok(())
    }

    fn cut(&self, branch: &BranchName, base: &Oid) -> Result<(), BeginError> {
        Ok(self.repo.create_ref(&branch.to_ref(), base)?)
    }
}

/// What a session of these options goes by.
///
/// # Errors
/// When a number of the configuration does not fit.
pub fn rules(
    config: &Orchestration,
    options: &Options,
    agent: String,
    first_hold: u64,
) -> Result<Rules, BeginError> {
    let workflow = &config.workflow;
    let jobs = options.jobs.unwrap_or(workflow.jobs).max(1);
    let at_once = workflow.tests_at_once.unwrap_or(2).min(jobs);
    let own = config.agents.get(&agent).and_then(|agent| agent.jobs);
    Ok(Rules {
        jobs: usize::try_from(jobs)?,
        agent_jobs: own.map(usize::try_from).transpose()?,
        max_tasks: options.max_tasks,
        max_consecutive_failures: config.safety.max_consecutive_failures.max(1),
        max_task_duration: SignedDuration::try_from(config.safety.max_task_duration)?,
        auto_commit: workflow.auto_commit,
        interactive: options.interactive,
        only: options.only.as_ref().map(|tasks| tasks.iter().cloned().collect()),
        agent,
        lane: LaneRules { at_once: usize::try_from(at_once)?, batch: usize::try_from(workflow.batch)? },
        limits: limits(config, options),
        ladder: config.safety.ladder.clone(),
        other_agents: config.safety.other_agents.clone(),
        max_time: config.safety.max_time.map(SignedDuration::try_from).transpose()?,
        ask_at: config.safety.ask_at.clone(),
        hold_deadline: config.safety.approval_deadline.map(SignedDuration::try_from).transpose()?,
        ask_first: None,
        first_hold,
    })
}

/// The limits, with what a person says of this session's money.
fn limits(config: &Orchestration, options: &Options) -> Limits {
    let mut limits = config.safety.limits;
    if let Some(Micros(micros)) = options.budget {
        limits.session.cost_micros = Some(micros);
    }
    limits
}

/// Sessions of long ago take no more room than they need. What keeps one of them as it is, is a remark and no reason to
/// begin nothing.
fn compact_old(db: &mut Database) -> Vec<String> {
    let old = match db.compactable() {
        Ok(old) => old,
        Err(error) => return vec![format!("old sessions were not compacted: {error}")],
    };
    let compact = |id| match db.compact(id, clock::now(), false) {
        Ok(_) => None,
        Err(error) => Some(format!("session {id} was not compacted: {error}")),
    };
    old.into_iter().filter_map(compact).collect()
}

/// How long a setup step may take, in seconds.
const SETUP_TIMEOUT: u64 = 20 * 60;

fn setup_gate(number: usize, command: &str) -> GateSpec {
    GateSpec {
        name: format!("setup-{}", number + 1),
        kind: GateKind::Setup,
        phase: 0,
        run: command.to_owned(),
        timeout_seconds: SETUP_TIMEOUT,
        reader: None,
        report: None,
        coverage: None,
        lints: None,
        parallel: false,
        retries: 0,
        cache: Vec::new(),
        network: true,
        reason: "orchestration.workflow.setup".to_owned(),
    }
}
