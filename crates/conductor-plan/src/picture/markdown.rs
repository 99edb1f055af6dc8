//! A plan as Markdown to be read.

use super::{Picture, estimate, minutes, plain};
use crate::{Item, ItemKey, Severity, TreeRow};
use std::fmt::Write as _;

pub(super) fn write(picture: &Picture<'_>) -> String {
    let plan = picture.plan;
    let mut out = format!("# {}\n\n", text(picture.title()));
    let documents: Vec<String> = plan.documents.iter().map(|document| text(&document.name)).collect();
    let _ = writeln!(
        out,
        "{} requirements, {} tasks{}, from {}.\n",
        plan.requirements.len(),
        plan.leaves().count(),
        rejected_count(picture),
        if documents.is_empty() { "no document".to_owned() } else { documents.join(", ") }
    );
    for row in plan.tree() {
        item(&mut out, picture, &row);
    }
    order(&mut out, picture);
    if !picture.rejected.is_empty() {
        out.push_str("## Rejected\n\n");
        for (key, title) in &picture.rejected {
            let _ = writeln!(out, "- {} {}", text(picture.labels.get(key)), text(title));
        }
        out.push('\n');
    }
    if !picture.findings.is_empty() {
        out.push_str("## Findings\n\n");
        for finding in picture.findings {
            let mark =
                if finding.severity == Severity::Error { "**error**" } else { finding.severity.as_str() };
            let asked =
                finding.question.as_ref().map(|question| format!(" ({})", question.id)).unwrap_or_default();
            let _ = writeln!(out, "- {mark} `{}`: {}{asked}", finding.code, text(&finding.message));
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// `, 2 items rejected`, or nothing.
fn rejected_count(picture: &Picture<'_>) -> String {
    match picture.rejected.len() {
        0 => String::new(),
        1 => ", 1 item rejected".to_owned(),
        count => format!(", {count} items rejected"),
    }
}

fn item(out: &mut String, picture: &Picture<'_>, row: &TreeRow<'_>) {
    let Item { key, title, description, .. } = row.item;
    let level = "#".repeat((row.depth + 2).min(6));
    let _ = writeln!(out, "{level} {} {}\n", text(picture.labels.get(key)), text(title));
    let mut facts = Vec::new();
    if !row.container {
        facts.push(format!("{}, {}", row.item.category.as_str(), row.item.priority));
    }
    let time = estimate(row.item);
    if !time.is_empty() {
        facts.push(time);
    }
    if picture.is_critical(row.item) {
        facts.push("on the critical path".to_owned());
    }
    if !row.item.depends_on.is_empty() {
        facts.push(format!("after {}", names(picture, &row.item.depends_on, ", ")));
    }
    let sources: Vec<String> = row.item.sources.iter().map(|source| text(&source.to_string())).collect();
    if !sources.is_empty() {
        facts.push(format!("from {}", sources.join(", ")));
    }
    if !facts.is_empty() {
        let _ = writeln!(out, "*{}*\n", facts.join(" · "));
    }
    let paragraphs = description.lines().map(text).filter(|line| !line.is_empty());
    for line in paragraphs {
        let _ = writeln!(out, "{line}\n");
    }
    for criterion in &row.item.acceptance {
        let _ = writeln!(out, "- [ ] {}", text(criterion));
    }
    if !row.item.acceptance.is_empty() {
        out.push('\n');
    }
}

fn order(out: &mut String, picture: &Picture<'_>) {
    let Some(order) = picture.order.as_ref().filter(|order| order.total_minutes > 0) else { return };
    let schedule = order.schedule(picture.workers);
    let _ = writeln!(
        out,
        "## Order\n\n{} of work; {} with {} agents, {} at the least.\n",
        minutes(order.total_minutes),
        minutes(schedule.makespan),
        picture.workers,
        minutes(schedule.bound)
    );
    for (level, keys) in order.levels.iter().enumerate() {
        let _ = writeln!(out, "{}. {}", level + 1, names(picture, keys, ", "));
    }
    let _ = writeln!(
        out,
        "\nCritical path ({}): {}\n",
        minutes(order.critical_minutes),
        names(picture, &order.critical_path, " → ")
    );
}

fn names(picture: &Picture<'_>, keys: &[ItemKey], between: &str) -> String {
    keys.iter().map(|key| text(picture.labels.get(key))).collect::<Vec<_>>().join(between)
}

/// Text in a cell of a Markdown table.
pub fn markdown_cell(cell: &str) -> String {
    text(cell)
}

/// A line of text that Markdown reads as nothing but text.
fn text(line: &str) -> String {
    let plain = plain(line);
    let mut out = String::with_capacity(plain.len());
    for (at, c) in plain.char_indices() {
        let first = at == 0;
        // A list of numbers begins with one: `1. x`.
        let numbered =
            matches!(c, '.' | ')') && plain[..at].bytes().all(|byte| byte.is_ascii_digit()) && !first;
        let number = numbered && plain[at + 1..].starts_with(' ');
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$')
            || first && matches!(c, '#' | '+' | '-' | '=' | ':')
            || number
        {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
