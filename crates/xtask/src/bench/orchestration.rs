//! Fifty tasks carried out by an agent that writes one file, beside a shell script that does the same work in git.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::BenchError;
use super::report::{Figure, Row};
use super::stage::Stage;

pub(super) const TASKS: u32 = 50;
const FILES: usize = 500;
const TIMES_SHELL_BAR: f64 = 2.0;
const GIT_PROCESSES_BAR: f64 = 14.0;
const DURABLE_COMMITS_BAR: f64 = 20.0;

/// The same work in git and nothing else.
const BASELINE: &str = include_str!("baseline.sh");
/// The agent: writes one file that no other task writes.
const AGENT: &str = "printf 'written for %s\\n' \"$CONDUCTOR_TASK_ID\" > \"result-$CONDUCTOR_TASK_ID.txt\"\n";

pub(super) fn run(stage: &Stage) -> Result<Vec<Row>, BenchError> {
    let mut counts = None;
    let conductor = stage.sample_few(|run| {
        let project = project(stage, &format!("conductor-{run}"), AGENT)?;
        let mut words = vec![stage.ours("conductor")];
        words.extend(["orchestrate", "run", "--auto", "--jobs", "1", "--agent", "bench"].map(Into::into));
        let usage = stage.measure(&project, &words)?;
        counts = Some(Counts::read(stage, &project)?);
        Ok(usage)
    })?;
    let shell = stage.sample_few(|run| {
        let project = repository(stage, &format!("shell-{run}"))?;
        let trees = stage.folder(&format!("shell-trees-{run}"))?;
        stage.write(&stage.folder("scripts")?.join("baseline.sh"), BASELINE)?;
        let script = stage.folder("scripts")?.join("baseline.sh");
        stage.measure(
            &project,
            &["sh".into(), script.into_os_string(), trees.into(), TASKS.to_string().into()],
        )
    })?;
    let ratio = conductor.cpu.as_secs_f64() / shell.cpu.as_secs_f64();
    let mut rows = vec![
        Row::cpu(format!("orchestrate run, {TASKS} tasks"), conductor, None),
        Row::cpu("shell script, the same git work", shell, None),
        Row {
            name: "orchestrate run beside the script".to_owned(),
            figure: Figure::TimesShell(ratio),
            bar: Some(TIMES_SHELL_BAR),
            cost: None,
            taskwarrior: None,
        },
    ];
    rows.extend(counts.into_iter().flat_map(Counts::rows));
    Ok(rows)
}

/// What Conductor counted over the whole session.
pub(super) struct Counts {
    pub(super) done: f64,
    git_processes: f64,
    durable_commits: f64,
}

impl Counts {
    pub(super) fn read(stage: &Stage, project: &Path) -> Result<Self, BenchError> {
        let words = ["orchestrate", "status", "--json"].map(Into::into);
        let output = stage.must(project, &[&[stage.ours("conductor")][..], &words].concat())?;
        let status: Value = serde_json::from_slice(&output)
            .map_err(|source| BenchError::Answer { what: "conductor orchestrate status", source })?;
        let count = |pointer: &'static str| {
            status.pointer(pointer).and_then(Value::as_f64).ok_or(BenchError::NoCount { pointer })
        };
        Ok(Self {
            done: count("/metrics/done")?,
            git_processes: count("/metrics/git_processes")?,
            durable_commits: count("/metrics/durable_commits")?,
        })
    }

    fn rows(self) -> [Row; 2] {
        let row = |name: &str, total: f64, bar| Row {
            name: name.to_owned(),
            figure: Figure::PerTask(total / f64::from(TASKS)),
            bar: Some(bar),
            cost: None,
            taskwarrior: None,
        };
        [
            row("git processes", self.git_processes, GIT_PROCESSES_BAR),
            row("durable commits", self.durable_commits, DURABLE_COMMITS_BAR),
        ]
    }
}

/// A repository with tasks, and the agent configured that is this script. It has no project file that a gate could be found by.
pub(super) fn project(stage: &Stage, name: &str, agent: &str) -> Result<PathBuf, BenchError> {
    let project = repository(stage, name)?;
    let scripts = stage.folder("scripts")?;
    let file = scripts.join(format!("{name}.sh"));
    stage.write(&file, agent)?;
    stage.must(&project, &[stage.ours("taskwerk"), "init".into()])?;
    let run = format!("sh '{}'", file.display());
    // JSON is YAML too, and quotes whatever the temporary folder is called.
    let config = json!({ "orchestration": { "agents": { "bench": { "adapter": "command", "run": run } } } });
    stage.write(&project.join(".taskwerk").join("config.yml"), &format!("{config}\n"))?;
    let rows: Vec<Value> =
        (0..TASKS).map(|n| json!({ "key": format!("t{n}"), "title": format!("Task {n}") })).collect();
    let tasks = scripts.join("tasks.json");
    stage.write(&tasks, &Value::Array(rows).to_string())?;
    stage.must(&project, &[stage.ours("taskwerk"), "import".into(), "--batch".into(), tasks.into()])?;
    Ok(project)
}

/// A repository of 500 small files in folders, with one commit.
pub(super) fn repository(stage: &Stage, name: &str) -> Result<PathBuf, BenchError> {
    let folder = stage.folder(name)?;
    for file in 0..FILES {
        let path = folder.join(format!("part-{}", file / 25)).join(format!("file-{file}.txt"));
        stage.write(&path, &format!("line of file {file}\n").repeat(20))?;
    }
    stage.must(&folder, &["git", "init", "--quiet", "--initial-branch", "main"])?;
    stage.must(&folder, &["git", "add", "--all"])?;
    stage.must(&folder, &["git", "commit", "--quiet", "--message", "Begin"])?;
    Ok(folder)
}
