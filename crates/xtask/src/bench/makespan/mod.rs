//! How well the engine shares work out: ten graphs, each with one to eight agents, carried out by the real turn with
//! tests that take no time and nothing that goes wrong, beside the best of many lists.

mod graphs;
mod lists;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use conductor_engine::ids::TaskRef;
use conductor_engine::session::{Standing, TaskFacts};
use conductor_host::config::Orchestration;
use conductor_host::forecast::{Assumptions, Draws, Panel, Timeline, forecast, picture};
use conductor_host::session::{Options, rules};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::BenchError;
use graphs::Graph;

/// How many agents each graph is shared out to.
const AGENTS: [u32; 4] = [1, 3, 5, 8];
/// How many lists of chance the engine is compared with, beside the rules.
const RANDOM_LISTS: u64 = 500;
/// The most that the engine may need, as a multiple of the best list.
const BAR: f64 = 1.05;

/// One graph for one number of agents. Times are in minutes.
pub(super) struct Makespan {
    graph: &'static str,
    agents: u32,
    tasks: usize,
    engine: u64,
    best: u64,
    best_rule: String,
    bound: u64,
    timeline: Timeline,
}

/// Carries out all graphs.
pub(super) fn run(random_lists: u64) -> Result<Vec<Makespan>, BenchError> {
    let mut all = Vec::new();
    for graph in graphs::all() {
        for agents in AGENTS {
            all.push(measure(&graph, agents, random_lists)?);
        }
    }
    Ok(all)
}

/// The same with as many lists as the bar is about, and the picture of it.
pub(super) fn run_and_draw(target: &Path) -> Result<(Vec<Makespan>, PathBuf), BenchError> {
    let all = run(RANDOM_LISTS)?;
    let file = target.join("makespan.svg");
    let prepare = |source| BenchError::Prepare { what: file.display().to_string(), source };
    std::fs::create_dir_all(target).and_then(|()| std::fs::write(&file, draw(&all))).map_err(prepare)?;
    Ok((all, file))
}

fn measure(graph: &Graph, agents: u32, random_lists: u64) -> Result<Makespan, BenchError> {
    let failed = |what: String| BenchError::Makespan { graph: graph.name, agents, what };
    // The settings are those that a project has which sets nothing but the number of jobs.
    let options = Options { jobs: Some(agents), ..Options::default() };
    let rules = rules(&Orchestration::default(), &options, "bench".to_owned(), 1)
        .map_err(|error| failed(error.to_string()))?;
    let found = forecast(&facts(graph), &rules, &Assumptions::EXACT, Draws { runs: 1, seed: 0 })
        .map_err(|error| failed(error.to_string()))?;
    let (best, best_rule) = lists::best(graph, rules.agents(), random_lists);
    Ok(Makespan {
        graph: graph.name,
        agents,
        tasks: graph.nodes.len(),
        engine: found.finish.p50 / 60,
        best,
        best_rule,
        bound: graph.bound(agents.into()),
        timeline: found.median,
    })
}

fn facts(graph: &Graph) -> Vec<TaskFacts> {
    let reference = |n: usize| TaskRef(format!("{n:03}"));
    let fact = |(n, node): (usize, &graphs::Node)| TaskFacts {
        task: reference(n),
        id: (n + 1).to_string(),
        title: String::new(),
        standing: Standing::Ready,
        urgency: 2,
        created_at: Timestamp::UNIX_EPOCH,
        estimate_minutes: node.minutes,
        depends_on: node.needs.iter().map(|on| reference(*on)).collect(),
    };
    graph.nodes.iter().enumerate().map(fact).collect()
}

impl Makespan {
    /// The engine's makespan as a multiple of the best list's.
    fn times_best(&self) -> f64 {
        ratio(self.engine, self.best)
    }

    fn times_bound(&self) -> f64 {
        ratio(self.engine, self.bound)
    }

    /// No schedule that leaves nobody idle while there is work can be longer (Graham, 1969).
    fn graham(&self) -> f64 {
        2.0 - 1.0 / f64::from(self.agents)
    }

    pub(super) fn is_over(&self) -> bool {
        self.times_best() > BAR || self.times_bound() > self.graham()
    }

    fn cells(&self) -> [String; 9] {
        [
            self.graph.to_owned(),
            self.tasks.to_string(),
            self.agents.to_string(),
            self.engine.to_string(),
            self.best.to_string(),
            format!("{:.3}", self.times_best()),
            format!("{:.3} <= {:.2}", self.times_bound(), self.graham()),
            if self.is_over() { "OVER" } else { "ok" }.to_owned(),
            self.best_rule.clone(),
        ]
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "graph": self.graph,
            "tasks": self.tasks,
            "agents": self.agents,
            "minutes": self.engine,
            "best_list_minutes": self.best,
            "best_list": self.best_rule,
            "bound_minutes": self.bound,
            "bar": BAR,
            "over": self.is_over(),
        })
    }
}

/// The table for people.
pub(super) fn table(all: &[Makespan]) -> String {
    let heads = [
        "graph",
        "tasks",
        "agents",
        "minutes",
        "best list",
        "ratio",
        "to the bound",
        "verdict",
        "best list is",
    ];
    let mut lines = vec![heads.map(str::to_owned)];
    lines.extend(all.iter().map(Makespan::cells));
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let mut out = String::new();
    for line in &lines {
        for (column, cell) in line.iter().enumerate() {
            // Writing to a string cannot fail.
            let _ = match (column, widths[column]) {
                (0, width) => write!(out, "{cell:<width$}"),
                (8, _) => write!(out, "  {cell}"),
                (_, width) => write!(out, "  {cell:>width$}"),
            };
        }
        out.push('\n');
    }
    let worst = all.iter().map(Makespan::times_best).fold(0.0, f64::max);
    let _ = writeln!(out, "the engine beside the best list: at worst {worst:.3}, bar {BAR}");
    out
}

fn draw(all: &[Makespan]) -> String {
    // With one agent there is nothing to see.
    let panels = all.iter().filter(|one| one.agents > 1).map(|one| Panel {
        title: format!(
            "{}, {} agents: {} min; best list {} min ({}); no schedule is below {} min",
            one.graph, one.agents, one.engine, one.best, one.best_rule, one.bound
        ),
        agents: usize::try_from(one.agents).unwrap_or(1),
        timeline: &one.timeline,
        bound: Some(one.bound * 60),
    });
    picture("The engine's schedules of ten graphs", &panels.collect::<Vec<_>>())
}

fn ratio(a: u64, b: u64) -> f64 {
    let float = |n: u64| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    float(a) / float(b).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_is_as_good_as_the_best_list() {
        let all = run(40).unwrap();
        println!("{}", table(&all));
        assert_eq!(all.len(), 40);
        let over: Vec<String> =
            all.iter().filter(|one| one.is_over()).map(|one| one.cells().join(" ")).collect();
        assert!(over.is_empty(), "{over:#?}");
    }

    /// What is compared is a schedule: all work, once, by so many agents, each task after what it needs.
    #[test]
    fn what_the_engine_did_is_a_schedule() {
        for graph in graphs::all() {
            for agents in AGENTS {
                let one = measure(&graph, agents, 0).unwrap();
                let bars = &one.timeline.bars;
                assert_eq!(bars.len(), graph.nodes.len(), "{}", graph.name);
                let bar = |n: usize| bars.iter().find(|bar| bar.task == (n + 1).to_string()).unwrap();
                for (n, node) in graph.nodes.iter().enumerate() {
                    assert_eq!(bar(n).end - bar(n).begin, node.minutes * 60);
                    assert!(node.needs.iter().all(|on| bar(*on).end <= bar(n).begin), "{} {n}", graph.name);
                    let at_once =
                        bars.iter().filter(|b| b.begin <= bar(n).begin && bar(n).begin < b.end).count();
                    assert!(at_once <= usize::try_from(agents).unwrap(), "{} {n}", graph.name);
                }
                assert!(one.engine >= one.bound, "{}", graph.name);
            }
        }
    }

    #[test]
    fn one_schedule_over_the_bar_is_seen() {
        let one = |engine| Makespan {
            graph: "g",
            agents: 3,
            tasks: 1,
            engine,
            best: 100,
            best_rule: "first come".to_owned(),
            bound: 90,
            timeline: Timeline { finish: 0, bars: Vec::new() },
        };
        assert!(!one(105).is_over());
        assert!(one(106).is_over());
        assert!(Makespan { best: 200, ..one(160) }.is_over());
        insta::assert_snapshot!(table(&[one(100), one(106)]), @r"
        graph  tasks  agents  minutes  best list  ratio   to the bound  verdict  best list is
        g          1       3      100        100  1.000  1.111 <= 1.67       ok  first come
        g          1       3      106        100  1.060  1.178 <= 1.67     OVER  first come
        the engine beside the best list: at worst 1.060, bar 1.05
        ");
    }
}
