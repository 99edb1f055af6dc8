//! A plan of a large document by the built-in engine.

use super::BenchError;
use super::data;
use super::report::Row;
use super::stage::Stage;

const BAR_MS: f64 = 30.0;

pub(super) fn run(stage: &Stage) -> Result<Vec<Row>, BenchError> {
    let project = stage.folder("plan")?;
    let document = project.join("harbour.md");
    stage.write(&document, &data::document())?;
    stage.must(&project, &[stage.ours("taskwerk"), "init".into()])?;
    let plan = ["plan", "decompose", "harbour.md", "--engine", "outline"].map(Into::into);
    let mut words = vec![stage.ours("conductor")];
    words.extend(plan);
    let cost = stage.sample(&project, &words)?;
    Ok(vec![Row::cpu("conductor plan decompose, 50 KB", cost, Some(BAR_MS))])
}
