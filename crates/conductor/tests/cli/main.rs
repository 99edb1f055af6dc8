//! The program as its users meet it: run for real, in a place that knows nothing of this machine.

#![expect(clippy::unwrap_used, reason = "tests")]

mod agents;
mod answering;
mod config;
mod demands;
mod hostile;
mod import;
mod journal;
mod living;
#[cfg(target_os = "linux")]
mod parts;
mod pictures;
mod plan;
mod planning;
mod project;
mod reviewing;
mod score;
mod simulate;
#[cfg(target_os = "linux")]
mod terminal;
mod trusting;

use serde_json::Value;
use testkit::{Hermetic, Ran};

/// The program under test.
const CONDUCTOR: &str = env!("CARGO_BIN_EXE_conductor");

/// A document of two phases, the second of which has two tasks.
const DOCUMENT: &str = "\
# Notes

## Phase 1: Storage

1. **Store notes** in a file of JSON, one for each notebook.
   - Saving and loading again gives the same notes.

## Phase 2: Use

1. **Search notes** by word and by date.
   - Finds notes by any word of the title.
2. **Print notes** as HTML.
   - Titles become headings.
";

/// A place in which the program is run.
struct Place {
    hermetic: Hermetic,
}

impl Place {
    /// An empty folder. Of the machine's programs only git and the shell are seen, so that no agent is found by chance.
    fn empty() -> Self {
        let hermetic = Hermetic::new().unwrap();
        let bin = hermetic.home().join("bin");
        std::fs::create_dir(&bin).unwrap();
        for name in ["git", "sh"] {
            let real =
                ["/usr/local/bin", "/usr/bin", "/bin"].map(|folder| std::path::Path::new(folder).join(name));
            let real = real.iter().find(|file| file.is_file()).unwrap();
            std::os::unix::fs::symlink(real, bin.join(name)).unwrap();
        }
        Self { hermetic }
    }

    /// A repository without a commit.
    fn unborn() -> Self {
        let place = Self::empty();
        place.git(&["init", "-q", "-b", "main"]);
        place
    }

    /// A repository with one commit of these files.
    fn with(files: &[(&str, &str)]) -> Self {
        let place = Self::unborn();
        for (name, content) in files {
            place.write(name, content);
        }
        place.commit();
        place
    }

    fn commit(&self) {
        self.git(&["add", "-A"]);
        let who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
        self.git(&[&who[..], &["commit", "-q", "--allow-empty", "-m", "x"]].concat());
    }

    #[track_caller]
    fn git(&self, arguments: &[&str]) -> String {
        let ran = self.hermetic.run("git", arguments).unwrap();
        assert_eq!(ran.code, Some(0), "git {arguments:?}\n{ran}");
        ran.stdout
    }

    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = self.hermetic.cmd(CONDUCTOR);
        command.args(arguments).env("PATH", self.hermetic.home().join("bin"));
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::from(self.command(arguments).output().unwrap())
    }

    /// Runs with this text as standard input.
    fn run_with_input(&self, arguments: &[&str], input: &str) -> Ran {
        let file = self.hermetic.home().join("input");
        std::fs::write(&file, input).unwrap();
        let stdin = std::fs::File::open(&file).unwrap();
        Ran::from(self.command(arguments).stdin(stdin).output().unwrap())
    }

    /// Standard output of a command that must succeed.
    #[track_caller]
    fn ok(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}\n{ran}");
        ran.stdout
    }

    /// The one document of a command that must succeed.
    #[track_caller]
    fn json(&self, arguments: &[&str]) -> Value {
        let stdout = self.ok(&[&["--json"], arguments].concat());
        serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}\n{stdout}"))
    }

    /// The exit code and the stable code of a command that must fail.
    #[track_caller]
    fn refused(&self, arguments: &[&str]) -> (i32, String) {
        let ran = self.run(&[&["--json"], arguments].concat());
        let document: Value =
            serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}\n{ran}"));
        (ran.code.unwrap(), document["error"]["code"].as_str().unwrap_or_default().to_owned())
    }

    /// A snapshot's worth of a run, with fixed names for what changes from run to run.
    fn shown(&self, arguments: &[&str]) -> String {
        self.normalise(&self.run(arguments))
    }

    fn normalise(&self, ran: &Ran) -> String {
        self.hermetic.normalise(&ran.to_string())
    }

    fn write(&self, name: &str, content: &str) {
        let file = self.hermetic.work().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, content).unwrap();
    }

    /// Every task in the store, read by the client.
    fn tasks(&self) -> Vec<taskwerk_client::model::Task> {
        let tasks = taskwerk_client::Tasks::open(self.hermetic.work(), None).unwrap();
        let query = taskwerk_client::model::ListQuery { include_closed: true, ..Default::default() };
        tasks.list(&query).unwrap()
    }
}
