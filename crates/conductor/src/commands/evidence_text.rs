//! Evidence as people read it.

use std::collections::BTreeSet;

use cli_kit::printer::{Printer, Style};
use cli_kit::table::{Cell, Fit, Table};
use cli_kit::text::escape;
use cli_kit::time::compact;
use conductor_engine::coverage::CoverageFacts;
use conductor_engine::evidence::Evidence;
use conductor_engine::gate::{GateEnd, GateResult, TestDelta, TestStatus};
use conductor_engine::lint::{Lint, LintCounts};
use conductor_host::session::Proof;
use jiff::SignedDuration;

/// How many names of tests, files or findings are listed before "and … more".
const MOST: usize = 10;

/// Shows a piece of evidence, and what was found when it was checked.
pub(super) fn tell(printer: &mut Printer, proof: &Proof, names: &[String]) {
    let id = printer.paint(Style::Cyan, proof.id.0.as_str()).into_owned();
    printer.line(format!("Evidence {id}, kept {:.0}", proof.created_at));
    if let Some(evidence) = &proof.evidence {
        shown(printer, evidence);
    }
    for (landed, name) in proof.landed.iter().zip(names) {
        printer.line(format!("Landed on it: {} as {} (run {})", escape(name), landed.commit, landed.run));
    }
    for flaw in &proof.flaws {
        let line = format!("DOES NOT HOLD: {}", escape(&flaw.to_string()));
        let line = printer.paint(Style::Red, &line).into_owned();
        printer.line(line);
    }
    if proof.flaws.is_empty() {
        let line = match proof.landed.as_slice() {
            [] => "Holds: the digest is that of its content. Nothing has landed on it.",
            [..] => "Holds: the digest is that of its content, the tree is what landed, the commit names it.",
        };
        let line = printer.paint(Style::Green, line).into_owned();
        printer.line(line);
    }
}

fn shown(printer: &mut Printer, evidence: &Evidence) {
    printer.line(format!("Tree {}", evidence.tree));
    let mut table = Table::new(&[
        ("gate", Fit::Keep),
        ("end", Fit::Keep),
        ("took", Fit::Keep),
        ("tests", Fit::Shrink(10)),
        ("coverage", Fit::Drop),
        ("findings", Fit::Drop),
        ("command", Fit::Drop),
    ]);
    for gate in &evidence.gates {
        let style = if gate.passed() { Style::Green } else { Style::Red };
        let took = i64::try_from(gate.duration_ms).unwrap_or(i64::MAX);
        table.row([
            Cell::new(&gate.name).style(Style::Cyan),
            Cell::new(&end(gate)).style(style),
            Cell::new(&compact(SignedDuration::from_millis(took))),
            Cell::new(&tests(gate)),
            Cell::new(&gate.coverage.map(|share| share.to_string()).unwrap_or_default()),
            Cell::new(&gate.lints.as_ref().map(|lints| counts(lints.counts)).unwrap_or_default()),
            Cell::new(gate.command.lines().next().unwrap_or_default()).style(Style::Dim),
        ]);
    }
    if evidence.gates.is_empty() {
        printer.line("No gates ran.");
    } else {
        let text = table.render(printer);
        printer.raw(&text);
    }
    let lines =
        [tries(evidence), delta(evidence), coverage(evidence.coverage.as_ref()), findings(evidence)].concat();
    for line in lines {
        printer.line(line);
    }
    if !evidence.tampered.is_empty() {
        printer.line(format!("The gates changed files under version control: {}", some(&evidence.tampered)));
    }
}

fn end(gate: &GateResult) -> String {
    match gate.end {
        GateEnd::Exit(0) if !gate.passed() => "exit 0, tests failed".to_owned(),
        GateEnd::Exit(code) => format!("exit {code}"),
        GateEnd::Signal(signal) => format!("signal {signal}"),
        GateEnd::TimedOut => "out of time".to_owned(),
        GateEnd::NotStarted => "not started".to_owned(),
    }
}

fn tests(gate: &GateResult) -> String {
    let Some(tests) = &gate.tests else { return String::new() };
    let count = |status, word: &str| match tests.count(status) {
        0 => None,
        n => Some(format!("{n} {word}")),
    };
    let parts = [
        count(TestStatus::Passed, "passed"),
        count(TestStatus::Failed, "failed"),
        count(TestStatus::Skipped, "skipped"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "none seen".to_owned() } else { parts.join(", ") }
}

/// What was tried again, and how often.
fn tries(evidence: &Evidence) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(before) = &evidence.after {
        lines.push(format!("All gates ran again: they failed on the same tree before (evidence {before})"));
    }
    for gate in evidence.gates.iter().filter(|gate| !gate.earlier.is_empty()) {
        let failed: BTreeSet<&String> = gate.earlier.iter().flat_map(|before| &before.failed).collect();
        let failed: Vec<&String> = failed.into_iter().collect();
        let tests = if failed.is_empty() { String::new() } else { format!(": {}", some(&failed)) };
        lines.push(format!("Gate {} failed {} times before{tests}", escape(&gate.name), gate.earlier.len()));
    }
    lines
}

/// What became of the tests of the base.
fn delta(evidence: &Evidence) -> Vec<String> {
    let Some(TestDelta { removed, added, broken, mended, newly_skipped }) = &evidence.tests else {
        return Vec::new();
    };
    let rows = [
        ("new", added),
        ("mended", mended),
        ("broken", broken),
        ("no longer run", removed),
        ("now skipped", newly_skipped),
    ];
    let told = rows.iter().filter(|(_, tests)| !tests.is_empty());
    let lines: Vec<String> = told
        .map(|(word, tests)| {
            let names: Vec<&String> = tests.iter().collect();
            format!("Tests {word}: {} ({})", tests.len(), some(&names))
        })
        .collect();
    if lines.is_empty() { vec!["Tests: the same as before the change".to_owned()] } else { lines }
}

fn coverage(facts: Option<&CoverageFacts>) -> Vec<String> {
    let Some(facts) = facts else { return Vec::new() };
    let before = facts.base.map(|base| format!(", before the change {base}")).unwrap_or_default();
    let mut lines = vec![format!("Coverage: {} of {} lines{before}", facts.total, facts.total.lines)];
    if let Some(changed) = &facts.changed {
        lines.push(format!("Coverage of added lines: {} of {}", changed.share, changed.share.lines));
        for (path, missed) in changed.uncovered.iter().take(MOST) {
            lines.push(format!("  not reached: {}: {missed}", escape(path)));
        }
        let more = changed.uncovered.len().saturating_sub(MOST);
        if more > 0 {
            lines.push(format!("  and {more} more files"));
        }
        if !changed.unmeasured.is_empty() {
            lines.push(format!("  not in the report: {}", some(&changed.unmeasured)));
        }
    }
    lines
}

fn findings(evidence: &Evidence) -> Vec<String> {
    let Some(facts) = evidence.lints else { return Vec::new() };
    let before = facts.base.map(|base| format!(", before the change {}", counts(base))).unwrap_or_default();
    let mut lines = vec![format!("Findings: {}{before}", counts(facts.counts))];
    let places: Vec<&Lint> = evidence
        .gates
        .iter()
        .filter_map(|gate| gate.lints.as_ref())
        .flat_map(|lints| &lints.places)
        .collect();
    for lint in places.iter().take(MOST) {
        let path = lint.path.as_deref().unwrap_or("?");
        let line = lint.line.map(|line| format!(":{line}")).unwrap_or_default();
        lines.push(format!("  {}{line}: {}", escape(path), escape(&lint.message)));
    }
    let more = places.len().saturating_sub(MOST);
    if more > 0 {
        lines.push(format!("  and {more} more"));
    }
    lines
}

fn counts(counts: LintCounts) -> String {
    format!("{} errors, {} warnings, {} notes", counts.errors, counts.warnings, counts.notes)
}

/// The first of some names.
fn some<T: AsRef<str>>(names: &[T]) -> String {
    let shown: Vec<String> = names.iter().take(MOST).map(|name| escape(name.as_ref()).into_owned()).collect();
    let more = names.len().saturating_sub(MOST);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", shown.join(", "))
}
