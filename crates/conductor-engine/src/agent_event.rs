//! What an agent says and does, in one vocabulary for all agents. Adapters translate into it and add nothing; what
//! watches an agent (transcripts, logs, detectors) knows only this.
//!
//! Text is what the agent sent: data, bounded by whoever made the event, never escaped here.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::attempt::Usage;
use crate::detect::Verdict;

/// The version of the vocabulary. Kinds are added, and fields that may be absent; what is there keeps its meaning.
pub const VERSION: u32 = 3;

/// Something that an agent said or did, or that was done for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum AgentEvent {
    /// The attempt began.
    Started {
        /// Who makes it, with the word "replay" when it is one.
        agent: String,
        /// Whether a recording is played back.
        replay: bool,
        /// The run.
        run: String,
        /// Which attempt of the run, from 1.
        attempt: u32,
    },
    /// The agent's own session is known.
    Session {
        /// Its name, by which it can be resumed.
        id: String,
        /// Whether it is one of before that goes on.
        #[serde(default)]
        resumed: bool,
        /// The model, where the agent tells it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model: Option<String>,
        /// What it may do without asking, in the agent's own word.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mode: Option<String>,
    },
    /// A prompt was sent.
    Prompted {
        /// Which turn of the attempt begins, from 1.
        turn: u32,
        /// The prompt's length in characters; its text is in a file beside the transcript.
        characters: u64,
    },
    /// The agent said something.
    Message {
        /// Its words.
        text: String,
        /// Whether it goes on with the message before it, where nothing came in between.
        #[serde(default, skip_serializing_if = "is_false")]
        part: bool,
    },
    /// The agent told what it thinks.
    Thought {
        /// Its words.
        text: String,
        /// As in a message.
        #[serde(default, skip_serializing_if = "is_false")]
        part: bool,
    },
    /// What the agent means to do, anew each time.
    Plan {
        /// Its steps, in order.
        steps: Vec<PlanStep>,
    },
    /// A use of a tool: news of one that is known by its id, or of a new one.
    Tool(ToolNews),
    /// The agent asked whether it may do something.
    Permission {
        /// What it wants to do.
        title: String,
        /// The kind of tool.
        tool: ToolKind,
        /// The tool call that it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        call: Option<String>,
        /// What was answered.
        answer: Permit,
        /// Why.
        why: String,
    },
    /// It asks a person.
    Question {
        /// The question.
        text: String,
        /// Answers that it offers.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        options: Vec<String>,
    },
    /// A question was answered while the agent was there.
    Answer {
        /// The answer, with what it is taken from.
        text: String,
    },
    /// It cannot go on without something.
    Blocker {
        /// What is missing.
        text: String,
    },
    /// How far it says that it is.
    Progress {
        /// In its words.
        text: String,
        /// In percent, if it said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        percent: Option<u8>,
    },
    /// Something that it wants to be remembered.
    Note {
        /// Its words.
        text: String,
    },
    /// It says that it is done. A claim.
    Submitted {
        /// What it says of its work.
        summary: String,
    },
    /// What the attempt used so far: a sum, not an addition.
    Usage {
        /// The numbers as far as they are known.
        usage: Usage,
    },
    /// The provider lets nothing through for now.
    Limit {
        /// Until when, if it says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        /// Its words.
        text: String,
    },
    /// The agent met an error of its provider and tries again by itself.
    Retry {
        /// The HTTP status, if it says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// After how many milliseconds, if it says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        delay_ms: Option<u64>,
        /// Its words.
        text: String,
    },
    /// Something went wrong, by the agent's own word.
    Error {
        /// Its words.
        text: String,
    },
    /// A line of its program's output that is plain text.
    Output {
        /// Which stream.
        stream: Stream,
        /// The line without its end.
        line: String,
    },
    /// Something that could not be understood, and was passed over.
    Finding {
        /// What is wrong with it.
        what: String,
        /// The beginning of it.
        line: String,
    },
    /// Something of the agent's that this vocabulary has no word for.
    Raw {
        /// Its own name for it.
        name: String,
        /// As it came, cut when long.
        text: String,
    },
    /// A detector found that it goes nowhere.
    Verdict {
        /// What was found, and why.
        verdict: Verdict,
        /// What was done about it: it was told, or the attempt was ended.
        told: bool,
    },
    /// The attempt is over.
    End {
        /// How, in a word or a sentence.
        outcome: String,
    },
    /// The file is full: what follows is left out, but for starts, questions, usage and ends.
    Full,
}

/// A step of an agent's plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanStep {
    /// What is to be done.
    pub text: String,
    /// Where it stands.
    pub status: StepStatus,
}

/// Where a step of a plan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepStatus {
    /// Not begun.
    Pending,
    /// Under way.
    Active,
    /// Done.
    Done,
}

/// What is new about a use of a tool. What is absent is as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolNews {
    /// The agent's name for this use.
    pub id: String,
    /// What it does, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What kind of tool it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<ToolKind>,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ToolStatus>,
    /// What it was given, cut when long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// What it gave, cut when long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// Files that it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
    /// Whether it is told again from a session of before, and nothing happens now.
    #[serde(default, skip_serializing_if = "is_false")]
    pub past: bool,
}

/// What kind of thing a tool does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ToolKind {
    /// Reads files.
    Read,
    /// Writes files.
    Edit,
    /// Deletes files.
    Delete,
    /// Moves files.
    Move,
    /// Looks for something.
    Search,
    /// Runs a command.
    Execute,
    /// Only thinks or plans.
    Think,
    /// Fetches something from a network.
    Fetch,
    /// Changes what the agent itself may do.
    SwitchMode,
    /// A tool of Conductor's own.
    Conductor,
    /// Anything else, or not known.
    #[default]
    Other,
}

/// Where a use of a tool stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ToolStatus {
    /// Announced, or waits to be allowed.
    Pending,
    /// Under way.
    Running,
    /// Done.
    Done,
    /// Failed.
    Failed,
    /// Not allowed.
    Refused,
}

impl ToolStatus {
    /// Whether it may still do something.
    pub fn is_open(self) -> bool {
        match self {
            Self::Pending | Self::Running => true,
            Self::Done | Self::Failed | Self::Refused => false,
        }
    }
}

/// What was answered to a request for permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Permit {
    /// It may, this time.
    Allowed,
    /// It may not.
    Refused,
    /// The turn is being ended.
    Cancelled,
}

/// An output stream of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

/// The most characters of last words that are kept.
const MOST_WORDS: usize = 64 * 1024;

/// What the events of an attempt come to: a pure fold. Memory is bounded, whatever the agent does.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Heard {
    words: String,
    in_message: bool,
    open: BTreeSet<String>,
    refused: Option<String>,
    /// Uses of tools that ended well.
    pub tools_done: u64,
    /// What was used so far.
    pub usage: Usage,
    /// The agent's own session.
    pub session: Option<String>,
    /// What it said when it submitted its work.
    pub submitted: Option<String>,
    question: Option<String>,
    /// The last error that it told of, if nothing came after it.
    pub error: Option<String>,
}

/// No agent has more tools under way than this; an agent that claims to is lying or broken.
const MOST_OPEN: usize = 1000;

impl Heard {
    /// Takes an event in.
    pub fn hear(&mut self, event: &AgentEvent) {
        let in_message = std::mem::take(&mut self.in_message);
        match event {
            AgentEvent::Message { text, part } => {
                self.error = None;
                if !(*part && in_message) {
                    self.words.clear();
                }
                self.in_message = true;
                self.words.push_str(text);
                self.bound_words();
            }
            AgentEvent::Tool(news) if !news.past => self.tool(news),
            AgentEvent::Permission { title, answer: Permit::Refused, .. } => {
                self.refused = Some(title.clone());
            }
            AgentEvent::Usage { usage } => {
                self.usage = usage.clone();
                self.in_message = in_message;
            }
            AgentEvent::Session { id, .. } => self.session = Some(id.clone()),
            AgentEvent::Submitted { summary } => self.submitted = Some(summary.clone()),
            AgentEvent::Question { text, .. } => self.question = Some(text.clone()),
            AgentEvent::Error { text } => self.error = Some(text.clone()),
            AgentEvent::Prompted { .. } => {
                self.words.clear();
                self.refused = None;
                self.question = None;
                self.error = None;
                self.open.clear();
            }
            AgentEvent::Started { .. }
            | AgentEvent::Thought { .. }
            | AgentEvent::Plan { .. }
            | AgentEvent::Tool(_)
            | AgentEvent::Permission { .. }
            | AgentEvent::Answer { .. }
            | AgentEvent::Blocker { .. }
            | AgentEvent::Progress { .. }
            | AgentEvent::Note { .. }
            | AgentEvent::Limit { .. }
            | AgentEvent::Retry { .. }
            | AgentEvent::Verdict { .. }
            | AgentEvent::End { .. }
            | AgentEvent::Full => {}
            // Neither speaks for the agent, nor ends what it says.
            AgentEvent::Output { .. } | AgentEvent::Finding { .. } | AgentEvent::Raw { .. } => {
                self.in_message = in_message;
            }
        }
    }

    fn tool(&mut self, news: &ToolNews) {
        self.error = None;
        match news.status {
            Some(status) if status.is_open() => {
                let first = news.id.clone();
                let _known_or_taken = self.open.len() < MOST_OPEN && self.open.insert(first);
            }
            Some(ToolStatus::Refused) => {
                self.open.remove(&news.id);
                self.refused = Some(news.title.clone().unwrap_or_else(|| news.id.clone()));
            }
            Some(ToolStatus::Done) => {
                self.open.remove(&news.id);
                self.tools_done += 1;
                // What Conductor's own tools do is no way around a refusal.
                if news.tool != Some(ToolKind::Conductor) {
                    self.refused = None;
                }
            }
            Some(_) => {
                self.open.remove(&news.id);
            }
            None => {}
        }
    }

    fn bound_words(&mut self) {
        if self.words.len() > 2 * MOST_WORDS {
            let mut from = self.words.len() - MOST_WORDS;
            while !self.words.is_char_boundary(from) {
                from += 1;
            }
            self.words.drain(..from);
        }
    }

    /// The last message since the last prompt; its end, when it is long.
    pub fn last_words(&self) -> &str {
        self.words.trim()
    }

    /// Whether a tool is under way.
    pub fn is_in_tool(&self) -> bool {
        !self.open.is_empty()
    }

    /// Whether it asked this since the last prompt; the answers that it offers may stand behind it.
    pub fn has_asked(&self, question: &str) -> bool {
        self.question.as_ref().is_some_and(|asked| question.starts_with(asked.as_str()))
    }

    /// The same for whom it does not matter what was refused, since only words count.
    #[must_use]
    pub fn forgiven(self) -> Self {
        Self { refused: None, ..self }
    }

    /// What was refused, if no tool has done anything since.
    pub fn refused(&self) -> Option<&str> {
        self.refused.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(text: &str) -> AgentEvent {
        AgentEvent::Message { text: text.into(), part: true }
    }

    fn tool(id: &str, status: ToolStatus) -> AgentEvent {
        AgentEvent::Tool(ToolNews { id: id.into(), status: Some(status), ..ToolNews::default() })
    }

    fn heard(events: &[AgentEvent]) -> Heard {
        let mut heard = Heard::default();
        events.iter().for_each(|event| heard.hear(event));
        heard
    }

    #[test]
    fn the_last_words_are_the_message_after_the_last_tool() {
        let usage = AgentEvent::Usage { usage: Usage::default() };
        let all = [part("I"), part(" look"), tool("1", ToolStatus::Done), part("Do"), usage, part("ne.")];
        assert_eq!(heard(&all).last_words(), "Done.");
        let whole = AgentEvent::Message { text: "All.".into(), part: false };
        assert_eq!(heard(&[part("a"), whole.clone()]).last_words(), "All.");
        assert_eq!(heard(&[whole.clone(), part("b")]).last_words(), "All.b");
        assert_eq!(heard(&[whole, AgentEvent::Prompted { turn: 2, characters: 1 }]).last_words(), "");
    }

    #[test]
    fn a_refusal_stands_until_a_tool_does_something() {
        let refused = AgentEvent::Permission {
            title: "rm".into(),
            tool: ToolKind::Execute,
            call: None,
            answer: Permit::Refused,
            why: "policy".into(),
        };
        assert_eq!(heard(&[refused.clone(), part("I stop.")]).refused(), Some("rm"));
        assert_eq!(heard(&[refused.clone(), tool("2", ToolStatus::Failed)]).refused(), Some("rm"));
        assert_eq!(heard(&[refused.clone(), tool("2", ToolStatus::Done)]).refused(), None);
        let own = ToolNews {
            id: "3".into(),
            tool: Some(ToolKind::Conductor),
            status: Some(ToolStatus::Done),
            ..ToolNews::default()
        };
        let all = heard(&[refused, AgentEvent::Tool(own), part("Here it is.")]);
        assert_eq!(all.refused(), Some("rm"));
        assert_eq!((all.clone().forgiven().refused(), all.last_words()), (None, "Here it is."));
    }

    #[test]
    fn a_question_is_of_the_turn_in_which_it_was_asked() {
        let asks = AgentEvent::Question { text: "Which?".into(), options: vec!["a".into()] };
        let prompt = AgentEvent::Prompted { turn: 2, characters: 1 };
        assert!(heard(std::slice::from_ref(&asks)).has_asked("Which? (a | b)"));
        assert!(!heard(std::slice::from_ref(&asks)).has_asked("Why?"));
        assert!(!heard(&[asks, prompt]).has_asked("Which?"));
    }

    #[test]
    fn open_tools_are_counted_once_and_past_ones_not_at_all() {
        use ToolStatus::{Done, Pending, Running};
        let all = [tool("1", Pending), tool("1", Running), tool("2", Running), tool("1", Done)];
        assert!(heard(&all).is_in_tool());
        assert!(!heard(&[&all[..], &[tool("2", Done)]].concat()).is_in_tool());
        let past = ToolNews { id: "3".into(), status: Some(Running), past: true, ..ToolNews::default() };
        assert!(!heard(&[AgentEvent::Tool(past)]).is_in_tool());
    }

    #[test]
    fn memory_is_bounded() {
        let mut heard = Heard::default();
        for n in 0..5000_u32 {
            heard.hear(&part(&"é".repeat(100)));
            heard.hear(&tool(&n.to_string(), ToolStatus::Running));
            heard.hear(&part(&"x".repeat(300)));
        }
        let mut long = Heard::default();
        (0..5000).for_each(|_| long.hear(&part(&"é".repeat(100))));
        assert!(long.words.len() <= 2 * MOST_WORDS && heard.open.len() <= MOST_OPEN);
    }
}
