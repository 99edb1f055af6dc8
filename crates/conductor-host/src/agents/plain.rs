//! Any program as an agent: what it prints is plain text, but for lines in the form of `contract`.

use conductor_engine::agent_event::{AgentEvent, Stream};
use conductor_engine::attempt::FailureClass;

use super::contract::{self, Said};
use super::judge::{Appeal, appeal, class_of, end_of};
use super::pipes::Line;
use super::speaker::{Speaker, TurnEnd, output, said, too_long};
use crate::process::Exit;

/// The longest paragraph that is kept, in bytes.
const MOST_WORDS: usize = 64 * 1024;

/// A program of which nothing is known.
#[derive(Debug, Default)]
pub(super) struct Plain {
    paragraph: String,
    paragraph_ended: bool,
    /// It speaks in lines of the contract: then those are its words.
    speaks: bool,
    appeal: Option<Appeal>,
    limited: Option<TurnEnd>,
}

impl Plain {
    /// Keeps the last paragraph of plain text.
    fn text(&mut self, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end();
        if line.is_empty() {
            self.paragraph_ended = true;
            return;
        }
        if std::mem::take(&mut self.paragraph_ended) || self.paragraph.len() > MOST_WORDS {
            self.paragraph.clear();
        }
        if !self.paragraph.is_empty() {
            self.paragraph.push('\n');
        }
        self.paragraph.push_str(line);
    }

    fn contract(&mut self, told: Said, events: &mut Vec<AgentEvent>) {
        let event = match told {
            Said::Event(event) => event,
            Said::Broken(finding) => return events.push(finding),
        };
        // What it asked for is taken back by whatever it does next, as in a conversation.
        self.appeal = None;
        self.limited = None;
        if let AgentEvent::Question { text, .. } = &event {
            self.appeal = Some(Appeal::Question(text.clone()));
        } else if let AgentEvent::Blocker { text } = &event {
            self.appeal = Some(Appeal::Blocked(text.clone()));
        } else if let AgentEvent::Limit { until, .. } = &event {
            self.limited = Some(TurnEnd::Limited { until: *until });
        } else if let AgentEvent::Message { text, part } = &event {
            self.speaks = true;
            return events.extend(said(text, *part));
        }
        events.push(event);
    }
}

impl Speaker for Plain {
    fn line(&mut self, stream: Stream, line: Line<'_>, events: &mut Vec<AgentEvent>) {
        match line {
            Line::TooLong { bytes, start } => events.push(too_long(bytes, start)),
            Line::Text(text) => {
                if stream == Stream::Stdout {
                    if let Some(told) = contract::read(text) {
                        return self.contract(told, events);
                    }
                    self.text(text);
                }
                events.push(output(stream, text));
            }
        }
    }

    fn last_words(&self) -> Option<&str> {
        (!self.speaks).then_some(self.paragraph.as_str())
    }

    fn exited(&mut self, exit: Exit, _: &mut Vec<AgentEvent>) -> TurnEnd {
        if let Some(limited) = self.limited.take() {
            return limited;
        }
        // An agent that asks may well say so by its exit code too; one that could not run says nothing.
        let could_run = !matches!(class_of(exit), Some((FailureClass::Setup, _)));
        let asks = self.appeal.is_some() || (!self.speaks && appeal(&self.paragraph).is_some());
        if could_run && asks {
            if let Some(appeal) = self.appeal.take() {
                // Its last words, whatever else it said.
                self.speaks = false;
                self.paragraph = line_of(appeal);
            }
            return TurnEnd::Ended;
        }
        end_of(exit)
    }
}

/// An appeal in the form in which it is looked for.
fn line_of(appeal: Appeal) -> String {
    let one = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    match appeal {
        Appeal::Question(text) => format!("QUESTION: {}", one(text)),
        Appeal::Blocked(text) => format!("BLOCKED: {}", one(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(lines: &[&str], exit: Exit) -> (Option<String>, TurnEnd, usize) {
        let mut plain = Plain::default();
        let mut events = Vec::new();
        for line in lines {
            plain.line(Stream::Stdout, Line::Text(line.as_bytes()), &mut events);
        }
        let end = plain.exited(exit, &mut events);
        (plain.last_words().map(str::to_owned), end, events.len())
    }

    #[test]
    fn the_last_paragraph_is_what_it_says() {
        let (words, end, events) =
            heard(&["working", "", "Stored notes.", "Added tests.", "", ""], Exit::Code(0));
        assert_eq!((words.as_deref(), end), (Some("Stored notes.\nAdded tests."), TurnEnd::Ended));
        assert_eq!(events, 6);
        assert_eq!(heard(&[], Exit::Code(0)).0.as_deref(), Some(""));
    }

    #[test]
    fn an_appeal_counts_whatever_the_exit_unless_the_program_could_not_run() {
        let (words, end, _) = heard(&["BLOCKED: no key"], Exit::Code(1));
        assert_eq!((words.as_deref(), end), (Some("BLOCKED: no key"), TurnEnd::Ended));
        assert!(matches!(heard(&["QUESTION: x"], Exit::Code(126)).1, TurnEnd::Failed { .. }));
        let line = r#"{"conductor":"question","text":"Which\ncolour?"}"#;
        let (words, end, _) = heard(&["log", line], Exit::Code(3));
        assert_eq!((words.as_deref(), end), (Some("QUESTION: Which colour?"), TurnEnd::Ended));
    }

    #[test]
    fn a_program_that_speaks_is_known_by_its_messages() {
        let message = r#"{"conductor":"message","text":"Done."}"#;
        let (words, end, events) = heard(&["noise", message, "noise"], Exit::Code(0));
        assert_eq!((words, end, events), (None, TurnEnd::Ended, 3));
        let limit = r#"{"conductor":"limit","until":"2026-01-02T03:04:05Z"}"#;
        assert!(matches!(heard(&[limit], Exit::Code(1)).1, TurnEnd::Limited { until: Some(_) }));
        assert!(matches!(heard(&[limit, message], Exit::Code(1)).1, TurnEnd::Failed { .. }));
    }
}
