//! What was asked and what was wrong with it, for tests to read.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::Write as _;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;

use super::script::Call;

/// The longest log: how many requests, and how many bytes of their bodies.
const MOST: usize = 1_000;
const MOST_BYTES: usize = 64 << 20;

/// One request and what came back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Exchange {
    /// Counts from 1.
    pub number: usize,
    /// The method and the path, with its query.
    pub request: String,
    /// The status that was answered; for one that hangs, the one that would have been.
    pub status: u16,
    /// The case of the script; none for requests that only assist.
    pub case: Option<String>,
    /// The step of the case, from 0.
    pub step: usize,
    /// Calls of the script for which the client offered no tool.
    pub unmet: Vec<Call>,
    /// The names of the tools that the client offered.
    pub tools: Vec<String>,
    /// The rule that the request broke.
    pub broke: Option<String>,
    /// The request's headers, without secrets.
    pub headers: BTreeMap<String, String>,
    /// The request's body.
    pub body: String,
}

/// A request that broke a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The number of the request.
    pub number: usize,
    /// The method and the path.
    pub request: String,
    /// What it broke, and where.
    pub rule: String,
}

/// The log of a server, shared between its thread and the tests.
#[derive(Debug, Default)]
pub(super) struct Log {
    inner: Mutex<Inner>,
    grew: Condvar,
}

#[derive(Debug, Default)]
struct Inner {
    count: usize,
    bytes: usize,
    exchanges: VecDeque<Exchange>,
    violations: VecDeque<Violation>,
    file: Option<File>,
}

impl Log {
    pub(super) fn into_file(file: Option<File>) -> Self {
        Self { inner: Mutex::new(Inner { file, ..Inner::default() }), grew: Condvar::new() }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, mut exchange: Exchange) {
        let mut inner = self.inner();
        inner.count += 1;
        exchange.number = inner.count;
        if let Some(rule) = &exchange.broke {
            let violation =
                Violation { number: exchange.number, request: exchange.request.clone(), rule: rule.clone() };
            inner.violations.push_back(violation);
            inner.violations.truncate(MOST);
        }
        if let (Some(file), Ok(line)) = (&mut inner.file, serde_json::to_string(&exchange)) {
            // A log that cannot be written must not change what the client sees.
            let _ = writeln!(file, "{line}");
        }
        inner.bytes += exchange.body.len();
        inner.exchanges.push_back(exchange);
        while inner.exchanges.len() > MOST || inner.bytes > MOST_BYTES {
            let Some(oldest) = inner.exchanges.pop_front() else { break };
            inner.bytes -= oldest.body.len();
        }
        self.grew.notify_all();
    }

    pub(super) fn exchanges(&self) -> Vec<Exchange> {
        self.inner().exchanges.iter().cloned().collect()
    }

    pub(super) fn violations(&self) -> Vec<Violation> {
        self.inner().violations.iter().cloned().collect()
    }

    /// Waits until a request of this kind is in the log.
    pub(super) fn wait(&self, longest: Duration, is: &dyn Fn(&Exchange) -> bool) -> Option<Exchange> {
        let waiting = |inner: &mut Inner| !inner.exchanges.iter().any(is);
        let waited = self.grew.wait_timeout_while(self.inner(), longest, waiting);
        let (inner, _) = waited.unwrap_or_else(PoisonError::into_inner);
        inner.exchanges.iter().find(|exchange| is(exchange)).cloned()
    }
}
