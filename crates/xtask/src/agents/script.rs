//! What the model does in each case: testkit's usual cases, and some by which more can be seen.

use serde_json::json;
use testkit::model::{Answer, Call, Case, Script, Step};

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

/// Whether a request holds what a person answered, and what the model said before it asked.
pub(super) fn holds(body: &str) -> (bool, bool) {
    (body.contains(COLOUR), body.contains(BEFORE))
}
