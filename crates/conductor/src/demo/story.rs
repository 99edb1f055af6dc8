//! What is shown, in which order, and with which words. A line is run word by word as it stands, so that what is
//! printed is what was typed.

use cli_kit::Exit;

/// A part of the demonstration.
pub(super) struct Chapter {
    pub(super) title: &'static str,
    pub(super) words: &'static str,
    pub(super) steps: &'static [Step],
}

/// A command that a user would type.
pub(super) struct Step {
    pub(super) line: &'static str,
    /// How it has to end.
    pub(super) exit: Exit,
}

const fn step(line: &'static str) -> Step {
    Step { line, exit: Exit::Ok }
}

pub(super) const CHAPTERS: [Chapter; 6] = [
    Chapter {
        title: "A repository, and a page that says what is missing",
        words: "The program `notes` has a test script, and not one command yet.",
        steps: &[step("cat docs/prd.md"), step("conductor gates")],
    },
    Chapter {
        title: "The page becomes tasks",
        words: "No model is asked. Each task names its line of the page, and what it has to wait for.",
        steps: &[step("conductor plan create docs/prd.md --auto-import")],
    },
    Chapter {
        title: "Two at a time, each in a copy of the repository",
        words: "Conductor runs the test script itself, on exactly the files that it would merge. What passes goes to \
                a branch of the session; what does not goes back to the agent.",
        // Something waits for a person at the end, and scripts are told so.
        steps: &[Step {
            line: "conductor orchestrate run --replay ../replay.json --jobs 2 --auto",
            exit: Exit::Holds,
        }],
    },
    Chapter {
        title: "A failed gate is never done",
        words: "The first try at searching did not find `MILK`, and its test said so. The second attempt was given that \
                output, and mended it.",
        steps: &[step("conductor orchestrate logs TASK-003")],
    },
    Chapter {
        title: "A person has the last word",
        words: "What runs on every push is not changed unseen. Only this task waited; the others went on.",
        steps: &[
            step("conductor inbox"),
            step("conductor answer 1 accept"),
            step("conductor orchestrate resume --auto"),
        ],
    },
    Chapter {
        title: "The work comes to main",
        words: "Until now the checkout was as it had been. Now git itself brings it forward.",
        steps: &[
            step("conductor orchestrate land"),
            step("git log --oneline"),
            step("git log -1 --format=%B"),
            step("./notes add Buy milk"),
            step("./notes search MILK"),
        ],
    },
];
