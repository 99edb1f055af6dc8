//! A model server for tests: it speaks the APIs of four providers, does what a script says, and is strict about what
//! it is asked. Real coding agents work against it without a network and without a model.
//!
//! Which case of the script a conversation gets is chosen by its last prompt with a line `CASE: name`, and the step by
//! the number of results of tools since. So the server keeps nothing of a conversation, and a client may come back to
//! one after a restart. A request that breaks a rule of its API gets the error that the provider would give, and is
//! kept as a violation for the test to read.
//!
//! `script` and `cases` say what the model does, `planning` what it answers when it is asked for a plan, `form` what schemas the providers take; `turn` is a request in words of no API and `choose` what comes back
//! for it, `tools` which offered tool a call means and `deferred` how to come to one that is not offered; one file for each API; `breach` has the rules that all share;
//! `serve` is the HTTP, `log` what was asked.

mod anthropic;
mod api;
mod breach;
mod cases;
mod chat;
mod choose;
mod deferred;
mod form;
mod gemini;
mod log;
pub mod planning;
mod responses;
mod script;
mod serve;
mod sse;
mod tools;
mod turn;

use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

pub use log::{Exchange, Violation};
pub use script::{Answer, Call, Case, Cut, Does, Failure, Finish, Script, Step, Usage};

use log::Log;

/// A running server on the loopback interface; it stops when dropped.
#[derive(Debug)]
pub struct ModelServer {
    address: SocketAddr,
    log: Arc<Log>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ModelServer {
    /// A server with this script on a free port.
    ///
    /// # Errors
    /// When no port can be listened on, or the thread or its runtime cannot be started.
    pub fn start(script: Script) -> io::Result<Self> {
        Self::start_on(0, script, None)
    }

    /// The same on a port of the caller's (0 for a free one), with each request also written to a file, a JSON object
    /// a line.
    ///
    /// # Errors
    /// When the port cannot be listened on, or the thread or its runtime cannot be started.
    pub fn start_on(port: u16, script: Script, file: Option<File>) -> io::Result<Self> {
        Self::run(port, script, None, file)
    }

    /// A server whose model is asked for plans: `respond` says what comes back for each request that wants an answer in a
    /// fixed form, and for those of an agent that was asked for a plan.
    ///
    /// # Errors
    /// When no port can be listened on, or the thread or its runtime cannot be started.
    pub fn planning(respond: planning::Respond) -> io::Result<Self> {
        Self::run(0, Script::usual(), Some(respond), None)
    }

    fn run(
        port: u16,
        script: Script,
        planner: Option<planning::Respond>,
        file: Option<File>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let log = Arc::new(Log::into_file(file));
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let router = serve::router(script, planner, Arc::clone(&log));
        let thread = std::thread::Builder::new().name("model".to_owned()).spawn(move || {
            // The end of the block ends the runtime, and with it every request that still hangs.
            runtime.block_on(async move {
                if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
                    tokio::spawn(async move { axum::serve(listener, router).await });
                    // An error is a sender that is gone, which means the same.
                    let _ = stopped.await;
                }
            });
        })?;
        Ok(Self { address, log, stop: Some(stop), thread: Some(thread) })
    }

    /// The address as a URL, without a path and without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address to connect to.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The requests that broke a rule, oldest first; at most the first thousand.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        self.log.violations()
    }

    /// The newest requests, oldest first: at most a thousand, with at most 64 MiB of bodies.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.log.exchanges()
    }

    /// Waits until a request of this kind has come, and gives the first; none when none came in that time. A request
    /// counts as soon as it is read, before anything is answered.
    #[must_use]
    pub fn wait_for(&self, longest: Duration, is: impl Fn(&Exchange) -> bool) -> Option<Exchange> {
        self.log.wait(longest, &is)
    }
}

impl Drop for ModelServer {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // An error is a thread that has ended already.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was printed when it happened.
            let _ = thread.join();
        }
    }
}
