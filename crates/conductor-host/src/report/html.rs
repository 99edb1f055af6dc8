//! A report as one page for a browser: it loads nothing, and runs nothing.

use std::fmt::Write as _;

use super::Report;
use super::markdown::{
    Entry, clock, commit, decision_words, ending, entries, heading, lines, measures, ordered, try_words,
};
use super::quality::chart;
use super::story::{Outcome, Work};
use super::words::{dollars, span};
use crate::forecast::{BarKind, Panel, escape, picture};

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;color:#1f2933;max-width:980px;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}table{border-collapse:collapse;width:100%}\
td,th{text-align:left;padding:.25rem .5rem;border-bottom:1px solid #d9e2ec;vertical-align:top}\
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem}dt{color:#616e7c}dd{margin:0}\
details{border:1px solid #d9e2ec;border-radius:6px;margin:.4rem 0;padding:.3rem .8rem}summary{cursor:pointer}\
.landed{color:#2f855a}.held{color:#b7791f}.failed,.rejected{color:#c53030}.at{color:#616e7c;font-variant-numeric:tabular-nums}\
pre{background:#f5f7fa;padding:.6rem;overflow:auto;white-space:pre-wrap}svg{max-width:100%;height:auto}\
@media (prefers-color-scheme:dark){body{background:#1a202c;color:#e2e8f0}td,th,details{border-color:#4a5568}\
pre{background:#2d3748}}";

/// The report as a page.
pub fn html(report: &Report) -> String {
    let title = format!("Session {}: {}", report.session, heading(report));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{0}</title><style>{STYLE}</style></head>\n<body><h1>{0}</h1>\n",
        escape(&title)
    );
    // Writing to a string cannot fail.
    let _ = writeln!(
        page,
        "<p>Began {:.0}, {} in all, agent {}.</p>",
        report.began,
        span(report.seconds),
        escape(&report.agent)
    );
    if report.compacted {
        page.push_str("<p>Older rows of this session are gone: single attempts and decisions are not known any more.</p>\n");
    }
    page.push_str("<dl>");
    for (name, value) in lines(&report.figures) {
        let _ = write!(page, "<dt>{}</dt><dd>{}</dd>", escape(name), escape(&value));
    }
    page.push_str("</dl>\n");
    if !report.timeline.bars.is_empty() {
        page.push_str("<h2>When</h2>\n");
        page.push_str(&drawn(report));
    }
    waiting(&mut page, report);
    table(&mut page, report);
    over_time(&mut page, report);
    if !report.decisions.is_empty() {
        page.push_str("<h2>Decisions</h2>\n<ul>");
        for decision in &report.decisions {
            let _ = write!(page, "<li>{} {}</li>", at(decision.at), escape(&decision_words(decision)));
        }
        page.push_str("</ul>\n");
    }
    for work in ordered(&report.work) {
        story(&mut page, work);
    }
    page.push_str("</body></html>\n");
    page
}

/// The timeline. A session has as many rows of agents as worked at once.
fn drawn(report: &Report) -> String {
    let agents =
        report.timeline.bars.iter().filter(|bar| bar.kind == BarKind::Attempt).map(|bar| bar.row + 1);
    let panel = Panel {
        title: format!("{} from its beginning", span(report.timeline.finish)),
        agents: agents.max().unwrap_or(0),
        timeline: &report.timeline,
        bound: None,
    };
    picture("Agents, tests, and what waited for you", &[panel])
}

fn waiting(page: &mut String, report: &Report) {
    if report.waiting.is_empty() {
        return;
    }
    page.push_str("<h2>Waits for you</h2>\n");
    for hold in &report.waiting {
        let _ = writeln!(
            page,
            "<details open><summary><b>{}</b> {} (hold {}, {})</summary><p>{}</p>{}</details>",
            escape(&hold.task),
            escape(&hold.title),
            hold.hold,
            span(hold.waits),
            escape(&hold.question),
            if hold.detail.is_empty() { String::new() } else { pre(&hold.detail) }
        );
    }
}

fn table(page: &mut String, report: &Report) {
    page.push_str(
        "<h2>Tasks</h2>\n<table><tr><th>task</th><th>title</th><th>outcome</th><th>attempts</th><th>worked</th>\
         <th>estimate</th><th>cost</th><th>commit</th></tr>\n",
    );
    for work in ordered(&report.work) {
        let cells = [
            format!("<a href=\"#r{}\">{}</a>", work.run, escape(&work.task)),
            escape(&work.title),
            format!("<span class=\"{}\">{}</span>", class(work.outcome), work.outcome.word()),
            work.attempts.to_string(),
            span(work.spent.working_seconds),
            work.estimate_minutes.map_or_else(String::new, |minutes| span(minutes * 60)),
            work.spent.cost_micros.map_or_else(String::new, dollars),
            escape(&commit(work)),
        ];
        let _ = writeln!(page, "<tr><td>{}</td></tr>", cells.join("</td><td>"));
    }
    page.push_str("</table>\n");
}

fn over_time(page: &mut String, report: &Report) {
    if report.quality.is_empty() {
        return;
    }
    page.push_str("<h2>Tests, coverage, lints</h2>\n");
    page.extend(chart(&report.quality));
    page.push_str(
        "<table><tr><th>after</th><th>tests</th><th>coverage</th><th>of new lines</th><th>lints</th></tr>\n",
    );
    for point in &report.quality {
        let cells = measures(point).join("</td><td>");
        let _ = writeln!(page, "<tr><td>{}</td><td>{cells}</td></tr>", escape(&point.task));
    }
    page.push_str("</table>\n");
}

fn story(page: &mut String, work: &Work) {
    let _ = write!(
        page,
        "<details id=\"r{}\"{}><summary><b>{}</b> {}: <span class=\"{}\">{}</span></summary><ul>",
        work.run,
        if work.outcome == Outcome::Landed { "" } else { " open" },
        escape(&work.task),
        escape(&work.title),
        class(work.outcome),
        escape(&ending(work))
    );
    for entry in entries(work) {
        let (time, words) = match entry {
            Entry::Try(one) => (one.began, try_words(one)),
            Entry::Decision(decision) => (decision.at, decision_words(decision)),
        };
        let _ = write!(page, "<li>{} {}</li>", at(time), escape(&words));
    }
    if let Some(kept) = &work.kept {
        let _ = write!(page, "<li>its workspace was kept: {}</li>", escape(kept));
    }
    page.push_str("</ul></details>\n");
}

fn class(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Held => "held",
        Outcome::Failed => "failed",
        Outcome::Rejected => "rejected",
        Outcome::UnderWay | Outcome::LetGo => "other",
        Outcome::Landed => "landed",
    }
}

fn at(time: jiff::Timestamp) -> String {
    format!("<span class=\"at\">{}</span>", clock(time))
}

/// Foreign text with its lines.
fn pre(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(escape).collect();
    format!("<pre>{}</pre>", lines.join("\n"))
}
