//! The last words of an agent, whole, out of the transcript of its attempt.

use std::path::Path;

use conductor_engine::agent_event::{AgentEvent, Stream};

use crate::transcript;

/// What it said last, or what its program printed where it said nothing in any form that is known. What cannot be read
/// was not said.
pub(crate) fn last(file: &Path) -> String {
    let mut words = Words::default();
    each(file, |event| words.hear(event));
    if words.said { words.message } else { words.printed }
}

/// The last line that its program printed for people: often the only one that says why it failed.
pub(super) fn last_complaint(file: &Path) -> Option<String> {
    let mut last = None;
    each(file, |event| {
        if let AgentEvent::Output { stream: Stream::Stderr, line } = event
            && !line.trim().is_empty()
        {
            last = Some(line.trim().to_owned());
        }
    });
    last
}

fn each(file: &Path, mut hear: impl FnMut(AgentEvent)) {
    let mut cursor = 0;
    while let Ok(page) = transcript::read(file, cursor) {
        page.entries.into_iter().for_each(|entry| hear(entry.event));
        cursor = page.cursor;
        if !page.more {
            break;
        }
    }
}

#[derive(Debug, Default)]
struct Words {
    message: String,
    printed: String,
    said: bool,
    /// Nothing came since the message that would end it.
    open: bool,
}

impl Words {
    fn hear(&mut self, event: AgentEvent) {
        match event {
            AgentEvent::Message { text, part } => {
                if !(part && self.open) {
                    self.message.clear();
                }
                (self.said, self.open) = (true, true);
                self.message.push_str(&text);
            }
            AgentEvent::Output { stream: Stream::Stdout, line } => {
                self.printed.push_str(&line);
                self.printed.push('\n');
            }
            // Neither speaks for the agent, nor ends what it says.
            AgentEvent::Output { .. }
            | AgentEvent::Finding { .. }
            | AgentEvent::Raw { .. }
            | AgentEvent::Usage { .. } => {}
            AgentEvent::Started { .. }
            | AgentEvent::Session { .. }
            | AgentEvent::Prompted { .. }
            | AgentEvent::Thought { .. }
            | AgentEvent::Plan { .. }
            | AgentEvent::Tool(_)
            | AgentEvent::Permission { .. }
            | AgentEvent::Question { .. }
            | AgentEvent::Answer { .. }
            | AgentEvent::Blocker { .. }
            | AgentEvent::Progress { .. }
            | AgentEvent::Note { .. }
            | AgentEvent::Submitted { .. }
            | AgentEvent::Limit { .. }
            | AgentEvent::Retry { .. }
            | AgentEvent::Error { .. }
            | AgentEvent::Verdict { .. }
            | AgentEvent::End { .. }
            | AgentEvent::Full => self.open = false,
        }
    }
}

#[cfg(test)]
mod tests {
    use conductor_engine::attempt::Usage;

    use super::*;

    fn of(events: Vec<AgentEvent>) -> String {
        let mut words = Words::default();
        events.into_iter().for_each(|event| words.hear(event));
        if words.said { words.message } else { words.printed }
    }

    fn part(text: &str) -> AgentEvent {
        AgentEvent::Message { text: text.into(), part: true }
    }

    fn line(text: &str) -> AgentEvent {
        AgentEvent::Output { stream: Stream::Stdout, line: text.into() }
    }

    #[test]
    fn figures_and_noise_in_the_middle_of_an_answer_do_not_cut_it() {
        let usage = AgentEvent::Usage { usage: Usage::default() };
        let raw = AgentEvent::Raw { name: "late".into(), text: String::new() };
        let thought = AgentEvent::Thought { text: "hm".into(), part: false };
        let all = vec![part("I look."), thought, part("{\"a\":"), usage, raw, line("noise"), part(" 1}")];
        assert_eq!(of(all), "{\"a\": 1}");
    }

    #[test]
    fn what_is_printed_counts_where_nothing_is_said() {
        assert_eq!(of(vec![line("{"), line("}")]), "{\n}\n");
        assert_eq!(of(vec![line("{"), part("said"), line("}")]), "said");
    }
}
