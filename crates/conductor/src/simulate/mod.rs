//! `conductor simulate`: what would happen, with so many agents, with so much going wrong.

mod assume;
mod report;
mod work;

use std::path::PathBuf;

use cli_kit::{CliError, Exit};
use conductor_engine::session::Rules;
use conductor_host::forecast::{
    Assumptions, Draws, Forecast, ForecastError, Panel, Shape, forecast, picture,
};
use conductor_host::session::{Options, rules};
use jiff::SignedDuration;

use crate::context::{Context, Project};
use assume::Assumed;
use report::{Lever, Report};
use work::Work;

/// Forecast how long open tasks take, with how many agents, and what would help most
///
/// It plays the work through many times with the program's own scheduler, in virtual time: attempts take about as long
/// as estimated, some fail, ask, meet a limit or conflict, and are done again. Rates come from this project's earlier
/// sessions where there are any, else they are usual ones; flags overrule both. Nothing is begun and nothing is
/// written, except the picture that you ask for.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor simulate\n  conductor simulate --jobs 2,4,8 --fail-rate 0.3 --test-time 10m\n  \
                  conductor simulate --plan 1 --picture plan.svg"
)]
pub(crate) struct Args {
    /// How many tasks are worked on at once; several by comma [default: 1 to 4, and what is configured]
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=64))]
    jobs: Vec<u32>,
    /// How many agents work at once at most, when that is less than jobs
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=64))]
    agent_jobs: Option<u32>,
    /// How often an attempt's work does not pass, from 0 to 0.9
    #[arg(long, value_name = "P", value_parser = rate)]
    fail_rate: Option<f64>,
    /// How often an attempt ends with a question, from 0 to 0.9
    #[arg(long, value_name = "P", value_parser = rate)]
    ask_rate: Option<f64>,
    /// How long one run of all gates takes, such as 90s or 10m
    #[arg(long, value_name = "DUR", value_parser = cli_kit::time::parse_duration)]
    test_time: Option<SignedDuration>,
    /// How long a question waits for you
    #[arg(long, value_name = "DUR", value_parser = cli_kit::time::parse_duration)]
    answer_time: Option<SignedDuration>,
    /// How far attempts lie from their estimates, from 0 (not at all) to 2 [default: 0.5, two in three within 0.6 to
    /// 1.65 times]
    #[arg(long, value_name = "S", value_parser = spread)]
    spread: Option<f64>,
    /// Minutes of an agent's work for a minute of the estimate, from 0.001 to 100
    #[arg(long, value_name = "X", value_parser = pace)]
    pace: Option<f64>,
    /// Only these tasks, by id and comma
    #[arg(long, value_name = "IDS", value_delimiter = ',', conflicts_with = "plan")]
    tasks: Vec<String>,
    /// The items of this plan instead of tasks
    #[arg(long, value_name = "N")]
    plan: Option<u64>,
    /// How often the work is played through [default: 200, fewer for many tasks]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    runs: Option<u32>,
    /// Where chance begins: the same seed gives the same forecast
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Draw the middle run for each number of jobs into this SVG file
    #[arg(long, value_name = "FILE.svg", value_parser = svg_file)]
    picture: Option<PathBuf>,
}

/// How often tasks are played through in all, by default: a forecast is there in seconds.
const TASKS_PLAYED: usize = 5_000;

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let project = context.open()?;
    let work = Work::find(&project, &args.tasks, args.plan)?;
    if work.scope.tasks.is_empty() {
        report::nothing(context, &work);
        return Ok(Exit::Ok);
    }
    let assumed = Assumed::new(&args, &project, &work)?;
    let scenes = Scenes { project: &project, args: &args, work: &work, draws: draws(&args, &work) };
    let report = scenes.play(assumed)?;
    if let Some(file) = &args.picture {
        let file = context.here()?.join(file);
        write_picture(&file, &report)?;
    }
    report::tell(context, &report, &work);
    Ok(Exit::Ok)
}

fn draws(args: &Args, work: &Work) -> Draws {
    let fit = TASKS_PLAYED.checked_div(work.scope.tasks.len()).unwrap_or(0).clamp(20, 200);
    Draws { runs: args.runs.unwrap_or_else(|| u32::try_from(fit).unwrap_or(20)), seed: args.seed }
}

/// What is played through.
struct Scenes<'a> {
    project: &'a Project,
    args: &'a Args,
    work: &'a Work,
    draws: Draws,
}

impl Scenes<'_> {
    fn play(&self, assumed: Assumed) -> Result<Report, CliError> {
        let assumptions = assumed.assumptions();
        let shape = Shape::of(&self.work.scope.tasks, &assumptions).map_err(failed)?;
        let configured = self.project.config.orchestration.workflow.jobs.max(1);
        let base = self.args.jobs.first().copied().unwrap_or(configured);
        let mut all =
            if self.args.jobs.is_empty() { vec![1, 2, 3, 4, configured] } else { self.args.jobs.clone() };
        all.sort_unstable();
        all.dedup();
        let mut forecasts = Vec::new();
        for jobs in all {
            forecasts.push(self.scene(jobs, &assumptions)?);
        }
        let here = match forecasts.iter().find(|f| u32::try_from(f.jobs) == Ok(base)) {
            Some(forecast) => forecast.finish.p50,
            None => self.scene(base, &assumptions)?.finish.p50,
        };
        let mut levers = Vec::new();
        for (what, jobs, other) in levers_of(base, &assumptions) {
            let known = forecasts.iter().find(|f| u32::try_from(f.jobs) == Ok(jobs) && jobs != base);
            let finish = match known {
                Some(forecast) => forecast.finish.p50,
                None => self.scene(jobs, &other)?.finish.p50,
            };
            levers.push(Lever { what, saves: here.saturating_sub(finish) });
        }
        levers.sort_by_key(|lever| std::cmp::Reverse(lever.saves));
        Ok(Report {
            tasks: self.work.scope.tasks.len(),
            over_limit: self.over_limit(&assumptions),
            runs: self.draws.runs,
            seed: self.draws.seed,
            assumed,
            shape,
            forecasts,
            base,
            levers,
        })
    }

    fn scene(&self, jobs: u32, assumptions: &Assumptions) -> Result<Forecast, CliError> {
        let rules = self.rules(jobs)?;
        forecast(&self.work.scope.tasks, &rules, assumptions, self.draws).map_err(failed)
    }

    /// What a session would go by that was begun now.
    fn rules(&self, jobs: u32) -> Result<Rules, CliError> {
        let config = &self.project.config.orchestration;
        let options = Options { jobs: Some(jobs), ..Options::default() };
        // Whose limit it is can be told only where there is no choice.
        let mut names = config.agents.keys();
        let agent = names.next().filter(|_| names.next().is_none()).cloned().unwrap_or_default();
        let rules = rules(config, &options, agent, 1).map_err(|error| CliError::usage(error.to_string()))?;
        let own = self.args.agent_jobs.and_then(|jobs| usize::try_from(jobs).ok());
        Ok(Rules { agent_jobs: own.or(rules.agent_jobs), ..rules })
    }

    /// How many tasks take longer, as estimated, than an attempt may take.
    fn over_limit(&self, assumptions: &Assumptions) -> usize {
        let limit = self.project.config.orchestration.safety.max_task_duration.as_secs_f64();
        let seconds = |minutes: u64| f64::from(u32::try_from(minutes.saturating_mul(60)).unwrap_or(u32::MAX));
        let takes = |task| seconds(conductor_engine::schedule::minutes(task)) * assumptions.pace;
        self.work.scope.tasks.iter().filter(|task| takes(task) > limit).count()
    }
}

/// What could be otherwise, one thing at a time.
fn levers_of(jobs: u32, now: &Assumptions) -> Vec<(&'static str, u32, Assumptions)> {
    let all = [
        ("one more at once", jobs.saturating_add(1), *now),
        ("no failed attempts", jobs, Assumptions { fail: 0.0, ..*now }),
        ("no questions", jobs, Assumptions { ask: 0.0, ..*now }),
        ("tests in half the time", jobs, Assumptions { test: now.test / 2, ..*now }),
    ];
    all.into_iter().filter(|(_, other, assumptions)| *other != jobs || assumptions != now).collect()
}

fn write_picture(file: &std::path::Path, report: &Report) -> Result<(), CliError> {
    let panels = report.forecasts.iter().map(|forecast| Panel {
        title: report::title(forecast),
        agents: forecast.agents,
        timeline: &forecast.median,
        bound: Some(forecast.bound),
    });
    let heading = format!("Forecast of {} tasks, the middle one of {} runs", report.tasks, report.runs);
    let svg = picture(&heading, &panels.collect::<Vec<_>>());
    std::fs::write(file, svg).map_err(|error| {
        let message = format!("failed to write {}: {error}", file.display());
        CliError::new(Exit::Refused, "PICTURE_NOT_WRITTEN", message)
            .hint("name a file in a folder that is there")
    })
}

fn failed(error: ForecastError) -> CliError {
    let message = error.to_string();
    match error {
        ForecastError::NoTasks => CliError::new(Exit::NotFound, "TASK_NOT_FOUND", message),
        ForecastError::Circle(_) => CliError::new(Exit::Refused, "DEPENDENCY_CYCLE", message),
        ForecastError::Endless(_) => CliError::new(Exit::Limit, "FORECAST_ENDLESS", message),
        ForecastError::Turn(_) => CliError::internal(message),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    between(text, 0.0, 0.9, "a rate is a number from 0 to 0.9, such as 0.2 for one in five")
}

fn spread(text: &str) -> Result<f64, String> {
    between(text, 0.0, 2.0, "the spread is a number from 0 to 2, such as 0.5")
}

fn pace(text: &str) -> Result<f64, String> {
    between(text, 0.001, 100.0, "the pace is a number from 0.001 to 100, such as 0.25 for four times as fast")
}

fn between(text: &str, least: f64, most: f64, what: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| what.to_owned())
}

/// Any other ending is more likely a slip than a wish: the file is overwritten.
fn svg_file(text: &str) -> Result<PathBuf, String> {
    let file = PathBuf::from(text);
    let is_svg = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("svg"));
    if is_svg {
        Ok(file)
    } else {
        Err("the picture is an SVG file: give it a name that ends in .svg".to_owned())
    }
}
