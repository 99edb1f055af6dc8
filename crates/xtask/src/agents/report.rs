//! The table: a row for each case, a column for each agent, and what is not as expected.

use std::fmt::{self, Write as _};

use super::cases::Case;
use super::real::Real;
use super::seen::{Attempt, Seen};

/// One run and what is to be said of it.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) real: Real,
    pub(super) case: Case,
    pub(super) seen: Seen,
    /// What is not as expected.
    pub(super) wrong: Vec<String>,
}

impl fmt::Display for Row {
    /// In one line, for whoever waits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.wrong.is_empty() { "ok" } else { "WRONG" };
        write!(f, "{verdict:5} {:16} {:14} {}", self.real.name(), self.case.name(), cell(&self.seen))?;
        for wrong in &self.wrong {
            write!(f, "\n      - {wrong}")?;
        }
        let last = self.seen.last();
        if !self.wrong.is_empty() && !last.words.is_empty() {
            write!(f, "\n      last: {}", line(&last.words))?;
        }
        Ok(())
    }
}

/// What Conductor recorded, in a cell of a table.
fn cell(seen: &Seen) -> String {
    let ends: Vec<String> = seen.attempts.iter().map(Attempt::short).collect();
    let mut parts = vec![match seen.planned {
        Some(items) => format!("plan of {items} items"),
        None if ends.is_empty() => "no attempt".to_owned(),
        None => ends.join(", "),
    }];
    parts.push(match &seen.commit {
        Some(_) => format!("task {}, landed", seen.task),
        None => format!("task {}", seen.task),
    });
    if !seen.holds.is_empty() {
        parts.push(format!("held {}", seen.holds.join(", ")));
    }
    if !seen.waits.is_empty() {
        parts.push(format!("waits {}", seen.waits.join(", ")));
    }
    if seen.failures > 0 {
        parts.push(format!("{} charged", seen.failures));
    }
    parts.push(usage(seen));
    if seen.resumed {
        parts.push("resumed".to_owned());
    }
    parts.push(format!("{:.1} s", seen.wall.as_secs_f64()));
    if let Some(time) = seen.stopped_in {
        parts.push(format!("stopped in {:.1} s", time.as_secs_f64()));
    }
    parts.push(format!("{} left", seen.left.len()));
    if !seen.violations.is_empty() {
        parts.push(format!("{} violations", seen.violations.len()));
    }
    parts.join("; ")
}

fn usage(seen: &Seen) -> String {
    let sum =
        |of: fn(&Attempt) -> Option<u64>| seen.attempts.iter().filter_map(of).reduce(u64::saturating_add);
    let shown = |number: Option<u64>| number.map_or_else(|| "?".to_owned(), |number| number.to_string());
    let tokens = format!("{}+{} tok", shown(sum(|a| a.input)), shown(sum(|a| a.output)));
    match sum(|a| a.cost_micros) {
        None => tokens,
        Some(micros) => format!("{tokens}, ${}.{:04}", micros / 1_000_000, micros % 1_000_000 / 100),
    }
}

/// The whole table.
pub(super) fn markdown(rows: &[Row]) -> String {
    let mut reals: Vec<Real> = Vec::new();
    for row in rows {
        if !reals.contains(&row.real) {
            reals.push(row.real);
        }
    }
    let mut out = String::from("| case |");
    // Writing to a string cannot fail.
    for real in &reals {
        let _ = write!(out, " {} |", real.name());
    }
    let _ = writeln!(out, "\n|---|{}", "---|".repeat(reals.len()));
    for case in Case::ALL {
        let of = |real: &Real| rows.iter().find(|row| row.case == case && row.real == *real);
        if reals.iter().all(|real| of(real).is_none()) {
            continue;
        }
        let _ = write!(out, "| {} |", case.name());
        for real in &reals {
            let text = of(real).map_or_else(String::new, |row| {
                let mark = if row.wrong.is_empty() { "" } else { "**wrong** " };
                format!("{mark}{}", cell(&row.seen))
            });
            let _ = write!(out, " {} |", text.replace('|', "\\|"));
        }
        let _ = writeln!(out);
    }
    let _ = writeln!(out, "\n{}", failed(rows));
    out
}

/// Everything that is not as expected.
fn failed(rows: &[Row]) -> String {
    let mut out = String::new();
    for row in rows {
        for wrong in &row.wrong {
            let last = line(&row.seen.last().words);
            let _ = writeln!(out, "- {}, {}: {wrong} (last words: {last})", row.real.name(), row.case.name());
        }
    }
    if out.is_empty() { format!("All {} as expected.\n", rows.len()) } else { out }
}

/// A text in one line that is not too long.
fn line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > 240 { line.chars().take(239).collect::<String>() + "…" } else { line }
}
