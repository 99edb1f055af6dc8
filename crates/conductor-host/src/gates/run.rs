//! Runs the frozen gates on a prepared gate workspace, phase by phase.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use conductor_engine::evidence::Evidence;
use conductor_engine::gate::{
    GateEnd, GateKind, GateResult, GateSpec, TestReader, TestResults, TestStatus, compare,
};
use conductor_engine::ids::TreeId;
use thiserror::Error;

use super::environment::{environment_digest, gate_environment};
use super::evidence::gates_digest;
use super::readers::{self, Report};
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
    /// The tests of the base tree, to compare with; see [`Evidence::tests`].
    pub base: Option<&'a TestResults>,
}

/// Ends running gates from another thread.
#[derive(Debug, Clone, Default)]
pub struct GateStop(Arc<Mutex<StopState>>);

#[derive(Debug, Default)]
struct StopState {
    stopped: bool,
    running: Option<Stopper>,
}

impl GateStop {
    /// Ends the gate that runs and starts no other one. What has been found so far is dropped.
    pub fn stop(&self) {
        let mut state = self.lock();
        state.stopped = true;
        if let Some(running) = &state.running {
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
    /// Runs the gates of `job`, the lower phases first; a phase in which a gate failed is the last. Then asks
    /// `verify` which tracked files of the workspace are no longer those of the tree. The base's tests are
    /// compared when both sides have some.
    ///
    /// # Errors
    /// When stopped, or when it cannot be known what happened. Then there is no evidence at all.
    pub fn run<V: std::error::Error + 'static>(
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
        let gates = self.run_phases(job, stop, &env)?;
        // What a gate made undeletable is only litter in the directory of its outputs.
        let _litter = fs::remove_dir_all(job.tmp);
        let tampered = verify().map_err(RunGatesError::Verify)?;
        let candidate = merged_tests(&gates);
        let comparable = |tests: &&TestResults| tests.ran() > 0;
        let tests = job
            .base
            .filter(comparable)
            .zip(candidate.as_ref().filter(comparable))
            .map(|(base, candidate)| compare(base, candidate));
        Ok(Evidence {
            tree: job.tree.clone(),
            gates_digest: gates_digest(job.specs),
            environment_digest: environment_digest(&env),
            gates,
            tests,
            tampered,
        })
    }

    fn run_phases<V: std::error::Error + 'static>(
        &self,
        job: &GateJob<'_>,
        stop: &GateStop,
        env: &EnvMap,
    ) -> Result<Vec<GateResult>, RunGatesError<V>> {
        let mut specs: Vec<&GateSpec> = job.specs.iter().collect();
        specs.sort_by_key(|spec| spec.phase);
        let mut results = Vec::new();
        for phase in specs.chunk_by(|a, b| a.phase == b.phase) {
            let mut passed = true;
            for spec in phase {
                let result = self.run_gate(job, spec, stop, env)?;
                passed &= result.passed();
                results.push(result);
            }
            if !passed {
                break;
            }
        }
        Ok(results)
    }

    fn run_gate<V: std::error::Error + 'static>(
        &self,
        job: &GateJob<'_>,
        spec: &GateSpec,
        stop: &GateStop,
        env: &EnvMap,
    ) -> Result<GateResult, RunGatesError<V>> {
        let log = job.dir.join(format!("{}.log", spec.name));
        // The output is appended to the file: what an earlier check left there is not of this one.
        File::create(&log).map_err(|source| RunGatesError::Prepare { path: log.clone(), source })?;
        let report = spec.report.as_deref().map(|report| Report::before(job.workspace, report));
        let stopwatch = Stopwatch::start();
        let kept = stop.keep(&self.keeper, &keeper_spec(job, spec, env, &log));
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
        Ok(GateResult {
            name: spec.name.clone(),
            kind: spec.kind,
            command: spec.run.clone(),
            end,
            duration_ms,
            tests: tests(spec, end, report.as_ref(), &output),
            output_tail: tail(&output, MOST_TAIL),
        })
    }
}

impl GateRunner {
    /// The output of a gate without the secrets in it. The gate wrote the file itself, so they are taken out of that
    /// too.
    fn hidden(&self, log: &Path, output: String) -> String {
        let masker = Masker::new(credential_values(&self.user_env));
        match masker.mask(&output) {
            Cow::Borrowed(_) => output,
            Cow::Owned(masked) => {
                masker.mask_file(log);
                masked
            }
        }
    }
}

/// Why a gate has no end.
enum NotKept {
    Stopped,
    Keeper(KeepError),
}

impl GateStop {
    /// Runs a child to its end, unless this was or is stopped.
    fn keep(&self, keeper: &Keeper, spec: &KeeperSpec) -> Result<KeptExit, NotKept> {
        let child = {
            // Held while the child starts, so that a stop comes either before it or finds it.
            let mut state = self.lock();
            if state.stopped {
                return Err(NotKept::Stopped);
            }
            let child = KeptChild::spawn(keeper, spec).map_err(NotKept::Keeper)?;
            state.running = Some(child.stopper());
            child
        };
        let kept = child.wait();
        let mut state = self.lock();
        state.running = None;
        // A gate that ended by itself just before the stop was seen is dropped like one that was ended.
        if state.stopped { Err(NotKept::Stopped) } else { kept.map_err(NotKept::Keeper) }
    }

    fn lock(&self) -> MutexGuard<'_, StopState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The tests of all gates together, by id; `None` when no gate's tests could be told. A test that several gates
/// ran counts as failed if one of them saw it fail, and as skipped only if none ran it.
pub fn merged_tests(gates: &[GateResult]) -> Option<TestResults> {
    let mut merged: Option<TestResults> = None;
    for tests in gates.iter().filter_map(|gate| gate.tests.as_ref()) {
        let merged = merged.get_or_insert_default();
        for (id, status) in &tests.0 {
            readers::note(merged, id.clone(), *status);
        }
    }
    merged
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

/// The tests of a gate. With a reader there is always an answer, if only that no test was seen. Without one,
/// tests are told if the output happens to be of a known form; such a guess may add to what the command's exit
/// says, but never contradict it: what looks like a failed test may be what a passing one printed.
fn tests(spec: &GateSpec, end: GateEnd, report: Option<&Report>, output: &str) -> Option<TestResults> {
    match (spec.reader, report) {
        (Some(TestReader::Junit), Some(report)) => Some(report.read()),
        (Some(reader), _) => Some(readers::from_output(reader, output)),
        (None, _) if spec.kind == GateKind::Test => readers::guess(output)
            .filter(|guess| end != GateEnd::Exit(0) || guess.count(TestStatus::Failed) == 0),
        (None, _) => None,
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
