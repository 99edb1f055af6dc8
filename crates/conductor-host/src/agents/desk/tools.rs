//! The tools as an agent sees them: what each is for, and when to use it.

use serde_json::{Map, Value, json};

use super::call::Tool;

/// What the agent is told of the server as a whole.
pub(super) const INSTRUCTIONS: &str = "Tools of Conductor, which gave you this task and checks your work when your \
    turn ends. Use `ask` or `block` when you cannot decide or go on by yourself, then end your turn. None of these \
    tools makes a task done.";

/// A tool's title, for people.
pub(super) const fn title(tool: Tool) -> &'static str {
    match tool {
        Tool::Task => "Read the task",
        Tool::Related => "Read about related tasks",
        Tool::Ask => "Ask a person",
        Tool::Block => "Say what is in the way",
        Tool::Progress => "Say how far it is",
        Tool::Note => "Leave a note",
        Tool::Submit => "Hand the work over to be checked",
    }
}

/// When to use a tool, and what it does.
pub(super) const fn description(tool: Tool) -> &'static str {
    match tool {
        Tool::Task => {
            "Returns your task as it is now: title, description, acceptance criteria, files, and why an earlier \
             attempt was not accepted. Use it when you are unsure what exactly is asked."
        }
        Tool::Related => {
            "Returns the tasks around yours: what contains it, what it depends on and what was done there, what \
             depends on it, and its siblings. With `id`, returns one of them with its description. Use it before you \
             decide something that a neighbouring task may rely on. It only reads."
        }
        Tool::Ask => {
            "Asks a person. Use it when the task leaves open something that you cannot find out in the repository and \
             that would be costly to guess wrong. Ask one question, with all that is needed to answer it, and the \
             options that you see. If the reply is no answer, end your turn: you are started again with the answer, \
             and your files are kept."
        }
        Tool::Block => {
            "Says that you cannot go on, and why: a missing tool, access, or something that must be changed outside of \
             this repository. Not for questions (use `ask`) and not for tests that you can repair. End your turn after \
             it; your files are kept."
        }
        Tool::Progress => {
            "Tells people who watch what you are at. Use it a few times in long work, when a part is finished. It \
             changes nothing."
        }
        Tool::Note => {
            "Leaves a note for people and for whoever works on the tasks after yours: a decision and its reason, a trap, \
             something that you saw but did not change. It changes nothing."
        }
        Tool::Submit => {
            "Says what you did, when you believe that all that the task asks for is there. It makes nothing done: when \
             your turn ends Conductor runs its own checks on your files and decides. Use it once, at the end, then end \
             your turn."
        }
    }
}

/// Whether a tool only reads.
pub(super) const fn only_reads(tool: Tool) -> bool {
    match tool {
        Tool::Task | Tool::Related => true,
        Tool::Ask | Tool::Block | Tool::Progress | Tool::Note | Tool::Submit => false,
    }
}

/// The arguments of a tool as a JSON Schema, with nothing in it that some agent's model would not take.
pub(super) fn schema(tool: Tool) -> Map<String, Value> {
    let text = |what: &str| json!({"type": "string", "description": what});
    let (properties, required) = match tool {
        Tool::Task => (json!({}), vec![]),
        Tool::Related => (
            json!({"id": text("The id of one related task, for example TASK-001. Leave it out to see all.")}),
            vec![],
        ),
        Tool::Ask => (
            json!({
                "question": text("The question, understandable without having seen your work. At most 16 KiB."),
                "options": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "Answers to choose from, the one that you would take first. At most 20."
                }
            }),
            vec!["question"],
        ),
        Tool::Block => (
            json!({"reason": text("What is in your way, and what would remove it. At most 16 KiB.")}),
            vec!["reason"],
        ),
        Tool::Progress => (
            json!({
                "text": text("One line about what is finished and what comes next."),
                "percent": {"type": "integer", "description": "How much of the task is done, from 0 to 100."}
            }),
            vec!["text"],
        ),
        Tool::Note => (json!({"text": text("The note. At most 16 KiB.")}), vec!["text"]),
        Tool::Submit => (
            json!({"summary": text("What you changed and why, what you checked, and what is left open. At most 16 KiB.")}),
            vec!["summary"],
        ),
    };
    Map::from_iter([
        ("type".to_owned(), Value::from("object")),
        ("properties".to_owned(), properties),
        ("required".to_owned(), Value::from(required)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agents::desk::Call;

    #[test]
    fn a_call_with_all_that_a_schema_requires_is_taken_and_one_without_it_is_not() {
        for tool in Tool::ALL {
            let schema = schema(tool);
            let required: Vec<&str> =
                schema["required"].as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect();
            let full: Map<String, Value> =
                required.iter().map(|name| ((*name).to_owned(), Value::from("x"))).collect();
            assert!(Call::parse(tool.name(), &full).is_ok(), "{tool:?}");
            assert_eq!(Call::parse(tool.name(), &Map::new()).is_err(), !required.is_empty(), "{tool:?}");
            assert!(required.iter().all(|name| schema["properties"].get(*name).is_some()), "{tool:?}");
        }
    }

    #[test]
    fn the_words_say_that_nothing_is_done_by_a_tool() {
        assert!(INSTRUCTIONS.contains("None of these tools makes a task done"));
        assert!(description(Tool::Submit).contains("It makes nothing done"));
    }
}
