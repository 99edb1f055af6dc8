//! Prints the plan that the outline engine makes of the documents given: `cargo run --example outline -- prd.md`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a program for the terminal"
)]

use conductor_plan::{Document, Order, OutlineOptions, lint, outline};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut documents = Vec::new();
    for path in std::env::args().skip(1) {
        let read = std::fs::read(&path).map_err(|error| format!("failed to read `{path}`: {error}"));
        match read.and_then(|bytes| Document::parse(&path, &bytes).map_err(|error| error.to_string())) {
            Ok(document) => documents.push(document),
            Err(error) => {
                eprintln!("{error}");
                return ExitCode::FAILURE;
            }
        }
    }
    let plan = outline(&documents, &OutlineOptions::default());
    let rows = plan.tree();
    for (number, row) in rows.iter().enumerate() {
        let after: Vec<String> = row
            .item
            .depends_on
            .iter()
            .filter_map(|on| rows.iter().position(|row| row.item.key == *on))
            .map(|position| format!("{}", position + 1))
            .collect();
        let line = row.item.sources.first().map_or(0, |source| source.span.first_line);
        let minutes = row.item.estimate.map_or(0, |estimate| estimate.likely);
        println!(
            "{:3} {}{}{} [{} {} {}m :{line}, {} criteria] after {}",
            number + 1,
            "  ".repeat(row.depth),
            if row.container { "# " } else { "" },
            row.item.title,
            row.item.category.as_str(),
            row.item.priority,
            minutes,
            row.item.acceptance.len(),
            after.join(",")
        );
    }
    println!("{} requirements, {} items", plan.requirements.len(), plan.items.len());
    for finding in lint(&plan) {
        println!("{finding}");
    }
    match Order::of(&plan) {
        Ok(order) => println!("{} of {} minutes critical", order.critical_minutes, order.total_minutes),
        Err(error) => println!("{error}"),
    }
    ExitCode::SUCCESS
}
