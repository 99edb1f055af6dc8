//! The same words again and again, with nothing done in between.

use super::normal::{digest, without_moments};
use super::{Verdict, VerdictKind, quote};
use crate::agent_event::AgentEvent;

/// How often the same message in a row is a loop. From OpenHands' stuck detector (three identical messages without an
/// observation in between).
const MOST: usize = 3;

/// How often the same line in a row within one message is one: a model that cannot stop. More than for messages, since
/// lists and tables have lines that are alike.
const MOST_LINES: usize = 8;

/// A line that is shorter, in characters, is a bracket, a rule of a table, a cell: it may come as often as it likes.
const SHORTEST_LINE: usize = 20;

/// No more of a line is kept, in bytes.
const MOST_KEPT: usize = 2000;

/// What was said since something was done.
#[derive(Debug, Default)]
pub(super) struct Monologue {
    /// The message that is being said, as far as it is a digest already.
    whole: u64,
    line: String,
    line_is_long: bool,
    open: bool,
    shown: String,
    /// The last message, and how often it came.
    last: Option<u64>,
    events: Vec<u64>,
    /// The last line, and how often it came.
    last_line: u64,
    lines: usize,
}

impl Monologue {
    pub(super) fn hear(&mut self, event: &AgentEvent, number: u64) -> Option<Verdict> {
        match event {
            AgentEvent::Message { text, part } => {
                let ended = if *part && self.open { None } else { self.end(number) };
                self.open = true;
                ended.or(self.say(text, number))
            }
            AgentEvent::Tool(_)
            | AgentEvent::Plan { .. }
            | AgentEvent::Permission { .. }
            | AgentEvent::Question { .. }
            | AgentEvent::Blocker { .. }
            | AgentEvent::Submitted { .. }
            | AgentEvent::Thought { .. }
            | AgentEvent::End { .. } => self.end(number),
            // An answer that broke off is said once more from its beginning.
            AgentEvent::Retry { .. } | AgentEvent::Limit { .. } | AgentEvent::Error { .. } => {
                self.interrupted();
                None
            }
            AgentEvent::Started { .. }
            | AgentEvent::Session { .. }
            | AgentEvent::Prompted { .. }
            | AgentEvent::Answer { .. }
            | AgentEvent::Progress { .. }
            | AgentEvent::Note { .. }
            | AgentEvent::Usage { .. }
            | AgentEvent::Output { .. }
            | AgentEvent::Finding { .. }
            | AgentEvent::Raw { .. }
            | AgentEvent::Verdict { .. }
            | AgentEvent::Full => None,
        }
    }

    /// Something was done, or what was said does not count.
    pub(super) fn interrupted(&mut self) {
        *self = Self::default();
    }

    fn say(&mut self, text: &str, number: u64) -> Option<Verdict> {
        let mut found = None;
        for piece in text.split_inclusive('\n') {
            let room = MOST_KEPT.saturating_sub(self.line.len());
            self.line_is_long |= piece.len() > room;
            self.line
                .push_str(piece.get(..piece.floor_char_boundary(room.min(piece.len()))).unwrap_or_default());
            if self.line_is_long {
                self.whole = digest(&[&self.whole.to_string(), piece]);
            }
            if piece.ends_with('\n') {
                found = found.or(self.line_ends(number));
            }
        }
        found
    }

    fn line_ends(&mut self, number: u64) -> Option<Verdict> {
        let line = std::mem::take(&mut self.line);
        self.line_is_long = false;
        let line = line.trim();
        if line.is_empty() {
            return None;
        }
        let here = digest(&[&without_moments(line)]);
        self.whole = digest(&[&self.whole.to_string(), &here.to_string()]);
        if self.shown.is_empty() {
            self.shown = quote(line);
        }
        if here != self.last_line {
            self.last_line = here;
            self.lines = 0;
        }
        self.lines += 1;
        let words = line.chars().count() >= SHORTEST_LINE && line.contains(|c: char| c.is_alphabetic());
        (self.lines == MOST_LINES && words && !line.starts_with(['|', '}', '#', '-'])).then(|| {
            let why = format!("it said the same line {MOST_LINES} times in a row: {}", quote(line));
            Verdict::new(VerdictKind::Monologue, MOST_LINES, why, [number])
        })
    }

    /// The message is over.
    fn end(&mut self, number: u64) -> Option<Verdict> {
        if !std::mem::take(&mut self.open) {
            return None;
        }
        let line = self.line_ends(number);
        let whole = std::mem::take(&mut self.whole);
        let shown = std::mem::take(&mut self.shown);
        if shown.is_empty() {
            return line;
        }
        if self.last != Some(whole) {
            self.last = Some(whole);
            self.events.clear();
        }
        if self.events.len() <= MOST {
            self.events.push(number.saturating_sub(1));
        }
        line.or_else(|| {
            (self.events.len() == MOST).then(|| {
                let why = format!("it said the same {MOST} times and did nothing: {shown}");
                Verdict::new(VerdictKind::Monologue, MOST, why, self.events.iter().copied())
            })
        })
    }
}
