//! What an agent can say, parsed once: the calls of its tools, and the line in which one travels.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

use super::ids::{CallId, DeskToken};

/// A line that is longer is no call, in bytes.
pub(super) const MOST_LINE: usize = 64 * 1024;

/// One text of a call may have so many bytes: it goes into the journal and before people's eyes.
pub(super) const MOST_TEXT: usize = 16 * 1024;

/// The answers that a question may offer, and the bytes of each.
const MOST_OPTIONS: usize = 20;
const MOST_OPTION: usize = 1024;

/// The bytes of the id of a task.
const MOST_ID: usize = 100;

/// The form of the lines. Bridge and driver are the same program, but it may have been replaced in between.
pub(super) const VERSION: u64 = 1;

/// What an agent says with one of its tools. None of these can finish a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// It wants to read its task.
    Task,
    /// It wants to read about the tasks around its own, or one of them.
    Related {
        /// The id as people write it; all of them when it is not given.
        id: Option<String>,
    },
    /// It needs an answer from a person.
    Ask {
        /// The question.
        question: String,
        /// Answers to choose from; may be empty.
        options: Vec<String>,
    },
    /// It cannot go on.
    Block {
        /// What is in its way.
        reason: String,
    },
    /// It says how far it is.
    Progress {
        /// What it is at.
        text: String,
        /// From 0 to 100.
        percent: Option<u8>,
    },
    /// It wants something to be kept for those who come after it.
    Note {
        /// The note.
        text: String,
    },
    /// It thinks that its work is ready to be checked.
    Submit {
        /// What it did.
        summary: String,
    },
}

/// The tool that a call is made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    /// Reads the task.
    Task,
    /// Reads about related tasks.
    Related,
    /// Asks a person.
    Ask,
    /// Says that it cannot go on.
    Block,
    /// Says how far it is.
    Progress,
    /// Leaves a note.
    Note,
    /// Says that the work is ready to be checked.
    Submit,
}

impl Tool {
    /// All tools, in the order in which an agent sees them.
    pub const ALL: [Self; 7] =
        [Self::Task, Self::Related, Self::Ask, Self::Block, Self::Progress, Self::Note, Self::Submit];

    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Related => "related",
            Self::Ask => "ask",
            Self::Block => "block",
            Self::Progress => "progress",
            Self::Note => "note",
            Self::Submit => "submit",
        }
    }

    /// The tool of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.name() == name)
    }
}

impl Call {
    /// The tool that it is made with.
    pub const fn tool(&self) -> Tool {
        match self {
            Self::Task => Tool::Task,
            Self::Related { .. } => Tool::Related,
            Self::Ask { .. } => Tool::Ask,
            Self::Block { .. } => Tool::Block,
            Self::Progress { .. } => Tool::Progress,
            Self::Note { .. } => Tool::Note,
            Self::Submit { .. } => Tool::Submit,
        }
    }

    /// A call from the name of a tool and its arguments. Arguments that the tool does not know are passed over,
    /// since models like to add some.
    ///
    /// # Errors
    /// When there is no such tool, or an argument is missing, of another type or too long. The message is for
    /// the agent.
    pub fn parse(tool: &str, arguments: &Map<String, Value>) -> Result<Self, CallFault> {
        let tool = Tool::of_name(tool).ok_or(CallFault::Tool)?;
        Ok(match tool {
            Tool::Task => Self::Task,
            Tool::Related => Self::Related { id: optional(arguments, "id", MOST_ID)? },
            Tool::Ask => Self::Ask { question: text(arguments, "question")?, options: options(arguments)? },
            Tool::Block => Self::Block { reason: text(arguments, "reason")? },
            Tool::Progress => Self::Progress { text: text(arguments, "text")?, percent: percent(arguments)? },
            Tool::Note => Self::Note { text: text(arguments, "text")? },
            Tool::Submit => Self::Submit { summary: text(arguments, "summary")? },
        })
    }
}

/// A call on its way, with what is needed to answer it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Which call.
    pub id: CallId,
    /// Whose call; not compared with anything yet.
    pub token: DeskToken,
    /// What is said.
    pub call: Call,
}

/// Why a line is no call.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CallFault {
    /// It is too long.
    #[error("the call is longer than {MOST_LINE} bytes; say it in fewer words")]
    Long,
    /// It is not JSON of the right form.
    #[error("the line is not a call")]
    Garbage,
    /// It was written by another version of this program.
    #[error("the call has the form {found}; this program reads {VERSION}")]
    Version {
        /// Its form.
        found: u64,
    },
    /// There is no such tool.
    #[error("there is no such tool; there are task, related, ask, block, progress, note and submit")]
    Tool,
    /// An argument is missing or empty.
    #[error("`{name}` is needed, as a text that is not empty")]
    Missing {
        /// The argument.
        name: &'static str,
    },
    /// An argument has another type.
    #[error("`{name}` is to be {expected}")]
    Type {
        /// The argument.
        name: &'static str,
        /// What it is to be.
        expected: &'static str,
    },
    /// A text is too long.
    #[error("`{name}` is longer than {most} bytes; say it in fewer words")]
    TooLong {
        /// The argument.
        name: &'static str,
        /// The most bytes.
        most: usize,
    },
    /// Too many answers to choose from.
    #[error("more than {MOST_OPTIONS} options; offer fewer")]
    TooManyOptions,
}

/// Reads one line, without its end mark. Any bytes are allowed.
///
/// # Errors
/// When it is not a call.
pub fn parse_call(line: &[u8]) -> Result<Envelope, CallFault> {
    let Sealed { id, token, tool, arguments } = Sealed::read(line)?;
    Ok(Envelope { id, token, call: Call::parse(&tool, &arguments)? })
}

/// A call of which it is known whose it is, but not yet what it says: enough to refuse it.
#[derive(Debug)]
pub(super) struct Sealed {
    pub(super) id: CallId,
    pub(super) token: DeskToken,
    pub(super) tool: String,
    pub(super) arguments: Map<String, Value>,
}

/// The line as it is written. Fields that are not known are passed over.
#[derive(Serialize, Deserialize)]
struct Line {
    v: u64,
    id: String,
    token: String,
    call: Said,
}

#[derive(Serialize, Deserialize)]
struct Said {
    tool: String,
    #[serde(default)]
    arguments: Map<String, Value>,
}

impl Sealed {
    pub(super) fn read(line: &[u8]) -> Result<Self, CallFault> {
        /// What every version of a line has.
        #[derive(Deserialize)]
        struct Versioned {
            v: u64,
        }
        if line.len() > MOST_LINE {
            return Err(CallFault::Long);
        }
        let Versioned { v } = serde_json::from_slice(line).map_err(|_| CallFault::Garbage)?;
        if v != VERSION {
            return Err(CallFault::Version { found: v });
        }
        let Line { id, token, call, .. } = serde_json::from_slice(line).map_err(|_| CallFault::Garbage)?;
        Ok(Self {
            id: id.parse().map_err(|_| CallFault::Garbage)?,
            token: token.parse().map_err(|_| CallFault::Garbage)?,
            tool: call.tool,
            arguments: call.arguments,
        })
    }

    /// The line, with its end mark.
    ///
    /// # Errors
    /// When it is too long.
    pub(super) fn line(self) -> Result<Vec<u8>, CallFault> {
        let line = Line {
            v: VERSION,
            id: self.id.to_string(),
            token: self.token.secret().to_owned(),
            call: Said { tool: self.tool, arguments: self.arguments },
        };
        // JSON has no bare line ends, so that one line is one call.
        let mut bytes = serde_json::to_vec(&line).map_err(|_| CallFault::Garbage)?;
        if bytes.len() > MOST_LINE {
            return Err(CallFault::Long);
        }
        bytes.push(b'\n');
        Ok(bytes)
    }
}

fn text(arguments: &Map<String, Value>, name: &'static str) -> Result<String, CallFault> {
    optional(arguments, name, MOST_TEXT)?.ok_or(CallFault::Missing { name })
}

/// A text without blanks around it; none when it is not given, null or empty.
fn optional(
    arguments: &Map<String, Value>,
    name: &'static str,
    most: usize,
) -> Result<Option<String>, CallFault> {
    match arguments.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.len() > most => Err(CallFault::TooLong { name, most }),
        Some(Value::String(text)) => {
            let text = text.trim();
            Ok((!text.is_empty()).then(|| text.to_owned()))
        }
        Some(_) => Err(CallFault::Type { name, expected: "a text" }),
    }
}

fn options(arguments: &Map<String, Value>) -> Result<Vec<String>, CallFault> {
    let name = "options";
    let all = match arguments.get(name) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(all)) => all,
        Some(_) => return Err(CallFault::Type { name, expected: "a list of texts" }),
    };
    if all.len() > MOST_OPTIONS {
        return Err(CallFault::TooManyOptions);
    }
    let mut options = Vec::new();
    for option in all {
        let option = option.as_str().ok_or(CallFault::Type { name, expected: "a list of texts" })?;
        if option.len() > MOST_OPTION {
            return Err(CallFault::TooLong { name, most: MOST_OPTION });
        }
        options.push(option.trim().to_owned());
    }
    options.retain(|option| !option.is_empty());
    Ok(options)
}

/// Models write 40 and 40.0 and mean the same.
fn percent(arguments: &Map<String, Value>) -> Result<Option<u8>, CallFault> {
    let fault = CallFault::Type { name: "percent", expected: "a number from 0 to 100" };
    match arguments.get("percent") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => {
            let value = number.as_f64().filter(|p| (0.0..=100.0).contains(p)).ok_or(fault.clone())?;
            format!("{value:.0}").parse().map(Some).map_err(|_| fault)
        }
        Some(_) => Err(fault),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn parse(tool: &str, arguments: Value) -> Result<Call, String> {
        let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
        Call::parse(tool, &arguments).map_err(|fault| fault.to_string())
    }

    #[test]
    fn arguments_become_calls() {
        let ask = |options: &[&str]| Call::Ask {
            question: "A or B?".into(),
            options: options.iter().map(|option| (*option).to_owned()).collect(),
        };
        let progress = |percent| Call::Progress { text: "half".into(), percent };
        let cases = [
            ("task", json!({"whatever": 1}), Call::Task),
            ("related", json!({}), Call::Related { id: None }),
            ("related", json!({"id": " TASK-001 "}), Call::Related { id: Some("TASK-001".into()) }),
            ("ask", json!({"question": "A or B?"}), ask(&[])),
            ("ask", json!({"question": " A or B? ", "options": ["A", " ", "B"]}), ask(&["A", "B"])),
            ("ask", json!({"question": "A or B?", "options": null}), ask(&[])),
            ("block", json!({"reason": "no key"}), Call::Block { reason: "no key".into() }),
            ("progress", json!({"text": "half"}), progress(None)),
            ("progress", json!({"text": "half", "percent": 50}), progress(Some(50))),
            ("progress", json!({"text": "half", "percent": 50.0}), progress(Some(50))),
            ("note", json!({"text": "x"}), Call::Note { text: "x".into() }),
            ("submit", json!({"summary": "did it"}), Call::Submit { summary: "did it".into() }),
        ];
        for (tool, arguments, expected) in cases {
            assert_eq!(expected.tool().name(), tool);
            assert_eq!(parse(tool, arguments.clone()), Ok(expected), "{tool} {arguments}");
        }
    }

    #[test]
    fn other_arguments_are_refused_in_words_for_the_agent() {
        let long = "x".repeat(MOST_TEXT + 1);
        let cases = [
            ("related", json!({"id": 1}), "`id` is to be a text"),
            (
                "related",
                json!({"id": "T".repeat(101)}),
                "`id` is longer than 100 bytes; say it in fewer words",
            ),
            ("ask", json!({"question": "q", "options": "A"}), "`options` is to be a list of texts"),
            ("ask", json!({"question": "q", "options": [1]}), "`options` is to be a list of texts"),
            ("ask", json!({"question": "q", "options": vec!["A"; 21]}), "more than 20 options; offer fewer"),
            ("ask", json!({"question": " "}), "`question` is needed, as a text that is not empty"),
            ("block", json!({}), "`reason` is needed, as a text that is not empty"),
            ("progress", json!({"text": "t", "percent": 101}), "`percent` is to be a number from 0 to 100"),
            ("progress", json!({"text": "t", "percent": "50"}), "`percent` is to be a number from 0 to 100"),
            ("note", json!({"text": long}), "`text` is longer than 16384 bytes; say it in fewer words"),
            (
                "done",
                json!({}),
                "there is no such tool; there are task, related, ask, block, progress, note and submit",
            ),
        ];
        for (tool, arguments, expected) in cases {
            assert_eq!(parse(tool, arguments.clone()), Err(expected.to_owned()), "{tool} {arguments}");
        }
    }

    #[test]
    fn a_line_is_read_as_it_was_written_and_nothing_else_is_a_call() {
        let id = "0123456789abcdef0123456789abcdef";
        let line = |v: u64, id: &str, call: Value| {
            json!({"v": v, "id": id, "token": id, "call": call, "more": true}).to_string()
        };
        let note = json!({"tool": "note", "arguments": {"text": "x"}});
        let envelope = parse_call(line(1, id, note.clone()).as_bytes()).unwrap();
        assert_eq!(envelope.call, Call::Note { text: "x".into() });
        assert_eq!(envelope.id.to_string(), id);
        let cases = [
            (String::new(), CallFault::Garbage),
            ("[]".to_owned(), CallFault::Garbage),
            (line(2, id, note.clone()), CallFault::Version { found: 2 }),
            (line(1, "../../etc/passwd", note.clone()), CallFault::Garbage),
            (line(1, "0123456789ABCDEF0123456789ABCDEF", note), CallFault::Garbage),
            (line(1, id, json!({"tool": "done"})), CallFault::Tool),
            (line(1, id, json!({"tool": "note"})), CallFault::Missing { name: "text" }),
            (line(1, id, json!({"tool": "note", "arguments": []})), CallFault::Garbage),
            (line(1, id, json!({"tool": "x".repeat(MOST_LINE)})), CallFault::Long),
            ("[".repeat(10_000), CallFault::Garbage),
        ];
        for (line, fault) in cases {
            assert_eq!(parse_call(line.as_bytes()), Err(fault), "{line:.200}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in any::<Vec<u8>>()) {
            let _whatever = parse_call(&bytes);
        }

        #[test]
        fn what_is_written_is_one_line_and_is_read_back(tool in ".*", text in any::<String>()) {
            let id: CallId = "0123456789abcdef0123456789abcdef".parse().unwrap();
            let token: DeskToken = "0123456789abcdef0123456789abcdef".parse().unwrap();
            let Value::Object(arguments) = json!({"text": text}) else { unreachable!() };
            let sealed = Sealed { id, token, tool: tool.clone(), arguments: arguments.clone() };
            let line = sealed.line().unwrap();
            let (end, rest) = line.split_last().unwrap();
            prop_assert_eq!(*end, b'\n');
            prop_assert!(!rest.contains(&b'\n'));
            let read = Sealed::read(rest).unwrap();
            prop_assert_eq!((read.tool, read.arguments), (tool, arguments));
        }
    }
}
