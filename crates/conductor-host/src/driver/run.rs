//! The loop around the turn: waits for answers, for people and for the clock.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use conductor_engine::Input;
use conductor_engine::control::{Actor, Control};
use conductor_engine::event::Recorded;
use conductor_engine::session::{Session, Standing, Status};
use jiff::{SignedDuration, Timestamp};
use taskwerk_client::{Tasks, TasksError};
use thiserror::Error;

use super::core::{Core, TurnError};
use super::recover::lost_attempts;
use crate::clock::SteadyClock;
use crate::journal::{Database, JournalError};
use crate::perform::{Facts, Site, StorageTrouble, Workers, heartbeat};
use crate::process::Signals;

/// How often people and other programs are looked for.
const POLL: Duration = Duration::from_millis(100);
/// How often tasks are looked at although nobody has written: a claim that lapses writes nothing.
const LOOK: SignedDuration = SignedDuration::from_secs(60);
/// How often claims are kept alive: a third of the time that they hold.
const HEARTBEAT: SignedDuration = SignedDuration::from_mins(5);

/// Why a driver ended before its session did. The session can be taken up again.
#[derive(Debug, Error)]
pub enum DriveError {
    /// The turn.
    #[error(transparent)]
    Turn(#[from] TurnError<JournalError>),
    /// The database.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The task store.
    #[error("failed to read the tasks: {0}")]
    Tasks(#[from] TasksError),
    /// The disk takes nothing more. Agents end with the driver; what they did stays in their workspaces.
    #[error(transparent)]
    Storage(#[from] StorageTrouble),
}

/// Who runs a driver, and how they ask it to end while it works.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who it is, as the journal names them.
    pub actor: Actor,
    /// What they ask by signals.
    pub signals: Signals,
}

/// Everything that a driver listens to.
#[derive(Debug)]
pub(crate) struct Ears {
    pub(crate) mail: Receiver<Input>,
    /// A connection of its own: it notices what the effects' connection writes.
    pub(crate) tasks: Tasks,
    pub(crate) controls: Database,
    pub(crate) caller: Caller,
}

/// Runs a session until it rests.
#[derive(Debug)]
pub(crate) struct Driver {
    core: Core<Database, Workers>,
    ears: Ears,
    site: Arc<Site>,
    facts: Facts,
    clock: SteadyClock,
    tasks_version: Option<i64>,
    controls_version: Option<i64>,
    /// When the driver before this one last wrote something.
    last_sign: Timestamp,
    last_heartbeat: Timestamp,
    last_look: Timestamp,
    counted: (u64, u64),
}

impl Driver {
    pub(crate) fn new(
        session: Session,
        journal: Database,
        workers: Workers,
        ears: Ears,
        site: Arc<Site>,
        last_sign: Option<Timestamp>,
    ) -> Self {
        let mut clock = SteadyClock::begin(last_sign);
        let now = clock.now();
        Self {
            facts: Facts::of(&session),
            core: Core::new(session, journal, workers),
            ears,
            site,
            clock,
            tasks_version: None,
            controls_version: None,
            last_sign: last_sign.unwrap_or(now),
            last_heartbeat: now,
            last_look: now,
            counted: (0, 0),
        }
    }

    /// Runs to the end. `watch` is told what happened after each turn, and can change nothing.
    pub(crate) fn run(&mut self, watch: &mut dyn FnMut(&[Recorded], &Session)) -> Result<(), DriveError> {
        let signals = self.ears.caller.signals.clone();
        let _attending = signals.attend();
        // What people asked while nobody listened is obeyed before anything is dispatched.
        let mut inputs = lost_attempts(self.core.session(), self.last_sign);
        inputs.extend(self.hear()?);
        // Claims may have lapsed while no driver was there.
        self.keep_claims();
        loop {
            if let Some(trouble) = self.site.broken() {
                return Err(trouble.into());
            }
            let now = self.clock.now();
            let rows = self.core.turn(now, std::mem::take(&mut inputs))?;
            if !rows.is_empty() {
                watch(&rows, self.core.session());
            }
            if self.core.session().stopping.is_some() {
                self.ears.caller.signals.arm();
            }
            inputs.extend(self.hear()?);
            if inputs.is_empty() && self.core.is_finished() {
                return self.count();
            }
            if inputs.is_empty() {
                inputs.extend(self.wait());
                inputs.extend(self.hear()?);
            }
            if self.clock.now().duration_since(self.last_heartbeat) >= HEARTBEAT {
                self.keep_claims();
            }
        }
    }

    /// Answers that have come, or nothing when it is time to look around.
    fn wait(&mut self) -> Vec<Input> {
        let now = self.clock.now();
        let due = self.core.next_deadline().map(|at| now.duration_until(at));
        let due = due.map_or(POLL, |d| Duration::try_from(d).unwrap_or(Duration::ZERO));
        match self.ears.mail.recv_timeout(due.min(POLL)) {
            Ok(first) => std::iter::once(first).chain(self.ears.mail.try_iter()).collect(),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Vec::new(),
        }
    }

    /// News of tasks, then of people. Both are looked at only when somebody has written.
    fn hear(&mut self) -> Result<Vec<Input>, DriveError> {
        self.heed_signals()?;
        let mut inputs = Vec::new();
        let version = self.ears.tasks.data_version()?;
        let now = self.clock.now();
        if self.tasks_version != Some(version) || now.duration_since(self.last_look) >= LOOK {
            self.tasks_version = Some(version);
            self.last_look = now;
            let changes = self.facts.refresh(&self.ears.tasks, self.core.session().id)?;
            if !changes.is_empty() {
                inputs.push(Input::Tasks(changes));
            }
        }
        let version = self.ears.controls.data_version()?;
        if self.controls_version != Some(version) {
            self.controls_version = Some(version);
            let session = self.core.session();
            for row in self.ears.controls.controls(session.id, session.last_control)? {
                inputs.push(Input::Control(row.id, row.actor, row.control));
            }
        }
        Ok(inputs)
    }

    /// A signal asks for the same as `stop`, by the same way: written down first, then obeyed.
    fn heed_signals(&mut self) -> Result<(), DriveError> {
        let Some(interrupt) = self.ears.caller.signals.take() else { return Ok(()) };
        let session = self.core.session();
        let goes_on = match session.status {
            Status::Active | Status::Paused { .. } => session.stopping.is_none(),
            Status::Completed { .. } | Status::Failed { .. } => false,
        };
        if goes_on {
            let control = Control::Stop { why: interrupt.reason().to_owned() };
            self.ears.controls.ask(session.id, &self.ears.caller.actor, &control, self.clock.now())?;
            // A connection does not notice what it wrote itself.
            self.controls_version = None;
        }
        Ok(())
    }

    /// A claim that cannot be kept alive is lost to somebody else, which the next look at the tasks tells.
    fn keep_claims(&mut self) {
        self.last_heartbeat = self.clock.now();
        for run in self.core.session().open_runs() {
            let Some(token) = run.token else { continue };
            if let Some(facts) = self.facts.known().get(&run.task).filter(|f| f.standing == Standing::Ours) {
                let _lost = heartbeat(&self.ears.tasks, &facts.id, token);
            }
        }
    }

    /// Adds the driver's own counts to the session's figures.
    fn count(&mut self) -> Result<(), DriveError> {
        let (git, commits) = self.site.counts();
        let commits = commits + self.core.journal().commits();
        let (old_git, old_commits) = self.counted;
        self.counted = (git, commits);
        let id = self.core.session().id;
        self.ears.controls.add_counts(id, git - old_git, commits - old_commits)?;
        Ok(())
    }

    pub(crate) fn into_session(self) -> Session {
        self.core.session().clone()
    }
}
