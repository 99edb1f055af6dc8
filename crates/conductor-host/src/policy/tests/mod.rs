mod contents;
mod deciding;
mod expressions;

use conductor_engine::attempt::Usage;
use conductor_engine::evidence::Evidence;
use conductor_engine::gate::TestDelta;
use conductor_engine::ids::TreeId;
use conductor_engine::judgement::RunFacts;

use super::variables::{Facts, Parts, TaskPart};
use super::{Change, ChangedFile};
use crate::config::{PolicyAction, PolicyRule};

/// A file that was added with these lines.
fn added(path: &str, text: &str) -> ChangedFile {
    let lines: Vec<(usize, Vec<u8>)> =
        text.lines().enumerate().map(|(i, line)| (i + 1, line.as_bytes().to_vec())).collect();
    ChangedFile {
        path: path.to_owned(),
        from: None,
        gone: false,
        added: Some(lines.len() as u64),
        deleted: Some(0),
        size: text.len() as u64,
        new_lines: lines,
        unread: false,
    }
}

fn change(files: Vec<ChangedFile>) -> Change {
    Change { files }
}

fn run() -> RunFacts {
    let usage = Usage { input_tokens: Some(900), output_tokens: Some(100), cost_micros: Some(1_500_000) };
    RunFacts { attempts: 2, failures: 1, working_ms: 61_000, usage }
}

fn task() -> TaskPart {
    TaskPart {
        id: "TASK-001".to_owned(),
        priority: "high".to_owned(),
        tags: vec!["db".to_owned()],
        kind: "feature".to_owned(),
        estimate_minutes: 30,
    }
}

fn evidence() -> Evidence {
    Evidence {
        tree: TreeId::parse("0123456789012345678901234567890123456789").unwrap(),
        gates_digest: String::new(),
        environment_digest: String::new(),
        gates: Vec::new(),
        tests: None,
        coverage: None,
        lints: None,
        after: None,
        tampered: Vec::new(),
    }
}

fn facts(change: &Change) -> Facts {
    Facts::new(&Parts {
        run: &run(),
        agent: "codex",
        task: &task(),
        change,
        classes: &[],
        evidence: &evidence(),
        tests: &TestDelta::default(),
        review: None,
    })
}

fn rule(name: &str, when: &str, then: PolicyAction) -> PolicyRule {
    PolicyRule { name: name.to_owned(), when: when.to_owned(), then, ask: None }
}
