//! The cases that the model knows without being told: one for each thing that a client has to get right.

use serde_json::json;

use super::script::{Answer, Call, Case, Cut, Failure, Script, Step};

impl Script {
    /// Every usual case; prompts that name none get `edit`.
    ///
    /// | case | what the model does | lines of the prompt that it heeds |
    /// |---|---|---|
    /// | `edit` | writes a file, sums up | `FILE`, `TEXT` |
    /// | `tools` | reads, runs a command, writes, edits, sums up | `FILE` |
    /// | `shell` | runs a command, sums up | `RUN` |
    /// | `question` | ends with a line `QUESTION: …` | `ASK` |
    /// | `ask` | calls the tool whose name ends in `ask`, sums up | `ASK` |
    /// | `sleep-tool` | runs a command that takes five minutes | |
    /// | `hang` | never answers | |
    /// | `half` | answers half and no more | |
    /// | `slow` | answers a word every 50 ms | |
    /// | `crash` | closes the connection in the middle of each answer | |
    /// | `crash-once` | the same once, then as `edit` | `FILE`, `TEXT` |
    /// | `e400` … `e529` | is refused with that status, always | |
    /// | `limit-once` | is refused with 429 and `retry-after: 1` once, then as `edit` | `FILE`, `TEXT` |
    /// | `nothing` | says that all is done, and did nothing | |
    #[must_use]
    pub fn usual() -> Self {
        let mut script = Self::new("edit")
            .with("edit", edit([]))
            .with("tools", tools())
            .with("shell", Case::of([shell("{RUN}"), Step::say("I ran it.")]).value("RUN", "echo shell-ran"))
            .with("question", question())
            .with("ask", ask())
            .with("sleep-tool", sleep())
            .with("hang", Case::of([Step::hang()]))
            .with("half", Case::of([cut(Cut::Hang)]))
            .with("slow", Case::of([Answer { say: long(), pause_ms: 50, ..Answer::default() }.into()]))
            .with("crash", Case::of([cut(Cut::Crash)]))
            .with("crash-once", edit([cut(Cut::Crash).times(1)]))
            .with("limit-once", edit([limit().times(1)]))
            .with("nothing", Case::of([Step::say("All is done.")]));
        for status in [400, 401, 403, 404, 500, 503, 529] {
            script = script.with(&format!("e{status}"), Case::of([Step::fail(status)]));
        }
        script.with("e429", Case::of([limit()]))
    }
}

fn edit(trouble: impl IntoIterator<Item = Step>) -> Case {
    let write = Answer {
        think: "One file is wanted.".to_owned(),
        say: "I write the file.".to_owned(),
        calls: vec![Call::WriteFile { path: "{FILE}".to_owned(), content: "{TEXT}\n".to_owned() }],
        ..Answer::default()
    };
    let steps =
        trouble.into_iter().chain([write.into(), Step::say("I wrote {FILE}. Nothing is left to do.")]);
    Case::of(steps).value("FILE", "hello.txt").value("TEXT", "hello from the model")
}

fn tools() -> Case {
    let path = || "{FILE}".to_owned();
    Case::of([
        Step::call(Call::ReadFile { path: path() }),
        shell("ls"),
        Step::call(Call::WriteFile { path: "made.txt".to_owned(), content: "made\n".to_owned() }),
        Step::call(Call::Edit { path: path(), old: "old".to_owned(), new: "new".to_owned() }),
        Step::say("I read, ran, wrote and edited."),
    ])
    .value("FILE", "notes.txt")
}

fn question() -> Case {
    Case::of([Step::say("I cannot tell which one is meant.\n\nQUESTION: {ASK}")])
        .value("ASK", "Which colour?")
}

fn ask() -> Case {
    let call = Call::Tool { name: "ask".to_owned(), arguments: json!({ "question": "{ASK}" }) };
    Case::of([Step::call(call), Step::say("I asked.")]).value("ASK", "Which colour?")
}

/// Some clients refuse a command that sleeps, so this one waits for what never comes.
fn sleep() -> Case {
    Case::of([shell("timeout 300 tail -f /dev/null"), Step::say("I slept.")])
}

fn shell(command: &str) -> Step {
    Step::call(Call::RunShell { command: command.to_owned() })
}

fn limit() -> Step {
    super::script::Does::Fail(Failure { status: 429, retry_after: Some(1), ..Failure::default() }).into()
}

fn cut(cut: Cut) -> Step {
    Answer { say: long(), cut, ..Answer::default() }.into()
}

fn long() -> String {
    "one two three four five six seven eight nine ten eleven twelve ".repeat(2)
}
