//! The program as its users meet it: run for real, in a place that knows nothing of this machine.

#![expect(clippy::unwrap_used, reason = "tests")]

mod bulk;
mod claims;
mod graph;
mod hostile;
mod lifecycle;
mod output;
mod project;
mod reading;
mod tasks;

use serde_json::Value;
use testkit::{Hermetic, Ran};

/// The program under test.
const TASKWERK: &str = env!("CARGO_BIN_EXE_taskwerk");

/// A place in which the program is run.
struct Place {
    hermetic: Hermetic,
}

impl Place {
    /// An empty folder.
    fn empty() -> Self {
        Self { hermetic: Hermetic::new().unwrap() }
    }

    /// A folder with a store.
    fn new() -> Self {
        let place = Self::empty();
        place.ok(&["init"]);
        place
    }

    /// A folder with a store and a task for each title.
    fn with(titles: &[&str]) -> Self {
        let place = Self::new();
        for title in titles {
            place.ok(&["add", title]);
        }
        place
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.hermetic.run(TASKWERK, arguments).unwrap()
    }

    fn run_with_input(&self, arguments: &[&str], input: &str) -> Ran {
        self.hermetic.run_with_input(TASKWERK, arguments, input).unwrap()
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
        let mut all = arguments.to_vec();
        all.insert(0, "--json");
        let stdout = self.ok(&all);
        serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}\n{stdout}"))
    }

    /// The exit code and the error object of a command that must fail.
    #[track_caller]
    fn error(&self, arguments: &[&str]) -> (i32, Value) {
        let mut all = arguments.to_vec();
        all.insert(0, "--json");
        let ran = self.run(&all);
        assert_ne!(ran.code, Some(0), "{arguments:?}\n{ran}");
        let document: Value =
            serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}\n{ran}"));
        (ran.code.unwrap(), document["error"].clone())
    }

    /// The exit code and the stable code of a command that must fail.
    #[track_caller]
    fn refused(&self, arguments: &[&str]) -> (i32, String) {
        let (exit, error) = self.error(arguments);
        (exit, error["code"].as_str().unwrap().to_owned())
    }

    /// A task as `show` gives it.
    #[track_caller]
    fn task(&self, id: &str) -> Value {
        self.json(&["show", id])
    }

    /// The ids that a listing command gives, in its order.
    #[track_caller]
    fn ids(&self, arguments: &[&str]) -> Vec<String> {
        let list = self.json(arguments);
        list.as_array().unwrap().iter().map(|task| text(&task["id"])).collect()
    }

    /// A snapshot's worth of a run, with fixed names for what changes from run to run.
    fn shown(&self, arguments: &[&str]) -> String {
        self.hermetic.normalise(&self.run(arguments).to_string())
    }

    fn write(&self, name: &str, content: &str) -> String {
        let file = self.hermetic.work().join(name);
        std::fs::write(&file, content).unwrap();
        file.display().to_string()
    }
}

/// A JSON string's text.
#[track_caller]
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
