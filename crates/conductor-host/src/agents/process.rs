//! A process of an agent's program, and what goes between it and the one who understands it.

use std::time::Duration;

use conductor_engine::agent_event::{AgentEvent, Stream};

use super::pipes::{Line, Pipes};
use super::speaker::Speaker;
use super::wire::{Way, WireLog};
use crate::clock::Stopwatch;
use crate::process::{KeepError, KeptChild, KeptExit};

/// The longest time in which nothing is looked at: calls at the desk, the clock, a request to stop.
const TICK: Duration = Duration::from_millis(25);

/// For how long the rest of a program's output is read once it has ended.
const LAST_WORDS_MS: u64 = 2_000;

/// A process of the agent's program.
pub(super) struct Process {
    // Declared first: on a drop the program dies before its pipes are closed.
    pub(super) child: KeptChild,
    pub(super) pipes: Pipes,
    pub(super) speaker: Box<dyn Speaker>,
}

impl Process {
    /// Moves what there is to be moved between the program and its speaker, waiting a little for it. Returns how the
    /// program ended, if it has, and how many lines came.
    pub(super) fn exchange(
        &mut self,
        wire: &mut WireLog,
        events: &mut Vec<AgentEvent>,
    ) -> (Option<Result<KeptExit, KeepError>>, u64) {
        let Self { child, pipes, speaker } = self;
        let mut lines = 0;
        send(pipes, speaker.as_mut(), wire);
        let mut take = |stream: Stream, line: Line<'_>| {
            lines += 1;
            if let Line::Text(text) = &line {
                wire.line(Way::from(stream), text);
            }
            speaker.line(stream, line, events);
        };
        let reported = child.has_report(|reports| pipes.turn(reports, TICK, &mut take).other);
        let kept = reported.then(|| child.wait());
        if kept.is_some() {
            // All who could write are dead: what is in the pipes is the rest. Only where nothing holds a family
            // together may one of it have got away, and it is not listened to for long.
            let since = Stopwatch::start();
            while !pipes.turn(None, TICK, &mut take).silent && since.elapsed_ms() < LAST_WORDS_MS {}
        }
        send(pipes, speaker.as_mut(), wire);
        (kept, lines)
    }
}

/// Hands over what the speaker has for the program.
fn send(pipes: &mut Pipes, speaker: &mut dyn Speaker, wire: &mut WireLog) {
    let bytes = speaker.outgoing();
    if bytes.is_empty() {
        return;
    }
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        wire.line(Way::In, line);
    }
    pipes.send(&bytes);
}
