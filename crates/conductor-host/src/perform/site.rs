//! Everything that effects of one session have in common.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use conductor_engine::ids::{Oid, SessionId, TaskRef, TreeId};
use taskwerk_client::Tasks;
use taskwerk_model::TaskId;
use thiserror::Error;

use super::failpoint::Failpoint;
use super::places::{Places, PlacesError};
use super::storage::StorageTrouble;
use super::{Trouble, failed, refused};
use crate::agents::{
    AgentLabel, AgentRunner, Profile, ProfileError, ProfileKind, REPLAY, Replay, choose, choose_reviewer,
    has_program, profiles,
};
use crate::config::{AgentRole, Config, ConfigError, Orchestration};
use crate::gates::GateRunner;
use crate::git::{BranchName, FileChange, GitError, NameError, PastCommit, Repo};
use crate::journal::{Database, JournalError};
use crate::policy::Policy;
use crate::process::{EnvMap, Keeper};
use crate::search;
use crate::session::Setup;

/// Why a session's surroundings cannot be set up.
#[derive(Debug, Error)]
pub enum SiteError {
    /// The frozen configuration is not one that this program understands.
    #[error("the session's configuration cannot be read: {0}")]
    Config(#[from] ConfigError),
    /// The agent.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The agent.
    #[error(transparent)]
    Choose(#[from] crate::agents::ChooseError),
    /// Where things are.
    #[error(transparent)]
    Places(#[from] PlacesError),
    /// The name of the session's branch.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The database.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// What the effects of one session share.
#[derive(Debug)]
pub struct Site {
    pub(super) session: SessionId,
    pub(super) repo: Repo,
    pub(super) setup: Setup,
    pub(super) rules: Orchestration,
    pub(super) policy: Policy,
    pub(super) profile: Profile,
    /// Agents that may take over from it.
    others: Vec<Profile>,
    /// Who reviews what the agent did.
    pub(super) reviewer: Option<Profile>,
    pub(super) places: Places,
    pub(super) branch: BranchName,
    pub(super) agents: AgentRunner,
    pub(super) gate_runner: GateRunner,
    pub(super) keeper: Keeper,
    pub(super) user_env: EnvMap,
    tasks: Mutex<Tasks>,
    db: Mutex<Database>,
    ids: Mutex<BTreeMap<TaskRef, TaskId>>,
    /// Where the session's branch was last seen. Landing swaps against it, so a stale one costs a new
    /// candidate and nothing else.
    tip: Mutex<Option<Oid>>,
    /// Where the journal had the session's branch when this driver began.
    last_tip: Oid,
    /// The comparison that was made last: collecting, merging and judging ask for the same one.
    compared: Mutex<Option<Comparison>>,
    /// Durable transactions in the task store.
    task_commits: AtomicU64,
    /// Gate workspaces that are in use.
    gate_slots: Mutex<BTreeSet<usize>>,
    /// Trees on which the gates were run by this driver.
    gathered: Mutex<BTreeSet<TreeId>>,
    /// Held while the tests of a base are looked for.
    base_look: Mutex<()>,
    /// The commits before the session, read once: what it lands itself is told by the tasks that it finishes.
    past: OnceLock<Vec<PastCommit>>,
    pub(super) failpoint: Failpoint,
    /// Why the driver cannot go on.
    pub(super) broken: Mutex<Option<StorageTrouble>>,
}

/// A gate workspace of one's own, given back when it is dropped.
#[derive(Debug)]
pub(super) struct GateSlot<'s> {
    site: &'s Site,
    number: usize,
}

impl GateSlot<'_> {
    pub(super) fn number(&self) -> usize {
        self.number
    }
}

impl Drop for GateSlot<'_> {
    fn drop(&mut self) {
        held(&self.site.gate_slots).remove(&self.number);
    }
}

/// What is inside is whole at any time, also after a panic of another holder.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The session's branch holds what no gate has seen.
#[derive(Debug, Error)]
#[error("{0}")]
struct Strange(String);

/// Says that somebody else moved a session's branch, and what to do.
pub(crate) fn stranger(branch: &BranchName, tip: &Oid, ours: Option<&str>) -> String {
    let branch = branch.as_str();
    let ours = ours.unwrap_or("<the commit before>");
    format!(
        "somebody else moved {branch} to {short}, which no gate has seen; look at it (`git log {branch}`), then \
         put it back: git update-ref refs/heads/{branch} {ours} {tip}",
        short = tip.short()
    )
}

/// What differs between a commit and a tree.
#[derive(Debug, Clone)]
struct Comparison {
    from: Oid,
    to: TreeId,
    changes: Vec<FileChange>,
}

/// What a [`Site`] is made of.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) session: SessionId,
    pub(crate) repo: Repo,
    pub(crate) setup: Setup,
    /// Where the journal has the session's branch.
    pub(crate) last_tip: Oid,
    pub(crate) places: Places,
    pub(crate) keeper: Keeper,
    pub(crate) user_env: EnvMap,
    pub(crate) tasks: Tasks,
    pub(crate) db: Database,
}

impl Site {
    pub(crate) fn new(parts: Parts) -> Result<Self, SiteError> {
        let Parts { session, repo, setup, last_tip, places, keeper, user_env, tasks, db } = parts;
        let config = Config::from_value(&setup.config)?;
        let profile = profile_of(&setup, &config, &user_env)?;
        let others = others_of(&setup, &config, &user_env)?;
        let reviewer = reviewer_of(&config, &user_env)?;
        let failpoint = Failpoint::of(&user_env);
        let keeper = keeper.with_means(config.orchestration.safety.means());
        let closed = keeper.clone().with_untouched(of_gates(&places, &setup));
        let agents = AgentRunner { keeper: closed, user_env: user_env.clone() };
        let keeper = keeper.brisk();
        let gate_runner = GateRunner { keeper: keeper.clone(), user_env: user_env.clone() };
        Ok(Self {
            session,
            repo,
            branch: session_branch(session)?,
            policy: Policy::new(&config.orchestration),
            rules: config.orchestration,
            setup,
            profile,
            others,
            reviewer,
            places,
            agents,
            gate_runner,
            keeper,
            user_env,
            tasks: Mutex::new(tasks),
            db: Mutex::new(db),
            ids: Mutex::default(),
            tip: Mutex::default(),
            last_tip,
            compared: Mutex::default(),
            task_commits: AtomicU64::new(0),
            gate_slots: Mutex::default(),
            gathered: Mutex::default(),
            base_look: Mutex::default(),
            past: OnceLock::new(),
            failpoint,
            broken: Mutex::default(),
        })
    }

    /// The first gate workspace that is free.
    pub(super) fn take_gate_slot(&self) -> GateSlot<'_> {
        let mut taken = held(&self.gate_slots);
        let number = (0..).find(|n| !taken.contains(n)).unwrap_or_default();
        taken.insert(number);
        GateSlot { site: self, number }
    }

    /// The gates were run on this tree.
    pub(super) fn gathered(&self, tree: &TreeId) {
        held(&self.gathered).insert(tree.clone());
    }

    pub(super) fn was_gathered(&self, tree: &TreeId) -> bool {
        held(&self.gathered).contains(tree)
    }

    /// One at a time.
    pub(super) fn base_look(&self) -> MutexGuard<'_, ()> {
        held(&self.base_look)
    }

    /// The task store. Held for the length of one request.
    pub(super) fn tasks(&self) -> MutexGuard<'_, Tasks> {
        held(&self.tasks)
    }

    /// Conductor's database. Held for the length of one request.
    pub(super) fn db(&self) -> MutexGuard<'_, Database> {
        held(&self.db)
    }

    /// How many git processes were started, and durable transactions written, on behalf of effects.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (self.repo.stats().processes(), self.db().commits() + self.task_commits.load(Ordering::Relaxed))
    }

    /// The tip of the session's branch, as it was last seen.
    pub(super) fn tip(&self) -> Result<Oid, Trouble> {
        let mut seen = held(&self.tip);
        if let Some(tip) = &*seen {
            return Ok(tip.clone());
        }
        let found = self.repo.read_ref(&self.branch.to_ref()).map_err(|e| failed(&e))?;
        // A branch that somebody deleted is made again by landing, from where the journal knows it to have been.
        let found = found.unwrap_or_else(|| self.last_tip.clone());
        if let Some(why) = self.strange(&found)? {
            return Err(refused(&Strange(why)));
        }
        *seen = Some(found.clone());
        Ok(found)
    }

    /// Why `tip` cannot be built on: it was not Conductor that brought the branch there.
    pub(super) fn strange(&self, tip: &Oid) -> Result<Option<String>, Trouble> {
        let db = self.db();
        if db.knows_tip(self.session, tip).map_err(|e| failed(&e))? {
            return Ok(None);
        }
        let ours = db.newest_tip(self.session).map_err(|e| failed(&e))?;
        Ok(Some(stranger(&self.branch, tip, ours.as_deref())))
    }

    /// The session's branch is, or was found, here.
    pub(super) fn saw_tip(&self, tip: &Oid) {
        *held(&self.tip) = Some(tip.clone());
    }

    /// Where the session's branch is must be looked up anew.
    pub(super) fn forget_tip(&self) {
        *held(&self.tip) = None;
    }

    /// What `to` changes in `from`.
    pub(super) fn changes(&self, from: &Oid, to: &TreeId) -> Result<Vec<FileChange>, GitError> {
        let known = held(&self.compared).clone();
        if let Some(known) = known.filter(|c| &c.from == from && &c.to == to) {
            return Ok(known.changes);
        }
        let changes = self.repo.changes(from, to)?;
        let comparison = Comparison { from: from.clone(), to: to.clone(), changes: changes.clone() };
        *held(&self.compared) = Some(comparison);
        Ok(changes)
    }

    /// The commits before the session, newest first. They are a hint for prompts: where git gives none, there is none.
    pub(super) fn past(&self) -> &[PastCommit] {
        self.past.get_or_init(|| self.repo.past(&self.setup.base, search::MOST_COMMITS).unwrap_or_default())
    }

    pub(super) fn count_commit(&self) {
        self.task_commits.fetch_add(1, Ordering::Relaxed);
    }

    /// The id of a task in the store, if it was looked up before. An id never changes.
    pub(super) fn known_id(&self, task: &TaskRef) -> Option<TaskId> {
        held(&self.ids).get(task).cloned()
    }

    pub(super) fn learn_ids(&self, ids: impl Iterator<Item = (TaskRef, TaskId)>) {
        held(&self.ids).extend(ids);
    }

    /// The agent of that name that took over; the session's for `None`.
    pub(super) fn profile(&self, agent: Option<&str>) -> &Profile {
        let other = agent.and_then(|name| self.others.iter().find(|other| other.label.name == name));
        other.unwrap_or(&self.profile)
    }

    /// The agent's name as people and commits see it.
    pub fn agent_label(&self) -> &AgentLabel {
        &self.profile.label
    }
}

/// The folders of gates: what stands in them decides whether work passes, so no agent may write there. A folder must be
/// there to be closed.
fn of_gates(places: &Places, setup: &Setup) -> Vec<PathBuf> {
    let cached = setup.gates.iter().any(|gate| !gate.cache.is_empty());
    let folders = [(!setup.gates.is_empty()).then(|| places.gates()), cached.then(|| places.cache(0))];
    let folders: Vec<PathBuf> = folders.into_iter().flatten().collect();
    // Where none can be made, gates will say so.
    folders.into_iter().filter(|folder| std::fs::create_dir_all(folder).is_ok()).collect()
}

/// The branch of a session.
pub(crate) fn session_branch(session: SessionId) -> Result<BranchName, NameError> {
    BranchName::parse(&format!("conductor/s{session}"))
}

/// Who reviews, by the frozen configuration.
fn reviewer_of(config: &Config, user_env: &EnvMap) -> Result<Option<Profile>, SiteError> {
    let all = profiles(&config.orchestration.agents, &|name| has_program(user_env, name))?;
    Ok(choose_reviewer(&all, config.orchestration.workflow.review.as_deref())?.cloned())
}

/// The profile that the session froze: the agent of that name, or the recording that takes its place.
fn profile_of(setup: &Setup, config: &Config, user_env: &EnvMap) -> Result<Profile, SiteError> {
    if let Some(recording) = &setup.replay {
        let own = config.orchestration.agents.get(REPLAY);
        return Ok(Profile {
            label: AgentLabel { name: REPLAY.to_owned(), replay: true },
            role: AgentRole::Author,
            price: own.and_then(|agent| agent.price),
            configured: true,
            kind: ProfileKind::Replay(Replay {
                recording: PathBuf::from(recording),
                playing: own.map(|agent| agent.playing.clone()).unwrap_or_default(),
                silence: own.and_then(|agent| agent.silence),
            }),
        });
    }
    let all = profiles(&config.orchestration.agents, &|name| has_program(user_env, name))?;
    Ok(choose(&all, Some(&setup.rules.agent), |_| true)?.clone())
}

/// The profiles of the agents that may take over.
fn others_of(setup: &Setup, config: &Config, user_env: &EnvMap) -> Result<Vec<Profile>, SiteError> {
    if setup.rules.other_agents.is_empty() {
        return Ok(Vec::new());
    }
    let all = profiles(&config.orchestration.agents, &|name| has_program(user_env, name))?;
    let named = setup.rules.other_agents.iter().map(|name| Ok(choose(&all, Some(name), |_| true)?.clone()));
    named.collect()
}
