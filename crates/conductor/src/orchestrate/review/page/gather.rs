//! What the page shows, made of what is known of a run. Everything in it is escaped here.

use cli_kit::text::escape;
use conductor_engine::evidence::Evidence;
use conductor_engine::gate::{GateEnd, GateResult, TestStatus};
use conductor_engine::judgement::{Answer, Judgement};
use conductor_engine::session::{Hold, Run};
use conductor_host::journal::AttemptRow;

use super::state::{File, Line, Look, Texts};
use crate::orchestrate::story::working_time;
use crate::orchestrate::usage::attempt_line;

/// What the page is about.
pub(in crate::orchestrate::review) struct Subject<'s> {
    pub(in crate::orchestrate::review) name: &'s str,
    pub(in crate::orchestrate::review) title: &'s str,
    pub(in crate::orchestrate::review) run: &'s Run,
    pub(in crate::orchestrate::review) hold: Option<&'s Hold>,
    pub(in crate::orchestrate::review) judgement: Option<&'s Judgement>,
    pub(in crate::orchestrate::review) evidence: Option<&'s Evidence>,
    pub(in crate::orchestrate::review) attempts: &'s [AttemptRow],
    /// The patch, with nothing in it that must not be shown.
    pub(in crate::orchestrate::review) patch: Option<&'s str>,
    pub(in crate::orchestrate::review) truncated: bool,
    /// What the agent said in its newest attempt.
    pub(in crate::orchestrate::review) transcript: Vec<String>,
}

/// Columns of a tab.
const TAB: &str = "    ";

/// The most lines of a transcript: its last.
const MOST_SAID: usize = 20_000;

/// Makes the texts.
pub(in crate::orchestrate::review) fn gather(subject: Subject<'_>) -> Texts {
    let Subject { run, hold, .. } = subject;
    let place = match hold {
        Some(hold) => format!("run {}, waits for you ({})", run.id, hold.id),
        None => format!("run {}, {:?}", run.id, run.phase.tag()).to_lowercase(),
    };
    let (diff, files) = diff(subject.patch, subject.truncated);
    let mut said: Vec<Line> = subject.transcript.iter().flat_map(|text| plain(Look::Plain, text)).collect();
    said.drain(..said.len().saturating_sub(MOST_SAID));
    Texts {
        title: format!("{}  {}", escape(subject.name), escape(subject.title)),
        place,
        reasons: reasons(&subject),
        diff,
        files,
        evidence: evidence(subject.evidence, run),
        transcript: said,
        waits: hold.is_some(),
        saved: run.snapshot.is_some(),
    }
}

/// A text of several lines.
fn plain(look: Look, text: &str) -> Vec<Line> {
    text.lines().map(|line| Line::new(look, escape(&line.replace('\t', TAB)).into_owned())).collect()
}

fn head(text: &str) -> [Line; 2] {
    [Line::new(Look::Plain, ""), Line::new(Look::Head, text)]
}

fn reasons(subject: &Subject<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    match subject.hold {
        Some(hold) => {
            lines.extend(plain(Look::Doubtful, &hold.question));
            if !hold.detail.is_empty() {
                lines.push(Line::new(Look::Plain, ""));
                lines.extend(plain(Look::Plain, &hold.detail));
            }
        }
        None => lines.push(Line::new(Look::Dim, "It waits for nobody.")),
    }
    if let Some(judgement) = subject.judgement {
        lines.extend(judged(judgement));
    }
    lines.extend(head("Attempts"));
    lines.extend(subject.attempts.iter().flat_map(|attempt| plain(Look::Plain, &attempt_line(attempt))));
    lines
}

fn judged(judgement: &Judgement) -> Vec<Line> {
    let mut lines = Vec::new();
    if !judgement.rules.is_empty() {
        lines.extend(head("Rules"));
    }
    for result in &judgement.rules {
        let (look, text) = match &result.answer {
            Answer::Holds => (Look::Doubtful, format!("{}: holds", result.rule)),
            Answer::HoldsNot => (Look::Dim, format!("{}: does not hold", result.rule)),
            Answer::Undecided { why } => (Look::Bad, format!("{}: could not be decided: {why}", result.rule)),
        };
        lines.extend(plain(look, &text));
    }
    if let Some(review) = &judgement.review {
        lines.extend(head("Review"));
        let text = format!("{}: {} findings, the worst: {}", review.agent, review.findings, review.worst);
        lines.extend(plain(Look::Plain, &text));
        lines.extend(review.list.iter().flat_map(|line| plain(Look::Doubtful, line)));
    }
    if !judgement.notes.is_empty() {
        lines.extend(head("Notes"));
        lines.extend(judgement.notes.iter().flat_map(|note| plain(Look::Plain, note)));
    }
    lines
}

/// The lines of a patch, and where each of its files begins.
pub(super) fn diff(patch: Option<&str>, truncated: bool) -> (Vec<Line>, Vec<File>) {
    let mut lines: Vec<Line> = Vec::new();
    let mut files: Vec<File> = Vec::new();
    // In the lines of a hunk, what looks like a header is content.
    let mut in_hunk = false;
    for text in patch.unwrap_or_default().lines() {
        let (mut look, mut keep) = (Look::Plain, true);
        if let Some(paths) = text.strip_prefix("diff --git ") {
            in_hunk = false;
            let path = paths.rsplit_once(" b/").map_or(paths, |(_, path)| path);
            let path = escape(path.trim_matches('"')).into_owned();
            files.push(File { path: path.clone(), added: 0, removed: 0, line: lines.len() });
            lines.push(Line::new(Look::Name, path));
            keep = false;
        } else if text.starts_with("@@") {
            in_hunk = true;
            look = Look::Dim;
        } else if !in_hunk {
            look = Look::Dim;
            keep = !["index ", "--- ", "+++ "].iter().any(|begin| text.starts_with(begin));
        } else if text.starts_with('+') {
            look = Look::Good;
            files.last_mut().into_iter().for_each(|file| file.added += 1);
        } else if text.starts_with('-') {
            look = Look::Bad;
            files.last_mut().into_iter().for_each(|file| file.removed += 1);
        }
        if keep {
            lines.push(Line::new(look, escape(&text.replace('\t', TAB)).into_owned()));
        }
    }
    if truncated {
        lines.push(Line::new(Look::Doubtful, "(the change is longer than what is shown)"));
    }
    (lines, files)
}

fn evidence(evidence: Option<&Evidence>, run: &Run) -> Vec<Line> {
    let Some(evidence) = evidence else {
        return vec![Line::new(Look::Dim, "No gate has run on this work.")];
    };
    let id = run.evidence.as_ref().map(|(id, _)| id.to_string()).unwrap_or_default();
    let mut lines = vec![Line::new(Look::Dim, format!("evidence {id} on tree {}", evidence.tree.short()))];
    lines.extend(evidence.gates.iter().flat_map(gate));
    if let Some(delta) = &evidence.tests {
        let sets = [
            (Look::Bad, "broken", &delta.broken),
            (Look::Doubtful, "removed", &delta.removed),
            (Look::Doubtful, "skipped now", &delta.newly_skipped),
            (Look::Good, "mended", &delta.mended),
            (Look::Good, "added", &delta.added),
        ];
        for (look, what, tests) in sets.into_iter().filter(|(.., tests)| !tests.is_empty()) {
            lines.extend(head(&format!("Tests {what}: {}", tests.len())));
            lines.extend(tests.iter().flat_map(|test| plain(look, test)));
        }
    }
    if !evidence.tampered.is_empty() {
        lines.extend(head("Changed by the gates themselves"));
        lines.extend(evidence.tampered.iter().flat_map(|path| plain(Look::Bad, path)));
    }
    lines
}

fn gate(gate: &GateResult) -> Vec<Line> {
    let end = match gate.end {
        GateEnd::Exit(0) => "exit 0".to_owned(),
        GateEnd::Exit(code) => format!("exit {code}"),
        GateEnd::Signal(signal) => format!("signal {signal}"),
        GateEnd::TimedOut => "timed out".to_owned(),
        GateEnd::NotStarted => "not started".to_owned(),
    };
    let tests = gate.tests.as_ref().map_or_else(String::new, |tests| {
        format!(", {} tests, {} failed", tests.ran(), tests.count(TestStatus::Failed))
    });
    let (look, word) = if gate.passed() { (Look::Good, "ok") } else { (Look::Bad, "FAILS") };
    let text = format!("{}  {word}  ({end}, {}{tests})", gate.name, working_time(gate.duration_ms));
    let mut lines = vec![Line::new(Look::Plain, "")];
    lines.extend(plain(look, &text));
    lines.extend(plain(Look::Name, &gate.command));
    lines.extend(plain(Look::Plain, &gate.output_tail));
    lines
}
