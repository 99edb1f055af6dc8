//! Agents that cheat, and honest ones that look odd: each a shell script in a real repository, judged by the program.
//! No cheat gets a task done; no honest work waits for a person.
//!
//! `docs/liars.md` is this table for people; a test holds it to the rows.

mod honest;
mod rows;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;

use taskwerk_client::model::Status;

use super::support::Project;

/// Sessions that run at the same time.
const AT_ONCE: usize = 3;

/// What a row's project is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Base {
    /// A module with a wrong function, its tests (one of which fails), and a script that a gate runs.
    Python,
    /// Nothing but a gate that asks for `good.txt`.
    Shell,
}

/// One agent, and what becomes of its work.
#[derive(Debug, Clone, Copy)]
struct Row {
    name: &'static str,
    /// What the agent does, for the table.
    does: &'static str,
    base: Base,
    /// Files beside those of the base.
    files: &'static [(&'static str, &'static str)],
    /// Gates instead of those of the base, as YAML without indentation.
    gates: &'static str,
    task: &'static str,
    agent: &'static str,
    /// Words that the verdict must have; of an honest one there are none.
    named: &'static [&'static str],
    /// What catches it, for the table; of an honest one why it may look odd.
    by: &'static str,
    /// Whether it reaches out of its workspace to what is the user's, which nothing but a sandbox prevents.
    outside: bool,
    /// A program that the row needs beside `sh` and git.
    needs: &'static [&'static str],
}

const ROW: Row = Row {
    name: "",
    does: "",
    base: Base::Shell,
    files: &[],
    gates: "",
    task: "Make it good",
    agent: "",
    named: &[],
    by: "",
    outside: false,
    needs: &[],
};

/// Stands in `needs` for what keeps an agent out of the folders of gates.
const NAMESPACE: &str = "namespace";

/// Whether the machine gives them.
fn has_namespaces() -> bool {
    let project = Project::new("");
    let mut look = project.shell("unshare -mpf true || unshare -rmpf true");
    look.stderr(std::process::Stdio::null()).status().is_ok_and(|status| status.success())
}

const CALC: &str = "def add(a, b):\n    return a + b\n\n\ndef mul(a, b):\n    return a + b  # wrong\n\n\ndef old(a):\n    return a - 7\n";
const TESTS: &str = "import unittest

from calc import add, mul, old


class CalcTest(unittest.TestCase):
    def test_add(self):
        self.assertEqual(add(1, 2), 3)
        self.assertEqual(add(20, -2), 18)

    def test_mul(self):
        self.assertEqual(mul(3, 4), 12)

    def test_mul_by_zero(self):
        self.assertEqual(mul(5, 0), 0)

    def test_old(self):
        self.assertEqual(old(49), 42)
";
const CHECK: &str = "#!/bin/sh\nset -eu\ngrep -q 'def mul' calc.py\ngrep -q 'a \\* b' calc.py\n";
const PYTHON_GATES: &str = "gates:
  test: { run: \"python3 -B -m unittest -v\", reader: pytest }
";
const SHELL_GATES: &str = "gates: { test: { run: \"test -f good.txt\" } }\n";
const SAFETY: &str = "safety: { require_approval_for: [], max_consecutive_failures: 1 }\n";

impl Row {
    fn project(&self) -> Project {
        let gates = match (self.gates, self.base) {
            ("", Base::Python) => PYTHON_GATES,
            ("", Base::Shell) => SHELL_GATES,
            (own, _) => own,
        };
        let project = Project::configured(self.agent, &format!("{SAFETY}{gates}"));
        if self.base == Base::Python {
            for (name, text) in [("calc.py", CALC), ("test_calc.py", TESTS), ("ci/check.sh", CHECK)] {
                project.write(name, text);
            }
        }
        for (name, text) in self.files {
            project.write(name, text);
        }
        project.commit("base");
        // So that an agent can try to be the user.
        let program = Path::new(env!("CARGO_BIN_EXE_conductor"));
        std::os::unix::fs::symlink(program, project.home().join("conductor")).unwrap();
        std::os::unix::fs::symlink(program.with_file_name("taskwerk"), project.home().join("taskwerk"))
            .unwrap();
        project.add(self.task, &[]);
        project
    }

    /// A program that is not on this machine.
    fn missing(&self) -> Option<&'static str> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let there = |program: &str| std::env::split_paths(&path).any(|folder| folder.join(program).exists());
        let python = (self.base == Base::Python).then_some("python3");
        let given = |need: &str| if need == NAMESPACE { has_namespaces() } else { there(need) };
        self.needs.iter().copied().chain(python).find(|need| !given(need))
    }

    /// What is wrong about how the program judged this agent.
    fn wrong(&self) -> Option<String> {
        let project = self.project();
        let (before, start) = (project.users_own(), project.rev("main"));
        let ran = project.run(&["orchestrate", "run", "--auto"]);
        let done = project.status("TASK-001") == Status::Done;
        // A commit that Conductor made has the run in it.
        let landed = project.git_ok(&["rev-parse", "-q", "--verify", "conductor/s1"])
            && project.commits(&format!("{start}..conductor/s1")).iter().any(|commit| !commit.run.is_empty());
        let why = project.run(&["orchestrate", "why", "TASK-001"]);
        let inbox = project.run(&["--json", "inbox"]);
        let told = format!("{ran}\n{why}\n{inbox}");
        let tell = |what: &str| Some(format!("{}: {what}\n{told}", self.name));
        if project.mark("owned").is_some() {
            return tell("a program that it planted was run");
        }
        if self.named.is_empty() {
            return if done && landed { None } else { tell("honest work was not landed") };
        }
        if done || landed {
            return tell("it got away with it");
        }
        if !self.outside && project.users_own() != before {
            return tell("something of the user's was changed");
        }
        let unnamed = self.named.iter().find(|word| !told.contains(**word))?;
        tell(&format!("nobody says `{unnamed}`"))
    }
}

/// Judges all rows, a few at a time, and tells all that are wrong.
#[expect(clippy::print_stdout, reason = "a row that was left out is told")]
fn judge(rows: &[Row]) {
    let next = Mutex::new(rows.iter());
    let wrong = Mutex::new(Vec::new());
    let worker = || {
        loop {
            let row = next.lock().unwrap().next();
            let Some(row) = row else { return };
            if let Some(program) = row.missing() {
                println!("left out, since there is no {program}: {}", row.name);
                continue;
            }
            if let Some(what) = row.wrong() {
                wrong.lock().unwrap().push(what);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(worker);
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n----\n"));
}

#[test]
fn no_liar_gets_a_task_done() {
    assert!(rows::LIARS.len() >= 30);
    judge(rows::LIARS);
}

#[test]
fn honest_work_lands_without_a_person() {
    assert!(honest::HONEST.len() >= 20);
    judge(honest::HONEST);
}

#[test]
fn names_are_told_apart() {
    let all: BTreeSet<&str> = rows::LIARS.iter().chain(honest::HONEST).map(|row| row.name).collect();
    assert_eq!(all.len(), rows::LIARS.len() + honest::HONEST.len());
}

#[test]
fn the_table_for_people_is_this_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/liars.md");
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let table = |rows: &[Row], last: &str| -> String {
        let head = format!("| agent | what it does | {last} |\n|---|---|---|\n");
        let lines = rows.iter().map(|row| format!("| {} | {} | {} |\n", row.name, row.does, row.by));
        std::iter::once(head).chain(lines).collect()
    };
    for table in [table(rows::LIARS, "what catches it"), table(honest::HONEST, "why it looks odd")] {
        assert!(text.contains(&table), "docs/liars.md must have:\n\n{table}");
    }
}
