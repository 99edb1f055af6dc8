//! What an agent is told in return: the form of a reply, and its words where they are always the same.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::call::{Call, Tool};

/// A reply that is longer is replaced by a refusal, in bytes.
pub(super) const MOST_REPLY: usize = 256 * 1024;

/// To a question or an obstacle that waits for a person.
pub const HELD: &str = "Conductor keeps this for a person, who will answer later. You cannot wait for the answer: \
    end your turn now and leave the files as they are. Your work is kept, and you are started again with the answer.";

/// To a summary. Nothing is done by it.
pub const NOTED: &str = "Conductor has noted your summary. It does not make the task done: when your turn has ended, \
    Conductor checks the work itself. If all that the task asks for is there, end your turn now.";

/// To a note and to news of progress.
pub const KEPT: &str = "Noted. Go on with the task.";

/// To a call that is one too many.
pub(super) const TOO_MANY: &str = "this attempt has called too often; Conductor hears no more of it. Go on with the task without these tools";

/// To a call with the token of another attempt.
pub(super) const WRONG_TOKEN: &str = "this is not the token of the attempt that is under way";

/// What the driver answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// In words.
    Text(String),
    /// Facts.
    Json(Value),
    /// Not done.
    Refused {
        /// Why, and what to do instead.
        why: String,
    },
}

impl Reply {
    /// In words that are always the same.
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// A refusal.
    pub fn refused(why: impl Into<String>) -> Self {
        Self::Refused { why: why.into() }
    }

    /// What an attempt replies that has nothing special to say. `None` for calls that only it can answer.
    pub fn usual(call: &Call) -> Option<Self> {
        match call.tool() {
            Tool::Task | Tool::Related => None,
            Tool::Ask | Tool::Block => Some(Self::text(HELD)),
            Tool::Progress | Tool::Note => Some(Self::text(KEPT)),
            Tool::Submit => Some(Self::text(NOTED)),
        }
    }

    /// As it is written for the bridge, never longer than it reads.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        if (1..=MOST_REPLY).contains(&bytes.len()) {
            return bytes;
        }
        let refused = Self::refused("the answer is too long to be sent; ask for less");
        serde_json::to_vec(&refused).unwrap_or_default()
    }
}

/// What the agent is told when nobody replied in time. The call stands in the file: what it says is not lost.
pub(super) fn unanswered(tool: Tool) -> Reply {
    match tool {
        Tool::Task | Tool::Related => Reply::refused(
            "Conductor did not answer in time. Go on with what you were told at the beginning, or try once more",
        ),
        Tool::Ask | Tool::Block => Reply::text(
            "Your message is kept, and a person will see it. Nobody could answer it now: end your turn now and \
             leave the files as they are.",
        ),
        Tool::Progress | Tool::Note => Reply::text("Your message is kept. Go on with the task."),
        Tool::Submit => Reply::text(
            "Your summary is kept. It does not make the task done: when your turn has ended, Conductor checks the \
             work itself.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reply_is_read_as_it_was_written_unless_it_is_too_long() {
        for reply in [
            Reply::text("line\nline"),
            Reply::Json(json!({"id": "TASK-001", "tasks": [1, null]})),
            Reply::refused("no"),
        ] {
            assert_eq!(serde_json::from_slice::<Reply>(&reply.bytes()).unwrap(), reply);
        }
        let long = Reply::Text("x".repeat(MOST_REPLY)).bytes();
        let read: Reply = serde_json::from_slice(&long).unwrap();
        assert_eq!(read, Reply::refused("the answer is too long to be sent; ask for less"));
    }

    #[test]
    fn no_words_promise_that_a_task_is_done() {
        for words in [HELD, NOTED, KEPT] {
            assert!(!words.contains("is done") && !words.contains("accepted"), "{words}");
        }
        assert!(NOTED.contains("does not make the task done"));
    }
}
