//! The figures beside their bars, as a table or as JSON.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::makespan::{self, Makespan};
use super::stage::Sample;

/// All rows of one benchmark.
pub(crate) struct BenchReport {
    taskwarrior: Option<String>,
    rows: Vec<Row>,
    makespans: Vec<Makespan>,
    /// Where the picture of these is.
    picture: Option<PathBuf>,
}

/// One figure. `bar` is the most that it may be, in the unit of the figure.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) figure: Figure,
    pub(super) bar: Option<f64>,
    /// What the process cost, where the figure is that of a process.
    pub(super) cost: Option<Sample>,
    /// The same work by taskwarrior.
    pub(super) taskwarrior: Option<Sample>,
}

/// What is judged.
pub(super) enum Figure {
    CpuMs(f64),
    PeakMib(f64),
    /// CPU time as a multiple of a shell script's that does the same work.
    TimesShell(f64),
    /// CPU time as a multiple of git's for the same.
    TimesGit(f64),
    PerTask(f64),
    /// CPU time of one step of the engine.
    MicrosPerStep(f64),
    /// Memory that nobody else has.
    PrivateMib(f64),
    PercentOfCore(f64),
    /// How late something is.
    LagMs(f64),
    Count(f64),
    /// Time that passed as a multiple of the shortest that the calls of a model can take.
    TimesCalls(f64),
}

impl Figure {
    const fn value(&self) -> f64 {
        match self {
            Self::CpuMs(value)
            | Self::PeakMib(value)
            | Self::TimesShell(value)
            | Self::TimesGit(value)
            | Self::PerTask(value)
            | Self::MicrosPerStep(value)
            | Self::PrivateMib(value)
            | Self::PercentOfCore(value)
            | Self::LagMs(value)
            | Self::Count(value)
            | Self::TimesCalls(value) => *value,
        }
    }

    const fn unit(&self) -> &'static str {
        match self {
            Self::CpuMs(_) => "ms",
            Self::PeakMib(_) | Self::PrivateMib(_) => "MiB",
            Self::TimesShell(_) => "x shell",
            Self::TimesGit(_) => "x git",
            Self::PerTask(_) => "per task",
            Self::MicrosPerStep(_) => "us a step",
            Self::PercentOfCore(_) => "% of a core",
            Self::LagMs(_) => "ms late",
            Self::Count(_) => "in all",
            Self::TimesCalls(_) => "x the calls",
        }
    }
}

impl Row {
    /// A row whose figure is the CPU time of a process.
    pub(super) fn cpu(name: impl Into<String>, cost: Sample, bar: Option<f64>) -> Self {
        Self {
            name: name.into(),
            figure: Figure::CpuMs(cpu_ms(&cost)),
            bar,
            cost: Some(cost),
            taskwarrior: None,
        }
    }

    pub(super) fn beside(mut self, taskwarrior: Option<Sample>) -> Self {
        self.taskwarrior = taskwarrior;
        self
    }

    fn is_over(&self) -> bool {
        self.bar.is_some_and(|bar| self.figure.value() > bar)
    }

    fn verdict(&self) -> &'static str {
        match self.bar {
            None => "-",
            Some(_) if self.is_over() => "OVER",
            Some(_) => "ok",
        }
    }

    /// Our CPU time as a fraction of taskwarrior's.
    fn ratio(&self) -> Option<f64> {
        let (ours, theirs) = (self.cost?.cpu.as_secs_f64(), self.taskwarrior?.cpu.as_secs_f64());
        (ours > 0.0 && theirs > 0.0).then(|| ours / theirs)
    }

    fn cells(&self) -> [String; 8] {
        let absent = || "-".to_owned();
        let cost = |show: &dyn Fn(&Sample) -> String| self.cost.as_ref().map_or_else(absent, show);
        [
            self.name.clone(),
            format!("{:.1} {}", self.figure.value(), self.figure.unit()),
            cost(&|cost| format!("{:.1}", cost.wall.as_secs_f64() * 1000.0)),
            cost(&|cost| format!("{:.1}", mib(cost.peak_bytes))),
            self.bar.map_or_else(absent, |bar| format!("<= {bar}")),
            self.taskwarrior.as_ref().map_or_else(absent, |theirs| format!("{:.0}", cpu_ms(theirs))),
            self.ratio().map_or_else(absent, |ratio| format!("1/{:.0}", 1.0 / ratio)),
            self.verdict().to_owned(),
        ]
    }

    fn json(&self) -> Value {
        json!({
            "name": self.name,
            "value": self.figure.value(),
            "unit": self.figure.unit(),
            "bar": self.bar,
            "over": self.is_over(),
            "cpu_ms": self.cost.as_ref().map(cpu_ms),
            "wall_ms": self.cost.map(|cost| cost.wall.as_secs_f64() * 1000.0),
            "peak_mib": self.cost.map(|cost| mib(cost.peak_bytes)),
            "taskwarrior_cpu_ms": self.taskwarrior.as_ref().map(cpu_ms),
            "taskwarrior_ratio": self.ratio(),
        })
    }
}

impl BenchReport {
    pub(super) const fn new(taskwarrior: Option<String>) -> Self {
        Self { taskwarrior, rows: Vec::new(), makespans: Vec::new(), picture: None }
    }

    pub(super) fn extend(&mut self, rows: Vec<Row>) {
        self.rows.extend(rows);
    }

    pub(super) fn add_makespans(&mut self, makespans: Vec<Makespan>, picture: PathBuf) {
        self.makespans = makespans;
        self.picture = Some(picture);
    }

    pub(crate) fn within_bars(&self) -> bool {
        !self.rows.iter().any(Row::is_over) && !self.makespans.iter().any(Makespan::is_over)
    }

    pub(crate) fn table(&self) -> String {
        let mut out = String::new();
        if !self.rows.is_empty() {
            out += &self.costs();
        }
        if !self.makespans.is_empty() {
            out += &makespan::table(&self.makespans);
        }
        if let Some(picture) = &self.picture {
            // Writing to a string cannot fail.
            let _ = writeln!(out, "picture: {}", picture.display());
        }
        out
    }

    fn costs(&self) -> String {
        let heads = ["name", "median", "wall ms", "peak MiB", "bar", "taskwarrior ms", "ratio", "verdict"];
        let mut lines = vec![heads.map(str::to_owned)];
        lines.extend(self.rows.iter().map(Row::cells));
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..heads.len()).map(width).collect();
        let mut out = String::new();
        for line in &lines {
            for (column, cell) in line.iter().enumerate() {
                // Names read from the left, figures from the right; writing to a string cannot fail.
                let _ = match (column, widths[column]) {
                    (0, width) => write!(out, "{cell:<width$}"),
                    (_, width) => write!(out, "  {cell:>width$}"),
                };
            }
            out.push('\n');
        }
        let beside = self.taskwarrior.as_deref().map_or_else(
            || "taskwarrior (`task`) is not installed".to_owned(),
            |version| format!("beside taskwarrior {version}"),
        );
        // Writing to a string cannot fail.
        let _ = writeln!(out, "CPU time, user and system, children included; {beside}");
        out
    }

    pub(crate) fn json(&self) -> String {
        let rows: Vec<Value> = self.rows.iter().map(Row::json).collect();
        let makespans: Vec<Value> = self.makespans.iter().map(Makespan::json).collect();
        let document = json!({
            "taskwarrior": self.taskwarrior,
            "within_bars": self.within_bars(),
            "rows": rows,
            "makespans": makespans,
        });
        format!("{document:#}\n")
    }
}

pub(super) fn cpu_ms(sample: &Sample) -> f64 {
    sample.cpu.as_secs_f64() * 1000.0
}

/// Mebibytes for showing, counted in whole KiB.
pub(super) fn mib(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes / 1024).unwrap_or(u32::MAX)) / 1024.0
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn sample(ms: u64) -> Sample {
        Sample {
            cpu: Duration::from_millis(ms),
            wall: Duration::from_millis(ms + 1),
            peak_bytes: 8 * 1024 * 1024,
        }
    }

    fn report() -> BenchReport {
        let mut report = BenchReport::new(Some("2.6.2".to_owned()));
        report.extend(vec![
            Row::cpu("add", sample(5), Some(6.0)).beside(Some(sample(5000))),
            Row::cpu("ready", sample(20), Some(15.0)),
            Row {
                name: "git processes".to_owned(),
                figure: Figure::PerTask(12.0),
                bar: Some(14.0),
                cost: None,
                taskwarrior: None,
            },
        ]);
        report
    }

    #[test]
    fn the_table_sets_figures_beside_bars() {
        insta::assert_snapshot!(report().table(), @r"
        name                  median  wall ms  peak MiB    bar  taskwarrior ms   ratio  verdict
        add                   5.0 ms      6.0       8.0   <= 6            5000  1/1000       ok
        ready                20.0 ms     21.0       8.0  <= 15               -       -     OVER
        git processes  12.0 per task        -         -  <= 14               -       -       ok
        CPU time, user and system, children included; beside taskwarrior 2.6.2
        ");
    }

    #[test]
    fn one_figure_over_its_bar_fails_the_benchmark() {
        assert!(!report().within_bars());
        let mut good = BenchReport::new(None);
        good.extend(vec![Row::cpu("add", sample(6), Some(6.0)), Row::cpu("list", sample(99), None)]);
        assert!(good.within_bars());
    }
}
