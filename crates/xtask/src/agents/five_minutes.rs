//! The first five minutes, played by script: the real Claude Code on the scripted model, at a terminal of its own.
//! What is on that terminal becomes `docs/first-five-minutes.cast` and a picture of it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use testkit::Hermetic;
use testkit::model::{Answer, Call, Case, ModelServer, Script, Step};

use super::AgentsError;
use super::picture;
use super::real::{Agent, Real, Way};
use super::terminal::{Size, Terminal, Typed};
use crate::workspace::root;

/// What is typed, and what is answered when something is asked.
const STEPS: &[(&[&str], &[Typed])] = &[
    (&["conductor", "init"], &[]),
    (&["conductor", "plan", "create", "docs/prd.md"], &[Typed::new("[n]o", "y\n")]),
    (&["conductor", "orchestrate", "run", "--max-tasks", "2"], &[Typed::new("[l]ater", "a\n")]),
    (&["conductor", "orchestrate", "land"], &[]),
];

/// The size of the terminal.
const SIZE: Size = Size { columns: 108, rows: 32 };

/// The repository before anything was done for it.
const PROJECT: &[(&str, &str)] = &[
    ("docs/prd.md", PRD),
    ("Makefile", "test:\n\t@sh tap.sh\n"),
    ("tap.sh", RUN),
    ("tests/start_test.sh", "test -f migrations/002.sql\n"),
    ("migrations/001.sql", "create table notes (id integer primary key);\n"),
    ("migrations/002.sql", "alter table notes add column made text;\n"),
];

const PRD: &str = "# Notes\n\nShort notes, kept and found from the shell.\n\n## Features\n\n### Store notes\n\n\
- `sh notes.sh add TEXT` keeps a note.\n- A note without text is refused.\n\n### Search notes\n\n\
Depends on: Store notes\n\n- `sh notes.sh find WORD` prints the notes with this word.\n\
- The words are kept in a table of their own.\n";

/// Every file of tests is one test, told in the Test Anything Protocol.
const RUN: &str = "n=0\nbad=0\nfor test in tests/*_test.sh; do\n  n=$((n + 1))\n  if sh \"$test\"; then \
echo \"ok $n - $test\"; else echo \"not ok $n - $test\"; bad=1; fi\ndone\necho \"1..$n\"\nexit $bad\n";

const ADD: &str =
    "case $1 in\n  add) [ -n \"$2\" ] && echo \"$2\" >> \"${NOTES:-notes.txt}\" ;;\n  *) exit 2 ;;\nesac\n";

const FIND: &str = "case $1 in\n  add) [ -n \"$2\" ] && echo \"$2\" >> \"${NOTES:-notes.txt}\" ;;\n  \
find) grep -i -e \"$2\" \"${NOTES:-notes.txt}\" ;;\n  *) exit 2 ;;\nesac\n";

const ADD_TEST: &str = "NOTES=$(mktemp)\nexport NOTES\nsh notes.sh add milk && grep -q milk \"$NOTES\"\n";

const FIND_TEST: &str =
    "NOTES=$(mktemp)\nexport NOTES\nsh notes.sh add Milk && sh notes.sh find milk > /dev/null\n";

const WORDS: &str = "create table words (note integer references notes, word text);\n";

/// Plays it, and writes the recording and its picture into the project's documents.
pub(super) fn run(agents: &Path, programs: &Path) -> Result<(), AgentsError> {
    let lines = play(agents, programs).map_err(AgentsError::Prepare)?;
    let docs = root().join("docs");
    for (name, text) in lines {
        let path = docs.join(name);
        let written = fs::create_dir_all(&docs).and_then(|()| fs::write(&path, text));
        written.map_err(|source| AgentsError::Write { path, source })?;
    }
    Ok(())
}

fn play(agents: &Path, programs: &Path) -> io::Result<[(&'static str, String); 2]> {
    let hermetic = Hermetic::new()?;
    let model = ModelServer::start(script())?;
    let app = hermetic.home().join("my-app");
    let claude = Real { agent: Agent::Claude, way: Way::Headless };
    let setup = claude.prepare(hermetic.home(), &model.url())?;
    let bin = hermetic.home().join("bin");
    one_program(&agents.join("npm/node_modules/.bin/claude"), &bin)?;
    let path = [programs.to_owned(), bin, PathBuf::from("/usr/bin"), PathBuf::from("/bin")];
    let path = std::env::join_paths(path).map_err(io::Error::other)?;
    project(&hermetic, &app)?;
    let mut terminal = Terminal::new(SIZE)?;
    for (words, typed) in STEPS {
        let Some((program, arguments)) = words.split_first() else { continue };
        let mut command = hermetic.cmd_in(&app, programs.join(program));
        command.args(arguments).env("PATH", &path).env("TERM", "xterm").env("NO_COLOR", "1");
        command.envs(setup.env.iter().map(|(name, value)| (name, value)));
        terminal.run(&words.join(" "), command, typed)?;
    }
    let violations = model.violations();
    if !violations.is_empty() {
        return Err(io::Error::other(format!("requests broke rules: {violations:?}")));
    }
    let home = hermetic.home().display().to_string();
    let events = terminal.events(&[(&home, "~"), (&agents.display().to_string(), "/opt/agents")]);
    let title = "The first five minutes";
    Ok([
        ("first-five-minutes.cast", picture::cast(title, SIZE, &events)),
        ("first-five-minutes.svg", picture::svg(title, SIZE, &events)),
    ])
}

/// A folder with one program, so that none of the others is found.
fn one_program(program: &Path, bin: &Path) -> io::Result<()> {
    fs::create_dir_all(bin)?;
    let program = program.canonicalize()?;
    std::os::unix::fs::symlink(program, bin.join("claude"))
}

fn project(hermetic: &Hermetic, app: &Path) -> io::Result<()> {
    fs::create_dir_all(app)?;
    fs::write(
        hermetic.home().join(".gitconfig"),
        "[user]\n\tname = Ann\n\temail = ann@example.org\n[init]\n\tdefaultBranch = main\n",
    )?;
    for (name, text) in PROJECT {
        let file = app.join(name);
        file.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(file, text)?;
    }
    for words in [&["init", "-q"][..], &["add", "."], &["commit", "-qm", "start"]] {
        let output = hermetic.cmd_in(app, "git").args(words).output()?;
        if !output.status.success() {
            return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
    }
    Ok(())
}

/// What the model does: the first task, then the second. Each step is for one request.
fn script() -> Script {
    let write =
        |path: &str, content: &str| Call::WriteFile { path: path.to_owned(), content: content.to_owned() };
    let read = |path: &str| Call::ReadFile { path: path.to_owned() };
    let test = || Call::RunShell { command: "make test".to_owned() };
    let does = |say: &str, calls: Vec<Call>| -> Step {
        // Slowly enough to be watched.
        let answer = Answer { say: say.to_owned(), calls, pause_ms: 40, ..Answer::default() };
        Step::from(answer).times(1)
    };
    Script::new("notes").with(
        "notes",
        Case::of([
            does(
                "I write the command and a test.",
                vec![write("notes.sh", ADD), write("tests/store_test.sh", ADD_TEST)],
            ),
            does("I run the tests.", vec![test()]),
            does("`notes.sh add` keeps a note; a test shows it.", vec![]),
            does("I look at what is there.", vec![read("notes.sh")]),
            does(
                "I add the command, a table for the words, and a test.",
                vec![
                    write("notes.sh", FIND),
                    write("migrations/003.sql", WORDS),
                    write("tests/search_test.sh", FIND_TEST),
                ],
            ),
            does("I run the tests.", vec![test()]),
            does("`notes.sh find` finds notes; migration 003 makes the table of words.", vec![]),
        ]),
    )
}
