//! A report as Markdown.

use std::fmt::Write as _;

use super::Report;
use super::figures::Figures;
use super::quality::{Quality, share};
use super::story::{Decision, Outcome, Try, Work};
use super::words::{counted, dollars, short, span};

/// The report as a document: what waits for a person first, then what did not go well, then what landed.
pub fn markdown(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "# Session {}: {}\n", report.session, plain(&heading(report)));
    let end = report.ended.map_or_else(|| "not over".to_owned(), |ended| format!("over {ended:.0}"));
    let _ = writeln!(
        text,
        "Began {:.0}, {end}, {} in all. Agent: {}.\n",
        report.began,
        span(report.seconds),
        plain(&report.agent)
    );
    if report.compacted {
        text.push_str(
            "Older rows of this session are gone: single attempts and decisions are not known any more.\n\n",
        );
    }
    for (name, value) in lines(&report.figures) {
        let _ = writeln!(text, "- {name}: {value}");
    }
    waiting(&mut text, report);
    table(&mut text, report);
    over_time(&mut text, report);
    if !report.decisions.is_empty() {
        text.push_str("\n## Decisions\n\n");
    }
    for decision in &report.decisions {
        let _ = writeln!(text, "- {}", decided(decision));
    }
    for work in ordered(&report.work) {
        story(&mut text, work);
    }
    text
}

/// `completed, all is done`.
pub(super) fn heading(report: &Report) -> String {
    match &report.why {
        Some(why) => format!("{}, {why}", report.status),
        None => report.status.to_owned(),
    }
}

/// The figures that there are, each with its name.
pub(super) fn lines(figures: &Figures) -> Vec<(&'static str, String)> {
    let mut lines = vec![("done", format!("{} of {}", figures.done, counted(figures.tasks, "task")))];
    let others = [
        (figures.held, "wait for you"),
        (figures.failed, "failed"),
        (figures.rejected, "rejected"),
        (figures.let_go, "let go"),
    ];
    let others: Vec<String> =
        others.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    if !others.is_empty() {
        lines.push(("not done", others.join(", ")));
    }
    if let Some(share) = figures.completion() {
        lines.push(("completion", format!("{share} % of those that were seen through")));
    }
    let at_once = figures.first_try().map(|share| format!(", {share} % of what is done at the first"));
    lines.push(("attempts", format!("{}{}", figures.attempts, at_once.unwrap_or_default())));
    lines.push(("you were needed", counted(figures.interventions, "time")));
    let trouble =
        [(figures.red, "red test"), (figures.accidents, "accident"), (figures.conflicts, "conflict")];
    let trouble: Vec<String> =
        trouble.iter().filter(|(n, _)| *n > 0).map(|(n, thing)| counted(*n, thing)).collect();
    if !trouble.is_empty() {
        lines.push(("trouble", trouble.join(", ")));
    }
    lines.push(("agents worked", span(figures.spent.working_seconds)));
    if let Some(share) = figures.against_estimate() {
        let (actual, estimate) = (figures.actual_minutes * 60, figures.estimate_minutes * 60);
        let of = counted(figures.estimated, "task");
        lines
            .push(("against estimate", format!("{} for {} ({share} %), {of}", span(actual), span(estimate))));
    }
    if let Some(tokens) = figures.spent.tokens {
        lines.push(("tokens", short(tokens)));
    }
    if let Some(cost) = figures.spent.cost_micros {
        let each = figures.cost_per_task().map(|each| format!(", {} a task", dollars(each)));
        lines.push(("cost", format!("{}{}", dollars(cost), each.unwrap_or_default())));
    }
    lines
}

/// What did not go well first; otherwise in the order in which it was taken up.
pub(super) fn ordered(work: &[Work]) -> Vec<&Work> {
    let mut ordered: Vec<&Work> = work.iter().collect();
    ordered.sort_by_key(|work| (work.outcome, work.run));
    ordered
}

fn waiting(text: &mut String, report: &Report) {
    if report.waiting.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n## Waits for you\n");
    for hold in &report.waiting {
        let _ = writeln!(
            text,
            "- **{}** {} (hold {}, {}): {}",
            plain(&hold.task),
            plain(&hold.title),
            hold.hold,
            span(hold.waits),
            plain(&hold.question)
        );
    }
}

fn table(text: &mut String, report: &Report) {
    let _ = writeln!(
        text,
        "\n## Tasks\n\n| task | title | outcome | attempts | worked | estimate | cost | commit |\n|---|---|---|---|---|---|---|---|"
    );
    for work in ordered(&report.work) {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            plain(&work.task),
            plain(&work.title),
            work.outcome.word(),
            work.attempts,
            span(work.spent.working_seconds),
            work.estimate_minutes.map_or_else(String::new, |minutes| span(minutes * 60)),
            work.spent.cost_micros.map_or_else(String::new, dollars),
            commit(work),
        );
    }
}

fn over_time(text: &mut String, report: &Report) {
    if report.quality.is_empty() {
        return;
    }
    text.push_str("\n## Tests, coverage, lints\n\n| after | tests | coverage | of new lines | lints |\n|---|---|---|---|---|\n");
    for point in &report.quality {
        let [tests, coverage, changed, lints] = measures(point);
        let _ = writeln!(text, "| {} | {tests} | {coverage} | {changed} | {lints} |", plain(&point.task));
    }
}

/// What was measured, in words; empty what was not.
pub(super) fn measures(point: &Quality) -> [String; 4] {
    let count = |count: Option<u64>| count.map_or_else(String::new, |count| count.to_string());
    let percent = |permille: Option<u64>| permille.map_or_else(String::new, share);
    [
        count(point.tests),
        percent(point.coverage_permille),
        percent(point.changed_permille),
        count(point.lints),
    ]
}

/// The commit's name, as short as people write it.
pub(super) fn commit(work: &Work) -> String {
    work.commit.as_deref().map_or_else(String::new, |commit| commit.chars().take(7).collect())
}

fn story(text: &mut String, work: &Work) {
    let _ = writeln!(text, "\n### {} {}: {}\n", plain(&work.task), plain(&work.title), plain(&ending(work)));
    for entry in entries(work) {
        let line = match entry {
            Entry::Try(one) => tried(one),
            Entry::Decision(decision) => decided(decision),
        };
        let _ = writeln!(text, "- {line}");
    }
    if let Some(kept) = &work.kept {
        let _ = writeln!(text, "- its workspace was kept: {}", plain(kept));
    }
}

/// `landed as 1a2b3c4`, `held: which one?`.
pub(super) fn ending(work: &Work) -> String {
    match (work.outcome, &work.why) {
        (Outcome::Landed, _) => format!("landed as {}", commit(work)),
        (outcome, Some(why)) => format!("{}: {}", outcome.word(), super::words::first_line(why, 200)),
        (outcome, None) => outcome.word().to_owned(),
    }
}

/// A line of a story.
pub(super) enum Entry<'w> {
    Try(&'w Try),
    Decision(&'w Decision),
}

/// Attempts and decisions as they came; an attempt stands where it began.
pub(super) fn entries(work: &Work) -> Vec<Entry<'_>> {
    let tries = work.tries.iter().map(|one| (one.began, 0, Entry::Try(one)));
    let decisions = work.decisions.iter().map(|decision| (decision.at, 1, Entry::Decision(decision)));
    let mut entries: Vec<_> = tries.chain(decisions).collect();
    entries.sort_by_key(|(at, kind, _)| (*at, *kind));
    entries.into_iter().map(|(.., entry)| entry).collect()
}

fn tried(one: &Try) -> String {
    format!("{} {}", clock(one.began), plain(&try_words(one)))
}

/// `attempt 1: finished after 12m, 12.3k tokens, $0.31`.
pub(super) fn try_words(one: &Try) -> String {
    let Some(end) = &one.end else { return format!("attempt {}: goes on", one.number) };
    let tokens = one.spent.tokens.map(|tokens| format!(", {} tokens", short(tokens)));
    let cost = one.spent.cost_micros.map(|cost| format!(", {}", dollars(cost)));
    format!(
        "attempt {}: {end}, after {}{}{}",
        one.number,
        span(one.spent.working_seconds),
        tokens.unwrap_or_default(),
        cost.unwrap_or_default()
    )
}

fn decided(decision: &Decision) -> String {
    format!("{} {}", clock(decision.at), plain(&decision_words(decision)))
}

/// `held: which one? (3 times)`.
pub(super) fn decision_words(decision: &Decision) -> String {
    let by = decision.by.as_ref().map(|by| format!(" ({by})")).unwrap_or_default();
    let times = if decision.times > 1 { format!(" ({} times)", decision.times) } else { String::new() };
    format!("{}{by}: {}{times}", decision.matter.word(), decision.why)
}

/// The time of day, in UTC.
pub(super) fn clock(at: jiff::Timestamp) -> String {
    at.strftime("%m-%d %H:%M:%S").to_string()
}

/// Foreign text as one line of text: nothing in it is markup.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '&' | '!' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
