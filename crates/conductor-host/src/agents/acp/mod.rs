//! The Agent Client Protocol, version 1, on the official crate: the client side. Nothing outside of this module knows
//! the crate.
//!
//! The crate is asynchronous and knows no runtime; here it is run by hand, without a thread of its own: lines go in,
//! everything that can go on goes on, lines come out.
//!
//! Neither files nor terminals are offered to the agent: what it does, it does itself, in its workspace, where it is
//! contained. Tool calls are known by their ids and may be told of in any order. What agents say that the protocol has
//! no word for is kept raw.

mod elicit;
mod modes;
mod permission;
mod serve;
mod state;
mod updates;
mod usage;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use agent_client_protocol::Lines;
use conductor_engine::agent_event::{AgentEvent, Stream};
use conductor_engine::attempt::Usage;
use futures::channel::mpsc::{self, UnboundedSender};
use futures::executor::LocalPool;
use futures::sink;
use futures::task::LocalSpawnExt;

use super::catalogue::Known;
use super::headless::{Retries, opencode};
use super::judge::class_of;
use super::pipes::Line;
use super::profile::ProgramProfile;
use super::speaker::{Speaker, TurnEnd, cut, finding, output, too_long};
use super::speakers::Opening;
use super::weight::is_too_heavy;
use crate::process::Exit;
pub(super) use modes::offered;
use serve::{Order, Plan, serve};
use state::State;

/// What the client and the one who runs it share.
type Shared = Arc<Mutex<State>>;

fn locked(state: &Shared) -> MutexGuard<'_, State> {
    // What is inside is whole at any time.
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A process of an agent that speaks the protocol.
pub(super) struct Client {
    pool: LocalPool,
    lines: Option<UnboundedSender<io::Result<String>>>,
    orders: UnboundedSender<Order>,
    outgoing: Rc<RefCell<VecDeque<u8>>>,
    state: Shared,
    last_error: String,
    known: Option<Known>,
    /// One agent tells of its tries only on standard error, over several lines.
    retries: Retries,
}

impl Client {
    /// A client that begins at once: its first lines are ready to be sent.
    pub(super) fn new(program: &ProgramProfile, opening: Opening<'_>) -> Self {
        let state = Arc::new(Mutex::new(State::new(program, &opening)));
        let (lines, incoming) = mpsc::unbounded();
        let (orders, listen) = mpsc::unbounded();
        let (send, mut sent) = mpsc::unbounded::<String>();
        let outgoing: Rc<RefCell<VecDeque<u8>>> = Rc::default();
        let plan = Plan::new(program, opening);
        let sink = sink::unfold(send, |send, line: String| async move {
            send.unbounded_send(line).map_err(io::Error::other)?;
            Ok::<_, io::Error>(send)
        });
        let pool = LocalPool::new();
        let spawner = pool.spawner();
        let shared = Arc::clone(&state);
        let conversation = async move { serve(Lines::new(sink, incoming), plan, listen, shared).await };
        let queue = Rc::clone(&outgoing);
        let copy = async move {
            use futures::StreamExt as _;
            while let Some(line) = sent.next().await {
                let mut queue = queue.borrow_mut();
                queue.extend(line.as_bytes());
                queue.push_back(b'\n');
            }
        };
        // A pool that was just made takes every task.
        let _taken = (spawner.spawn_local(conversation), spawner.spawn_local(copy));
        let mut client = Self {
            pool,
            lines: Some(lines),
            orders,
            outgoing,
            state,
            last_error: String::new(),
            known: program.known,
            retries: Retries::default(),
        };
        client.pool.run_until_stalled();
        client
    }

    /// What a line of standard error says of a try that failed: there alone some agents tell of it.
    fn retry(&mut self, line: &str) -> Option<AgentEvent> {
        match self.known? {
            Known::Gemini => self.retries.hear(line),
            Known::Opencode => opencode::retry(line),
            Known::Claude | Known::Codex | Known::Qwen | Known::Vibe => None,
        }
    }

    fn go_on(&mut self, events: &mut Vec<AgentEvent>) {
        self.pool.run_until_stalled();
        events.append(&mut locked(&self.state).events);
    }

    /// Only whole objects reach the protocol: everything else on standard output is noise, and some agents make some.
    fn stdout(&mut self, text: &[u8], events: &mut Vec<AgentEvent>) {
        let text = text.trim_ascii();
        if text.is_empty() {
            return;
        }
        if !text.starts_with(b"{") {
            return events.push(output(Stream::Stdout, text));
        }
        if is_too_heavy(text) {
            return events.push(finding("a line with too many values was passed over", text));
        }
        let object = serde_json::from_slice::<serde_json::Value>(text).ok().filter(|v| v.is_object());
        let Some(object) = object else {
            return events.push(finding("a line that is not JSON", text));
        };
        if let Some(lines) = &self.lines {
            let _ended = lines.unbounded_send(Ok(object.to_string()));
        }
        self.go_on(events);
    }
}

impl Speaker for Client {
    fn line(&mut self, stream: Stream, line: Line<'_>, events: &mut Vec<AgentEvent>) {
        match (line, stream) {
            (Line::TooLong { bytes, start }, _) => events.push(too_long(bytes, start)),
            (Line::Text(text), Stream::Stdout) => self.stdout(text, events),
            (Line::Text(text), Stream::Stderr) => {
                let words = String::from_utf8_lossy(text);
                if let Some(retry) = self.retry(&words) {
                    return events.push(retry);
                }
                if !words.trim().is_empty() {
                    self.last_error = cut(words.trim());
                }
                events.push(output(stream, text));
            }
        }
    }

    fn outgoing(&mut self) -> Vec<u8> {
        self.pool.run_until_stalled();
        self.outgoing.borrow_mut().drain(..).collect()
    }

    fn turn_end(&mut self, events: &mut Vec<AgentEvent>) -> Option<TurnEnd> {
        self.go_on(events);
        locked(&self.state).end.take()
    }

    fn cancel(&mut self) -> bool {
        let in_turn = locked(&self.state).begin_cancel();
        if in_turn {
            let _ended = self.orders.unbounded_send(Order::Cancel);
            self.pool.run_until_stalled();
        }
        in_turn
    }

    fn asks(&mut self) -> Option<String> {
        locked(&self.state).asked.take()
    }

    fn prompt(&mut self, text: &str) -> bool {
        if !locked(&self.state).is_idle() {
            return false;
        }
        let sent = self.orders.unbounded_send(Order::Prompt(text.to_owned())).is_ok();
        self.pool.run_until_stalled();
        sent
    }

    fn totals(&self) -> Option<Usage> {
        Some(locked(&self.state).totals())
    }

    fn exited(&mut self, exit: Exit, events: &mut Vec<AgentEvent>) -> TurnEnd {
        self.lines = None;
        self.go_on(events);
        // The end of the connection is an error of every request that waits; why it ended is told better here.
        let _connection_lost = locked(&self.state).end.take();
        let why = match class_of(exit) {
            None => "the agent's program ended in the middle of its turn".to_owned(),
            Some((class @ conductor_engine::attempt::FailureClass::Setup, why)) => {
                return TurnEnd::Failed { class, message: self.with_error(&why) };
            }
            Some((_, why)) => why,
        };
        let begun = locked(&self.state).has_session();
        let message = self.with_error(&why);
        if begun { TurnEnd::failed(message) } else { TurnEnd::setup(message) }
    }
}

impl Client {
    /// With the last line that it printed for people.
    fn with_error(&self, why: &str) -> String {
        if self.last_error.is_empty() { why.to_owned() } else { format!("{why}: {}", self.last_error) }
    }
}
