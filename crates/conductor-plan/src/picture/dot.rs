//! A graph for Graphviz.

use super::{Picture, estimate, plain};
use crate::TreeRow;
use std::fmt::Write as _;

pub(super) fn draw(picture: &Picture<'_>) -> String {
    let mut out = String::from(
        "digraph plan {\n  graph [compound=true, rankdir=TB, fontname=\"sans-serif\"];\n  \
         node [shape=box, style=rounded, fontname=\"sans-serif\"];\n",
    );
    let mut open = 0;
    for TreeRow { depth, container, item } in picture.plan.tree() {
        while open > depth {
            open -= 1;
            let _ = writeln!(out, "{}}}", indent(open));
        }
        let Some(&index) = picture.positions.get(&item.key) else { continue };
        let label = escaped(&format!("{} {}", picture.labels.get(&item.key), item.title));
        let style = if picture.is_critical(item) { ", color=\"#c2410c\", penwidth=3" } else { "" };
        if container {
            let _ = writeln!(out, "{}subgraph \"cluster_{index}\" {{", indent(depth));
            let _ = writeln!(out, "{}label=\"{label}\";", indent(depth + 1));
            // Edges lead from and to points in a cluster, and are cut at its border.
            let _ = writeln!(out, "{}n{index} [shape=point, style=invis, width=0];", indent(depth + 1));
            open += 1;
        } else {
            let time = estimate(item);
            let line = if time.is_empty() { "" } else { "\\n" };
            let _ = writeln!(out, "{}n{index} [label=\"{label}{line}{time}\"{style}];", indent(depth));
        }
    }
    while open > 0 {
        open -= 1;
        let _ = writeln!(out, "{}}}", indent(open));
    }
    for (from, to) in picture.edges() {
        let mut attributes = Vec::new();
        for (end, index) in [("ltail", from), ("lhead", to)] {
            if picture.plan.items.get(index).is_some_and(|item| picture.is_container(item)) {
                attributes.push(format!("{end}=\"cluster_{index}\""));
            }
        }
        if picture.is_critical_edge(from, to) {
            attributes.push("color=\"#c2410c\", penwidth=3".to_owned());
        }
        let _ = writeln!(out, "  n{from} -> n{to} [{}];", attributes.join(", "));
    }
    out.push_str("}\n");
    out
}

fn indent(depth: usize) -> String {
    "  ".repeat(depth.min(20) + 1)
}

/// What stands between the quotation marks of a string of DOT. A backslash is doubled, since escapes such as `\N` mean
/// something in labels.
fn escaped(text: &str) -> String {
    plain(text).replace('\\', "\\\\").replace('"', "\\\"")
}
