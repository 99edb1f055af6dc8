//! Runs the frozen gates on a prepared gate workspace, phase by phase.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use conductor_engine::coverage::Coverage;
use conductor_engine::evidence::{Evidence, LintFacts};
use conductor_engine::gate::{EarlierTry, GateEnd, GateResult, GateSpec, TestResults, TestStatus};
use conductor_engine::ids::TreeId;
use conductor_engine::lint::LintCounts;
use thiserror::Error;

use super::compare::{Base, compared, kept};
use super::environment::{environment_digest, gate_environment};
use super::evidence::gates_digest;
use super::measure::{Before, Measure, Measured};
use super::tail::{plain, tail};
use crate::clock::Stopwatch;
use crate::process::{Ended, EnvMap, Exit, KeepError, Keeper, KeeperSpec, KeptChild, KeptExit, Stopper};
use crate::secrets::{Masker, credential_values};

/// How long a gate may take to end after it was asked to, in milliseconds.
const GRACE_MS: u64 = 3000;

/// How much of a gate's output is kept in the evidence, in bytes.
const MOST_TAIL: usize = 4 * 1024;

/// How much output is read for tests, in bytes; of longer output also the last [`MOST_END`].
const MOST_OUTPUT: u64 = 32 * 1024 * 1024;
const MOST_END: u64 = 1024 * 1024;

/// How many gates run beside each other at most.
const MOST_AT_ONCE: usize = 4;

/// What all gates of one session have in common.
#[derive(Debug, Clone)]
pub struct GateRunner {
    /// How kept children are started.
    pub keeper: Keeper,
    /// The user's environment. Gates get it without what looks like a credential.
    pub user_env: EnvMap,
}

/// One tree to be checked.
#[derive(Debug, Clone, Copy)]
pub struct GateJob<'a> {
    /// The gates as they were frozen at the start of the session.
    pub specs: &'a [GateSpec],
    /// The tree that is checked out in the workspace.
    pub tree: &'a TreeId,
    /// The gate workspace: exactly that tree, and declared caches.
    pub workspace: &'a Path,
    /// A directory outside of it for outputs (`<gate>.log`); made when it is not there.
    pub dir: &'a Path,
    /// A directory for the gates' temporary files, outside of every checkout; made for them and removed after.
    pub tmp: &'a Path,
    /// Git does not look for a repository in this directory or above it.
    pub ceiling: &'a Path,
    /// The files of the tree: what reports of coverage and lints may speak of. Needed only where a gate has such a
    /// report.
    pub files: &'a BTreeSet<String>,
    /// What the evidence is compared with.
    pub base: Option<&'a Base>,
}

/// Ends running gates from another thread.
#[derive(Debug, Clone, Default)]
pub struct GateStop(Arc<Mutex<StopState>>);

#[derive(Debug, Default)]
struct StopState {
    stopped: bool,
    /// The gates that run, by a number of their own.
    running: BTreeMap<u64, Stopper>,
    next: u64,
}

impl GateStop {
    /// Ends the gates that run and starts no other one. What has been found so far is dropped.
    pub fn stop(&self) {
        let mut state = self.lock();
        state.stopped = true;
        for running in state.running.values() {
            running.stop();
        }
    }
}

/// What the check of the workspace after the gates found: see [`GateRunner::run`].
pub type Tampered = Vec<String>;

/// Why there is no evidence. A gate that fails is no error: that is what evidence is for.
#[derive(Debug, Error)]
pub enum RunGatesError<V: std::error::Error + 'static> {
    /// It was stopped.
    #[error("the gates were stopped before they had finished")]
    Stopped,
    /// The place for their output cannot be used.
    #[error("cannot prepare {} for the gates' output: {source}", path.display())]
    Prepare {
        /// The directory or file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A gate could not be kept, so nothing about it is certain.
    #[error("gate {gate}: {source}")]
    Keep {
        /// The gate's name.
        gate: String,
        /// The reason.
        source: KeepError,
    },
    /// Whether the workspace still holds the tree could not be told.
    #[error("cannot tell whether the gates changed the tree that they checked: {0}")]
    Verify(#[source] V),
}

impl GateRunner {
    /// Runs the gates of `job`, the lower phases first; a phase in which a gate failed is the last. Gates of one phase
    /// that may run beside each other do; the results stand in the order of the gates all the same. Then asks `verify`
    /// which tracked files of the workspace are no longer those of the tree, and compares with the base.
    ///
    /// # Errors
    /// When stopped, or when it cannot be known what happened. Then there is no evidence at all.
    pub fn run<V: std::error::Error + Send + 'static>(
        &self,
        job: &GateJob<'_>,
        stop: &GateStop,
        verify: impl FnOnce() -> Result<Tampered, V>,
    ) -> Result<Evidence, RunGatesError<V>> {
        for dir in [job.dir, job.tmp] {
            fs::create_dir_all(dir)
                .map_err(|source| RunGatesError::Prepare { path: dir.to_owned(), source })?;
        }
        let env = gate_environment(&self.user_env, job.tmp, job.ceiling);
        let masker = Masker::new(credential_values(&self.user_env));
        let run = GateRun {
            keeper: &self.keeper,
            job,
            stop,
            env: &env,
            masker: &masker,
            measure: Measure::new(job.files, job.workspace),
        };
        let done = run.phases()?;
        // What a gate made undeletable is only litter in the directory of its outputs.
        let _litter = fs::remove_dir_all(job.tmp);
        let tampered = verify().map_err(RunGatesError::Verify)?;
        let mut coverage: Option<Coverage> = None;
        let mut gates = Vec::new();
        for Done { result, coverage: own } in done {
            gates.push(result);
            if let Some(own) = own {
                coverage.get_or_insert_default().join(own);
            }
        }
        let lints =
            gates.iter().filter_map(|gate: &GateResult| gate.lints.as_ref()).map(|lints| lints.counts);
        let lints = lints.reduce(LintCounts::plus).map(|counts| LintFacts { counts, base: None });
        let evidence = Evidence {
            tree: job.tree.clone(),
            gates_digest: gates_digest(job.specs),
            environment_digest: environment_digest(&env),
            gates,
            tests: None,
            tampered,
            coverage: coverage.map(|coverage| kept(coverage, job.base)),
            lints,
            after: None,
        };
        Ok(match job.base {
            Some(base) => compared(evidence, base),
            None => evidence,
        })
    }
}

/// One run of all gates on one tree.
struct GateRun<'r> {
    keeper: &'r Keeper,
    job: &'r GateJob<'r>,
    stop: &'r GateStop,
    env: &'r EnvMap,
    /// What is hidden of their outputs.
    masker: &'r Masker,
    measure: Measure<'r>,
}

/// A gate that has run, with what its tests reached.
struct Done {
    result: GateResult,
    coverage: Option<Coverage>,
}

impl GateRun<'_> {
    fn phases<V: std::error::Error + Send + 'static>(&self) -> Result<Vec<Done>, RunGatesError<V>> {
        let mut specs: Vec<&GateSpec> = self.job.specs.iter().collect();
        specs.sort_by_key(|spec| spec.phase);
        let mut results: Vec<Done> = Vec::new();
        for phase in specs.chunk_by(|a, b| a.phase == b.phase) {
            let before = results.len();
            for together in phase.chunk_by(|a, b| a.parallel && b.parallel) {
                for some in together.chunks(MOST_AT_ONCE) {
                    results.extend(self.beside_each_other(some)?);
                }
            }
            if !results.iter().skip(before).all(|done| done.result.passed()) {
                break;
            }
        }
        Ok(results)
    }

    /// Runs some gates at the same time, each to its end.
    fn beside_each_other<V: std::error::Error + Send + 'static>(
        &self,
        specs: &[&GateSpec],
    ) -> Result<Vec<Done>, RunGatesError<V>> {
        if let [spec] = specs {
            return Ok(vec![self.tries(spec)?]);
        }
        thread::scope(|scope| {
            let running: Vec<_> = specs.iter().map(|spec| scope.spawn(|| self.tries(spec))).collect();
            let ended = running
                .into_iter()
                .map(|gate| gate.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            // All of them are waited for before the first trouble is told.
            ended.collect::<Vec<_>>().into_iter().collect()
        })
    }

    /// Runs a gate, and again as often as it may be when it fails.
    fn tries<V: std::error::Error + 'static>(&self, spec: &GateSpec) -> Result<Done, RunGatesError<V>> {
        let mut earlier = Vec::new();
        loop {
            let mut done = self.gate(spec, earlier.len())?;
            let tries = u32::try_from(earlier.len()).unwrap_or(u32::MAX);
            if done.result.passed() || tries >= spec.retries {
                done.result.earlier = earlier;
                return Ok(done);
            }
            earlier.push(EarlierTry {
                end: done.result.end,
                duration_ms: done.result.duration_ms,
                failed: done.result.tests.iter().flat_map(failed).collect(),
            });
        }
    }

    fn gate<V: std::error::Error + 'static>(
        &self,
        spec: &GateSpec,
        earlier: usize,
    ) -> Result<Done, RunGatesError<V>> {
        let job = self.job;
        // What an earlier try printed is kept beside it.
        let log = match earlier {
            0 => job.dir.join(format!("{}.log", spec.name)),
            n => job.dir.join(format!("{}.try-{}.log", spec.name, n + 1)),
        };
        // The output is appended to the file: what an earlier check left there is not of this one.
        File::create(&log).map_err(|source| RunGatesError::Prepare { path: log.clone(), source })?;
        let before = Before::of(spec, job.workspace);
        let stopwatch = Stopwatch::start();
        let kept = self.stop.keep(self.keeper, &keeper_spec(job, spec, self.env, &log));
        let duration_ms = stopwatch.elapsed_ms();
        let (end, reason) = match kept {
            Ok(kept) => (gate_end(kept), None),
            Err(NotKept::Stopped) => return Err(RunGatesError::Stopped),
            Err(NotKept::Keeper(KeepError::NotStarted { reason })) => (GateEnd::NotStarted, Some(reason)),
            Err(NotKept::Keeper(source @ (KeepError::NoKeeper { .. } | KeepError::Lost { .. }))) => {
                return Err(RunGatesError::Keep { gate: spec.name.clone(), source });
            }
        };
        let output = match reason {
            Some(reason) => reason,
            None => {
                read_output(&log).map_err(|source| RunGatesError::Prepare { path: log.clone(), source })?
            }
        };
        let output = self.hidden(&log, output);
        let Measured { tests, coverage, lints, output } = self.measure.read(spec, end, &before, output);
        let result = GateResult {
            name: spec.name.clone(),
            kind: spec.kind,
            command: spec.run.clone(),
            end,
            duration_ms,
            tests,
            output_tail: tail(&output, MOST_TAIL),
            coverage: coverage.as_ref().map(Coverage::share),
            lints,
            earlier: Vec::new(),
        };
        Ok(Done { result, coverage })
    }

    /// The output of a gate without the secrets in it. The gate wrote the file itself, so they are taken out of that
    /// too.
    fn hidden(&self, log: &Path, output: String) -> String {
        match self.masker.mask(&output) {
            Cow::Borrowed(_) => output,
            Cow::Owned(masked) => {
                self.masker.mask_file(log);
                masked
            }
        }
    }
}

/// How many failed tests of an earlier try are kept.
const MOST_FAILED: usize = 100;

fn failed(tests: &TestResults) -> Vec<String> {
    let failed = tests.0.iter().filter(|(_, status)| **status == TestStatus::Failed);
    failed.map(|(id, _)| id.clone()).take(MOST_FAILED).collect()
}

/// Why a gate has no end.
enum NotKept {
    Stopped,
    Keeper(KeepError),
}

impl GateStop {
    /// Runs a child to its end, unless this was or is stopped.
    fn keep(&self, keeper: &Keeper, spec: &KeeperSpec) -> Result<KeptExit, NotKept> {
        let (child, number) = {
            // Held while the child starts, so that a stop comes either before it or finds it.
            let mut state = self.lock();
            if state.stopped {
                return Err(NotKept::Stopped);
            }
            let child = KeptChild::spawn(keeper, spec).map_err(NotKept::Keeper)?;
            let number = state.next;
            state.next += 1;
            state.running.insert(number, child.stopper());
            (child, number)
        };
        let kept = child.wait();
        let mut state = self.lock();
        state.running.remove(&number);
        // A gate that ended by itself just before the stop was seen is dropped like one that was ended.
        if state.stopped { Err(NotKept::Stopped) } else { kept.map_err(NotKept::Keeper) }
    }

    fn lock(&self) -> MutexGuard<'_, StopState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn keeper_spec(job: &GateJob<'_>, spec: &GateSpec, env: &EnvMap, log: &Path) -> KeeperSpec {
    KeeperSpec {
        argv: vec!["/bin/sh".into(), "-c".into(), spec.run.clone().into()],
        env: env.clone(),
        dir: job.workspace.to_owned(),
        stdout: log.to_owned(),
        stderr: log.to_owned(),
        stdin: None,
        grace_ms: GRACE_MS,
        timeout_ms: Some(spec.timeout_seconds.saturating_mul(1000)),
        read_only: Vec::new(),
    }
}

fn gate_end(kept: KeptExit) -> GateEnd {
    match (kept.ended, kept.exit) {
        (Ended::TimedOut, _) => GateEnd::TimedOut,
        (Ended::ByItself | Ended::Stopped | Ended::DriverGone, Exit::Code(code)) => GateEnd::Exit(code),
        (Ended::ByItself | Ended::Stopped | Ended::DriverGone, Exit::Signal(signal)) => {
            GateEnd::Signal(signal)
        }
    }
}

/// The output as text without escapes: all of it up to a bound, and beyond that its last part.
fn read_output(log: &Path) -> io::Result<String> {
    let mut file = File::open(log)?;
    let length = file.metadata()?.len();
    let mut bytes = Vec::new();
    (&mut file).take(MOST_OUTPUT).read_to_end(&mut bytes)?;
    if length > MOST_OUTPUT {
        bytes.extend_from_slice(b"\n[output left out]\n");
        file.seek(SeekFrom::Start(MOST_OUTPUT.max(length.saturating_sub(MOST_END))))?;
        file.take(MOST_END).read_to_end(&mut bytes)?;
    }
    Ok(plain(&bytes))
}
