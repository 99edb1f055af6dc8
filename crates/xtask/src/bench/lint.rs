//! What checking, ordering and drawing a large plan costs, with the making of the plan.

use super::BenchError;
use super::report::Row;
use super::stage::Stage;

const BAR_MS: f64 = 300.0;

pub(super) fn run(stage: &Stage) -> Result<Vec<Row>, BenchError> {
    let place = stage.folder("checks")?;
    let cases = [
        ("lint", "5000", "lint of 5,000 items and 10,000 requirements"),
        ("order", "100000", "critical path of 100,000 items"),
        ("circle", "100000", "circle among 100,000 items"),
        ("draw", "300", "drawing of 300 items"),
    ];
    let row = |(what, count, name): (&str, &str, &str)| {
        let words = [stage.ours("examples/checks"), what.into(), count.into()];
        Ok(Row::cpu(name, stage.sample(&place, &words)?, Some(BAR_MS)))
    };
    cases.into_iter().map(row).collect()
}
