//! What the model does in each case: testkit's usual cases, and some by which more can be seen.

use std::sync::Arc;

use serde_json::json;
use testkit::model::planning::{Respond, Shape, answer};
use testkit::model::{Answer, Call, Case, Does, Script, Step};

/// What the model says before it asks, by which a conversation that goes on is known.
const BEFORE: &str = "I cannot tell which one is meant.";

/// The word in what a person answers.
const COLOUR: &str = "blue-as-the-sky";

/// What a person answers; the second line has the model go on with another case.
pub(super) const ANSWER: &str = "blue-as-the-sky\nCASE: paint";

/// The usual cases, and what comes after an answer.
pub(super) fn script() -> Script {
    let tool = Call::Tool { name: "ask".to_owned(), arguments: json!({"question": "Which colour?"}) };
    let ask = Answer { say: BEFORE.to_owned(), calls: vec![tool], ..Answer::default() };
    let write = Call::WriteFile { path: "hello.txt".to_owned(), content: "blue\n".to_owned() };
    // A command that leaves a file, by which it is seen that it ran.
    let shell = Call::RunShell { command: "sh -c 'echo ran > ran.txt'".to_owned() };
    Script::usual()
        .with("ask", Case::of([ask.into(), Step::say("I asked, and end my turn.")]))
        .with("paint", Case::of([Step::call(write), Step::say("I painted it.")]))
        .with("shell", Case::of([Step::call(shell), Step::say("I ran it.")]))
}

/// A model that looks at a file of the project before it answers with a plan.
pub(super) fn planning() -> Respond {
    Arc::new(|prompt| {
        if prompt.results == 0 {
            let look = Call::ReadFile { path: "notes.txt".to_owned() };
            return Does::Answer(Answer { calls: vec![look], ..Answer::default() });
        }
        Does::Answer(Answer { say: answer(prompt, Shape::default()).to_string(), ..Answer::default() })
    })
}

/// Whether a request holds what stands in the file that was looked at.
pub(super) fn shows_what_was_read(body: &str) -> bool {
    ["first", "old", "last"].iter().all(|line| body.contains(line)) && body.contains("notes.txt")
}

/// Whether a request holds what a person answered, and what the model said before it asked.
pub(super) fn holds(body: &str) -> (bool, bool) {
    (body.contains(COLOUR), body.contains(BEFORE))
}
