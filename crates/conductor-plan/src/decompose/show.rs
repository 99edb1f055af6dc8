//! What is shown of documents and items in a prompt. Text of others stands behind line numbers or quoted, so that none of
//! it can be taken for a part of the instructions.

use super::library::{Library, LineRange};
use super::tokens::{cut, tokens};
use crate::{BlockKind, Item, Modality, Requirement, RequirementKind};
use std::fmt::Write as _;

/// Numbered lines, each document under its name, up to `budget` tokens; what is left out is marked.
pub(super) fn lines(library: &Library<'_>, ranges: &[LineRange], budget: usize) -> String {
    let mut text = String::new();
    let (mut used, mut left_out) = (0, 0_u32);
    let mut at: Option<LineRange> = None;
    for range in ranges {
        if at.is_none_or(|before| before.document != range.document) {
            let _ = writeln!(text, "Document {:?}:\n", library.name(range.document));
        } else {
            text.push_str("…\n");
        }
        for number in range.first..=range.last {
            let line = library.line(range.document, number);
            used += tokens(line) + 2;
            if used > budget {
                left_out += 1;
                continue;
            }
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{number}| {}", plain(line));
        }
        at = Some(*range);
    }
    if left_out > 0 {
        let _ = writeln!(text, "… ({left_out} more lines are not shown)");
    }
    text.trim_end().to_owned()
}

/// Tabs stay; other control characters would only confuse.
fn plain(line: &str) -> String {
    line.chars().filter(|c| *c == '\t' || !c.is_control()).collect()
}

/// The requirements that begin in these lines, one a line without their words, which stand in the document.
pub(super) fn requirements<'r>(
    library: &Library<'_>,
    wanted: impl Iterator<Item = &'r Requirement>,
) -> String {
    let mut text = String::new();
    let one_document = library.documents().count() == 1;
    for one in wanted {
        let span = one.source.span;
        let place =
            if one_document { String::new() } else { format!("{} ", one_line(&one.source.document, 100)) };
        let lines = if span.first_line == span.last_line {
            format!("line {}", span.first_line)
        } else {
            format!("lines {}-{}", span.first_line, span.last_line)
        };
        let _ = writeln!(text, "- {} {place}{lines}, {}, {}", one.id, modality(one.modality), kind(one.kind));
    }
    if text.is_empty() {
        return text;
    }
    format!("## Requirements\n\nWhat was recognised in it so far, by id; there may be more.\n\n{text}\n")
}

/// Every heading of the documents, so that who reads one part knows of the others.
pub(super) fn headings(library: &Library<'_>, budget: usize) -> String {
    let mut text = String::new();
    for document in library.documents() {
        for block in document.blocks() {
            let BlockKind::Heading { level } = block.kind else { continue };
            let indent = "  ".repeat(usize::from(level.saturating_sub(1)));
            let _ = writeln!(text, "{indent}- {}", one_line(&block.text, 30));
        }
    }
    if text.is_empty() {
        return text;
    }
    format!("## The headings of all parts\n\n{}\n\n", cut_lines(&text, budget))
}

/// An item in full.
pub(super) fn item(item: &Item) -> String {
    let mut text = format!("Title: {}\n", one_line(&item.title, 100));
    if let Some(estimate) = item.estimate {
        let _ = writeln!(
            text,
            "Estimate: {} to {} minutes, likely {}. Complexity {}: {}",
            estimate.low,
            estimate.high,
            estimate.likely,
            item.complexity,
            one_line(&item.complexity_reasons.join("; "), 100)
        );
    }
    if !item.description.is_empty() {
        let _ = writeln!(text, "Description:\n{}", quoted(&cut(&item.description, 800)));
    }
    if !item.acceptance.is_empty() {
        let _ = writeln!(text, "Done when:\n{}", quoted(&cut(&item.acceptance.join("\n"), 600)));
    }
    text.trim_end().to_owned()
}

/// The containers that an item is in, from the top.
pub(super) fn ancestors(above: &[&Item]) -> String {
    let mut text = String::new();
    for item in above {
        let summary = one_line(&item.description, 80);
        let _ = writeln!(text, "- {}: {summary}", one_line(&item.title, 60));
    }
    if text.is_empty() { text } else { format!("## What it is a part of, from the top\n\n{text}\n") }
}

/// Titles of what stands beside an item.
pub(super) fn siblings(beside: &[&Item], budget: usize) -> String {
    let mut text = String::new();
    for item in beside {
        let _ = writeln!(text, "- {}", one_line(&item.title, 60));
    }
    if text.is_empty() {
        return text;
    }
    format!("## What others do, beside it\n\n{}\n\n", cut_lines(&text, budget))
}

/// A text in one line.
pub(super) fn one_line(text: &str, most: usize) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    cut(&plain(&line), most)
}

fn quoted(text: &str) -> String {
    text.lines().map(|line| format!("> {}", plain(line))).collect::<Vec<_>>().join("\n")
}

/// As many lines as fit, and how many do not.
fn cut_lines(text: &str, budget: usize) -> String {
    let mut used = 0;
    let mut kept: Vec<&str> = Vec::new();
    let mut left_out = 0;
    for line in text.lines() {
        used += tokens(line) + 1;
        if used > budget { left_out += 1 } else { kept.push(line) }
    }
    let mut text = kept.join("\n");
    if left_out > 0 {
        let _ = write!(text, "\n- … and {left_out} more");
    }
    text
}

fn modality(modality: Modality) -> &'static str {
    match modality {
        Modality::Must => "must",
        Modality::Should => "should",
        Modality::May => "may",
    }
}

fn kind(kind: RequirementKind) -> &'static str {
    match kind {
        RequirementKind::Feature => "feature",
        RequirementKind::Constraint => "constraint",
        RequirementKind::Quality => "quality",
        RequirementKind::Interface => "interface",
        RequirementKind::Data => "data",
        RequirementKind::Dependency => "dependency",
        RequirementKind::OutOfScope => "out of scope",
        RequirementKind::OpenQuestion => "open question",
    }
}
