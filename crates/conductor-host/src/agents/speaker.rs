//! How an agent's program is talked to, without doing any of it: lines go in, events and bytes come out. Who moves
//! them, watches the clock and ends processes is `conversation`.

use conductor_engine::agent_event::{AgentEvent, Stream};
use conductor_engine::attempt::{FailureClass, Usage};
use jiff::Timestamp;

use super::pipes::Line;
use crate::process::Exit;

/// How a turn ended by the agent's own word. What it says of its work is a claim, and no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TurnEnd {
    /// It ended its turn.
    Ended,
    /// Its model refuses the task.
    Refused {
        /// Its words.
        reason: String,
    },
    /// The provider lets nothing through for now.
    Limited {
        /// Until when, if it says so.
        until: Option<Timestamp>,
    },
    /// It did not work.
    Failed {
        /// Whether trying again can help.
        class: FailureClass,
        /// What happened.
        message: String,
    },
    /// It was cancelled, by whomever.
    Cancelled,
    /// The session of before, which was to be resumed, is not there. Nothing was done.
    NoSession {
        /// Its words.
        message: String,
    },
}

impl TurnEnd {
    /// A failure of the agent's own.
    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self::Failed { class: FailureClass::Agent, message: message.into() }
    }

    /// A failure that may pass.
    pub(super) fn transient(message: impl Into<String>) -> Self {
        Self::Failed { class: FailureClass::Transient, message: message.into() }
    }

    /// A failure that trying again cannot mend.
    pub(super) fn setup(message: impl Into<String>) -> Self {
        Self::Failed { class: FailureClass::Setup, message: message.into() }
    }
}

/// One process of an agent's program, understood.
pub(super) trait Speaker {
    /// Takes a line of output in.
    fn line(&mut self, stream: Stream, line: Line<'_>, events: &mut Vec<AgentEvent>);

    /// Bytes for the program's input.
    fn outgoing(&mut self) -> Vec<u8> {
        Vec::new()
    }

    /// How the turn ended, if the protocol has said so while the program goes on. Told once.
    fn turn_end(&mut self, events: &mut Vec<AgentEvent>) -> Option<TurnEnd> {
        let _nothing_new = events;
        None
    }

    /// Asks the agent by its protocol to end its turn. `false` where only a signal can.
    fn cancel(&mut self) -> bool {
        false
    }

    /// A question that it asked by its protocol, told once; the turn is ended for it.
    fn asks(&mut self) -> Option<String> {
        None
    }

    /// Gives the same process another prompt. `false` where each turn needs a process of its own.
    fn prompt(&mut self, text: &str) -> bool {
        let _not_taken = text;
        false
    }

    /// Its last words, where they are not what the events say.
    fn last_words(&self) -> Option<&str> {
        None
    }

    /// What the agent's own session has used in all, where it counts by session: what the next attempt starts from.
    fn totals(&self) -> Option<Usage> {
        None
    }

    /// How the turn ended, when the program has ended and the protocol had not said so before.
    fn exited(&mut self, exit: Exit, events: &mut Vec<AgentEvent>) -> TurnEnd;
}

/// The most bytes of one text in an event.
pub(super) const MOST_EVENT_TEXT: usize = 16 * 1024;

/// What it said, in as many events as it takes: an answer may be longer than what one event holds.
pub(super) fn said(text: &str, part: bool) -> Vec<AgentEvent> {
    let mut events = Vec::new();
    let (mut rest, mut part) = (text, part);
    loop {
        let (piece, more) = rest.split_at(rest.floor_char_boundary(MOST_EVENT_TEXT));
        events.push(AgentEvent::Message { text: piece.to_owned(), part });
        if more.is_empty() {
            return events;
        }
        (rest, part) = (more, true);
    }
}

/// A text cut to what an event may hold.
pub(super) fn cut(text: &str) -> String {
    cut_at(text, MOST_EVENT_TEXT)
}

/// A text cut after so many bytes, at a character.
pub(super) fn cut_at(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let mut end = most;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", text.get(..end).unwrap_or_default())
}

/// Something that could not be understood, with its beginning.
pub(super) fn finding(what: impl Into<String>, line: &[u8]) -> AgentEvent {
    let shown = line.get(..line.len().min(400)).unwrap_or_default();
    AgentEvent::Finding { what: what.into(), line: String::from_utf8_lossy(shown).into_owned() }
}

/// A line that is longer than any may be.
pub(super) fn too_long(bytes: u64, start: &[u8]) -> AgentEvent {
    finding(format!("a line of {bytes} bytes was passed over"), start)
}

/// A line of plain text, cut to what an event may hold.
pub(super) fn output(stream: Stream, line: &[u8]) -> AgentEvent {
    AgentEvent::Output { stream, line: cut(&String::from_utf8_lossy(line)) }
}

#[cfg(test)]
mod tests {
    use conductor_engine::agent_event::Heard;

    use super::*;

    #[test]
    fn what_is_said_stays_whole_however_long_it_is() {
        for text in [String::new(), "x".repeat(MOST_EVENT_TEXT), "ä€".repeat(MOST_EVENT_TEXT)] {
            let events = said(&text, false);
            let mut heard = Heard::default();
            events.iter().for_each(|event| heard.hear(event));
            assert_eq!(heard.last_words(), text);
            for (number, event) in events.iter().enumerate() {
                let AgentEvent::Message { text, part } = event else { panic!("{event:?}") };
                assert!(text.len() <= MOST_EVENT_TEXT && *part == (number > 0));
            }
        }
    }
}
