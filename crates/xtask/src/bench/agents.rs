//! What running agents cost beside themselves, fifty of them at once, and how late people see what they say.

use serde_json::{Value, json};

use super::BenchError;
use super::orchestration::{Counts, TASKS, project, repository};
use super::report::{Figure, Row};
use super::stage::Stage;

/// As many agents as cost is measured over, and what each of them says.
const AGENTS: u32 = 20;
const LINES: u32 = 2_000;
const RATE: u32 = 200;

const MEMORY_BAR_MIB: f64 = 3.0;
const CPU_BAR_PERCENT: f64 = 1.0;
const LAG_BAR_MS: f64 = 20.0;
const FAILED_BAR: f64 = 0.0;

/// An agent that is done only when all the others are at work too.
const TOGETHER: &str = "\
: > \"$HERE/$CONDUCTOR_TASK_ID\"
tries=0
while set -- \"$HERE\"/* && [ $# -lt \"$ALL\" ]; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || exit 1
    sleep 1
done
echo done > \"result-$CONDUCTOR_TASK_ID.txt\"
";

pub(super) fn run(stage: &Stage) -> Result<Vec<Row>, BenchError> {
    let mut rows = Vec::from(costs(stage)?);
    rows.extend(together(stage)?);
    rows.extend(lags(stage)?);
    Ok(rows)
}

/// Memory and time of the keepers and of the process that drives them.
fn costs(stage: &Stage) -> Result<[Row; 2], BenchError> {
    let folder = stage.folder("agents-cost")?;
    let words = [
        stage.ours("examples/agents"),
        "drive".into(),
        stage.ours("conductor"),
        folder.clone().into(),
        AGENTS.to_string().into(),
        LINES.to_string().into(),
        RATE.to_string().into(),
    ];
    let seen = answer(&stage.must(&folder, &words)?)?;
    let n = number(&seen, "/agents")?;
    let keepers = number(&seen, "/keepers_private_bytes")? / n / MIB;
    let driver = number(&seen, "/driver_growth_bytes")? / n / MIB;
    // Ticks are hundredths of a second.
    let wall = number(&seen, "/wall_micros")? / 1e6;
    let percent = |ticks: f64| ticks / wall / n;
    let keepers_cpu = percent(number(&seen, "/keepers_ticks")?);
    let driver_cpu = percent(number(&seen, "/driver_ticks")?);
    Ok([
        row(
            format!("memory beside an agent (keeper {keepers:.2}, driver {driver:.2} MiB)"),
            Figure::PrivateMib(keepers + driver),
            Some(MEMORY_BAR_MIB),
        ),
        row(
            format!(
                "processor beside an agent at {RATE} lines a second (keeper {keepers_cpu:.2}, driver {driver_cpu:.2} %)"
            ),
            Figure::PercentOfCore(keepers_cpu + driver_cpu),
            Some(CPU_BAR_PERCENT),
        ),
    ])
}

/// One session of fifty agents at once.
fn together(stage: &Stage) -> Result<[Row; 2], BenchError> {
    let here = stage.folder("agents-here")?;
    let script = format!("HERE='{}' ALL={TASKS}\n{TOGETHER}", here.display());
    let project = project(stage, "agents-together", &script)?;
    let jobs = TASKS.to_string();
    let words = ["orchestrate", "run", "--auto", "--jobs", &jobs, "--agent", "bench"].map(Into::into);
    let usage = stage.measure(&project, &[&[stage.ours("conductor")][..], &words].concat())?;
    let done = Counts::read(stage, &project)?.done;
    Ok([
        Row::cpu(format!("{TASKS} agents at once"), usage.into(), None),
        row("of them not done".to_owned(), Figure::Count(f64::from(TASKS) - done), Some(FAILED_BAR)),
    ])
}

/// From the moment at which an agent says something to the moment at which somebody reads it.
fn lags(stage: &Stage) -> Result<Vec<Row>, BenchError> {
    let [lines, rate] = [LINES, RATE].map(|number| number.to_string());
    let folder = stage.folder("agents-lag")?;
    let agents = stage.ours("examples/agents");
    let words = [
        agents.clone(),
        "lag".into(),
        stage.ours("conductor"),
        folder.clone().into(),
        lines.clone().into(),
        rate.clone().into(),
    ];
    let mut rows = Vec::from(lag_rows("transcript", &answer(&stage.must(&folder, &words)?)?)?);
    let project = repository(stage, "agents-follow")?;
    stage.must(&project, &[stage.ours("taskwerk"), "init".into()])?;
    let run = format!("'{}' chat {lines} {rate}", agents.to_string_lossy());
    let config =
        json!({ "orchestration": { "agents": { "claude": { "adapter": "headless", "run": run } } } });
    stage.write(&project.join(".taskwerk").join("config.yml"), &format!("{config}\n"))?;
    stage.must(&project, &[stage.ours("taskwerk"), "add".into(), "Talk".into()])?;
    let words = [agents, "follow".into(), stage.ours("conductor"), project.clone().into(), "TASK-001".into()];
    rows.extend(lag_rows("logs --follow", &answer(&stage.must(&project, &words)?)?)?);
    Ok(rows)
}

fn lag_rows(place: &str, seen: &Value) -> Result<[Row; 2], BenchError> {
    let count = number(seen, "/count")?;
    let ms = |pointer| number(seen, pointer).map(|micros| micros / 1_000.0);
    let lag = |name: &str, value, bar| {
        row(format!("from an agent to {place}, {name} of {count} lines"), Figure::LagMs(value), bar)
    };
    Ok([lag("median", ms("/p50_micros")?, None), lag("p99", ms("/p99_micros")?, Some(LAG_BAR_MS))])
}

const MIB: f64 = 1_048_576.0;

fn row(name: String, figure: Figure, bar: Option<f64>) -> Row {
    Row { name, figure, bar, cost: None, taskwarrior: None }
}

fn answer(output: &[u8]) -> Result<Value, BenchError> {
    serde_json::from_slice(output).map_err(|source| BenchError::Answer { what: "the agents", source })
}

fn number(seen: &Value, pointer: &'static str) -> Result<f64, BenchError> {
    seen.pointer(pointer).and_then(Value::as_f64).ok_or(BenchError::NoFigure { pointer })
}
