//! A flow chart for Mermaid.

use super::{Picture, estimate, plain};
use crate::TreeRow;
use std::fmt::Write as _;

pub(super) fn draw(picture: &Picture<'_>) -> String {
    let mut out = String::from("flowchart TD\n");
    let mut open: Vec<usize> = Vec::new();
    for TreeRow { depth, container, item } in picture.plan.tree() {
        while open.len() > depth {
            open.pop();
            let _ = writeln!(out, "{}end", indent(open.len()));
        }
        let Some(&index) = picture.positions.get(&item.key) else { continue };
        let label = text(&format!("{} {}", picture.labels.get(&item.key), item.title));
        if container {
            let _ = writeln!(out, "{}subgraph n{index}[\"{label}\"]", indent(depth));
            open.push(index);
        } else {
            let time = estimate(item);
            let time = if time.is_empty() { time } else { format!("<br/>{time}") };
            let _ = writeln!(out, "{}n{index}[\"{label}{time}\"]", indent(depth));
        }
    }
    while open.pop().is_some() {
        let _ = writeln!(out, "{}end", indent(open.len()));
    }
    for (number, (from, to)) in picture.edges().enumerate() {
        let _ = writeln!(out, "  n{from} --> n{to}");
        if picture.is_critical_edge(from, to) {
            let _ = writeln!(out, "  linkStyle {number} stroke:#c2410c,stroke-width:3px");
        }
    }
    let critical: Vec<String> = (picture.plan.items.iter())
        .filter(|item| picture.is_critical(item))
        .filter_map(|item| Some(format!("n{}", picture.positions.get(&item.key)?)))
        .collect();
    if !critical.is_empty() {
        let _ = writeln!(out, "  classDef critical stroke:#c2410c,stroke-width:3px");
        let _ = writeln!(out, "  class {} critical", critical.join(","));
    }
    out
}

fn indent(depth: usize) -> String {
    "  ".repeat(depth.min(20) + 1)
}

/// A label between quotation marks. Everything that Mermaid, its Markdown or HTML could read as more than a letter has its
/// number instead.
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain(text).chars() {
        if c.is_alphanumeric() || matches!(c, ' ' | ',' | '.' | '-' | ':' | '(' | ')' | '?' | '!' | '+') {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
    }
    out
}
