//! A review of a plan at a terminal, played by script with the real program. What is on the terminal becomes
//! `docs/plan-review-80x24.cast` and `-200x60.cast`, and a picture of some screens of each.

mod frames;

use std::fs;
use std::io;
use std::path::Path;

use testkit::Hermetic;

use crate::agents::picture;
use crate::agents::terminal::{Size, Terminal, Typed};
use crate::program::program;
use crate::workspace::root;

const SIZES: [Size; 2] = [Size { columns: 80, rows: 24 }, Size { columns: 200, rows: 60 }];

/// What is to be planned.
const DOCUMENT: &str = include_str!("notes.md");

/// What somebody does in the review. The words that are waited for tell that the key before was obeyed.
const KEYS: &[Typed] = &[
    look("6 undecided, 1 warning", "a", "The plan, beside the text that each item comes from"),
    step("1 accepted", "s"),
    look("Enter split", "\r", "Split: the parts come from the document"),
    step("2.3", "a"),
    step("5 accepted", "jr"),
    look("1 rejected", "l", "Accepted and rejected; what an item contains goes with it"),
    step("is to wait for", "print notes"),
    look("> print notes", "\r", "Let it wait for another: typing narrows the list"),
    step("wait for \"Print notes\"", "u"),
    step("took back", "e"),
    look("Enter store", "\x1b", "Fields are edited in place"),
    step("u undo", "!"),
    look("Enter take", "manual\r", "What is doubtful about the plan"),
    step("u undo", "?"),
    look("any other key", "\x1b", "Every key"),
    step("u undo", "i"),
    look("Import 7 tasks", "y", "The import asks"),
];

const fn step(after: &'static str, keys: &'static str) -> Typed {
    Typed { after, keys, looks: 1.2, still: None }
}

const fn look(after: &'static str, keys: &'static str, still: &'static str) -> Typed {
    Typed { after, keys, looks: 2.5, still: Some(still) }
}

/// Plays it at both sizes, and writes recordings and pictures into the project's documents.
pub(crate) fn run() -> io::Result<()> {
    let built = program("cargo", &root()).args(["build", "--workspace", "--bins"]).status()?;
    if !built.success() {
        return Err(io::Error::other("the programs could not be built"));
    }
    let programs = tempfile::tempdir()?;
    crate::agents::copy_programs(programs.path())?;
    for size in SIZES {
        let terminal = play(programs.path(), size)?;
        let (name, title) =
            (format!("plan-review-{}x{}", size.columns, size.rows), "A review of a plan at a terminal");
        let docs = root().join("docs");
        let cast = picture::cast(title, size, &terminal.events(&[]));
        fs::write(docs.join(format!("{name}.cast")), cast)?;
        fs::write(docs.join(format!("{name}.svg")), frames::svg(title, size, terminal.stills()))?;
    }
    Ok(())
}

fn play(programs: &Path, size: Size) -> io::Result<Terminal> {
    let hermetic = Hermetic::new()?;
    let app = hermetic.home().join("notes");
    fs::create_dir_all(&app)?;
    fs::write(app.join("prd.md"), DOCUMENT)?;
    let quiet = |name: &Path, arguments: &[&str]| -> io::Result<()> {
        let output = hermetic.cmd_in(&app, name).args(arguments).output()?;
        if output.status.success() {
            return Ok(());
        }
        Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()))
    };
    quiet(Path::new("git"), &["init", "-q"])?;
    let conductor = programs.join("conductor");
    quiet(&conductor, &["plan", "decompose", "prd.md"])?;
    let mut terminal = Terminal::new(size)?;
    let mut command = hermetic.cmd_in(&app, &conductor);
    command.args(["plan", "review"]).env("TERM", "xterm-256color").env("USER", "ada");
    terminal.run("conductor plan review", command, KEYS)?;
    if terminal.stills().len() < KEYS.iter().filter(|typed| typed.still.is_some()).count() {
        return Err(io::Error::other("the review ended before everything was shown"));
    }
    Ok(terminal)
}
