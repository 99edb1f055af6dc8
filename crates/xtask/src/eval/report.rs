//! The figures as a table, and as JSON.

use std::fmt;

use conductor_plan::Score;
use serde_json::json;

use super::{Case, EvalError};

/// All cases of a folder.
pub(crate) struct Report {
    cases: Vec<Case>,
    details: bool,
}

const HEAD: [&str; 11] = [
    "document",
    "coverage",
    "precision",
    "F1",
    "edges",
    "order kept",
    "violations",
    "tau",
    "size",
    "overall",
    "lint",
];

impl Report {
    pub(super) fn new(cases: Vec<Case>, details: bool) -> Self {
        Self { cases, details }
    }

    pub(super) fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// Whether every plan could be imported.
    pub(crate) fn is_sound(&self) -> bool {
        self.cases.iter().all(|case| case.errors == 0)
    }

    pub(super) fn json(&self) -> Result<String, EvalError> {
        let case = |case: &Case| json!({ "name": case.name, "score": case.score, "errors": case.errors, "warnings": case.warnings });
        let cases: Vec<_> = self.cases.iter().map(case).collect();
        Ok(serde_json::to_string_pretty(&json!({ "cases": cases }))? + "\n")
    }

    fn rows(&self) -> Vec<[String; 11]> {
        let mut rows: Vec<[String; 11]> = self.cases.iter().map(row).collect();
        let mean = |of: fn(&Score) -> Option<f64>| {
            let all: Vec<f64> = self.cases.iter().filter_map(|case| of(&case.score)).collect();
            let count = u32::try_from(all.len()).unwrap_or(u32::MAX);
            (!all.is_empty()).then(|| all.iter().sum::<f64>() / f64::from(count))
        };
        let figures: [fn(&Score) -> Option<f64>; 9] = [
            |score| Some(score.coverage),
            |score| Some(score.precision),
            |score| Some(score.f1),
            |score| score.edges.f1,
            |score| score.order.kept,
            |score| score.order.violations,
            |score| score.order.tau,
            |score| Some(score.size_ratio),
            |score| Some(score.overall),
        ];
        let means = figures.map(|of| shown(mean(of)));
        let [a, b, c, d, e, f, g, h, i] = means;
        rows.push(["mean".to_owned(), a, b, c, d, e, f, g, h, i, String::new()]);
        rows
    }
}

fn row(case: &Case) -> [String; 11] {
    let score = &case.score;
    [
        case.name.clone(),
        format!("{} {}/{}", shown(Some(score.coverage)), score.matches.len(), score.reference_tasks),
        format!("{} {}/{}", shown(Some(score.precision)), score.matches.len(), score.tasks),
        shown(Some(score.f1)),
        shown(score.edges.f1),
        format!("{} of {}", shown(score.order.kept), score.order.pairs),
        shown(score.order.violations),
        shown(score.order.tau),
        shown(Some(score.size_ratio)),
        shown(Some(score.overall)),
        format!("{} errors, {} warnings", case.errors, case.warnings),
    ]
}

fn shown(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.2}"))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows = vec![HEAD.map(str::to_owned)];
        rows.extend(self.rows());
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; 11] = std::array::from_fn(width);
        for row in &rows {
            let cells: Vec<String> =
                row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            writeln!(f, "{}", cells.join("  ").trim_end())?;
        }
        for case in self.cases.iter().filter(|_| self.details) {
            writeln!(f, "\n{}", case.name)?;
            for found in &case.score.matches {
                writeln!(f, "  = {:.2} {} | {}", found.similarity, found.plan.title, found.reference.title)?;
            }
            case.score.only_plan.iter().try_for_each(|left| writeln!(f, "  + {}", left.title))?;
            case.score.only_reference.iter().try_for_each(|left| writeln!(f, "  - {}", left.title))?;
        }
        Ok(())
    }
}
