//! A plan as a drawing.

use super::layout::{HEAD, INSET, ITEM, Layout, Line, Rect, layout};
use super::measure::fit;
use super::{Picture, estimate, plain, xml};
use crate::Item;
use std::fmt::Write as _;

/// Size of titles, and of what stands above them.
const TITLE: u32 = 13;
const SMALL: u32 = 11;

/// Colours and fonts of the drawing, for light and dark surroundings.
pub(super) const STYLE: &str = "\
.plan-graph{--paper:#fff;--ink:#1f2430;--dim:#667085;--box:#f6f7f9;--edge:#98a2b3;--line:#d0d5dd;--hot:#c2410c;--item:#fff}\
@media (prefers-color-scheme:dark){.plan-graph{--paper:#14161b;--ink:#e6e8ee;--dim:#98a2b3;--box:#1b1e25;--edge:#667085;\
--line:#3a4150;--hot:#fb923c;--item:#22262f}}\
.plan-graph{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Noto Sans CJK SC',sans-serif}\
.plan-graph text{fill:var(--ink);font-size:13px}\
.plan-graph .small{fill:var(--dim);font-size:11px}\
.plan-graph .group>rect{fill:var(--box);stroke:var(--line)}\
.plan-graph .group-title{font-weight:600;paint-order:stroke;stroke:var(--box);stroke-width:5px;pointer-events:none}\
.plan-graph .item>rect{fill:var(--item);stroke:var(--line)}\
.plan-graph .critical>rect{stroke:var(--hot);stroke-width:2}\
.plan-graph .edge{fill:none;stroke:var(--edge);stroke-width:1.5}\
.plan-graph .edge.critical{stroke:var(--hot);stroke-width:2.5}\
.plan-graph marker path{fill:var(--edge)}\
.plan-graph marker.hot path{fill:var(--hot)}";

/// Widths of a drawing of its own, and of one beside documents.
const WIDE: i32 = 1_120;
const NARROW: i32 = 690;

/// The drawing as a file of its own.
pub(super) fn standalone(picture: &Picture<'_>) -> String {
    let layout = layout(picture, WIDE);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    open(&mut out, picture, &layout);
    let _ = writeln!(out, "<style>{STYLE}</style>");
    let _ = writeln!(
        out,
        "<rect width=\"{}\" height=\"{}\" style=\"fill:var(--paper)\"/>",
        layout.width, layout.height
    );
    body(&mut out, picture, &layout, |_| None);
    out.push_str("</svg>\n");
    out
}

/// The drawing as a part of a page, where `link` says what each item links to.
pub(super) fn inline(picture: &Picture<'_>, link: impl Fn(usize) -> Option<String>) -> String {
    let layout = layout(picture, NARROW);
    let mut out = String::new();
    open(&mut out, picture, &layout);
    body(&mut out, picture, &layout, link);
    out.push_str("</svg>\n");
    out
}

fn open(out: &mut String, picture: &Picture<'_>, layout: &Layout) {
    let Layout { width, height, .. } = layout;
    let title = xml(&plain(picture.title()));
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plan-graph\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"group\" aria-label=\"{title}\">"
    );
    for (id, class) in [("arrow", ""), ("arrow-hot", " class=\"hot\"")] {
        let _ = writeln!(
            out,
            "<marker id=\"{id}\"{class} viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerUnits=\"userSpaceOnUse\" \
             markerWidth=\"9\" markerHeight=\"9\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/></marker>"
        );
    }
}

/// Boxes below lines, lines below items, so that a line never hides a title.
fn body(out: &mut String, picture: &Picture<'_>, layout: &Layout, link: impl Fn(usize) -> Option<String>) {
    let shown = layout.shown.iter().filter_map(|&id| {
        let item = picture.plan.items.get(id)?;
        Some((id, item, layout.places.get(id).copied().flatten()?))
    });
    let (groups, items): (Vec<_>, Vec<_>) = shown.partition(|(_, item, _)| picture.is_container(item));
    for &(id, group, rect) in &groups {
        linked(out, link(id), |out| draw_group(out, id, group, rect));
    }
    for line in &layout.lines {
        draw_line(out, picture, line);
    }
    for &(_, group, rect) in &groups {
        draw_group_title(out, picture, group, rect);
    }
    for &(id, item, rect) in &items {
        linked(out, link(id), |out| draw_item(out, picture, id, item, rect));
    }
}

fn linked(out: &mut String, link: Option<String>, draw: impl FnOnce(&mut String)) {
    match link {
        Some(link) => {
            let _ = write!(out, "<a href=\"{}\">", xml(&link));
            draw(out);
            out.push_str("</a>\n");
        }
        None => draw(out),
    }
}

fn draw_group(out: &mut String, id: usize, item: &Item, rect: Rect) {
    let Rect { x, y, w, h } = rect;
    let _ = writeln!(
        out,
        "<g class=\"group\" id=\"n{id}\"><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"8\"/></g>",
        xml(&plain(&item.title))
    );
}

/// Above the lines that cross the box, so that it can be read.
fn draw_group_title(out: &mut String, picture: &Picture<'_>, item: &Item, rect: Rect) {
    let title = format!("{}  {}", picture.labels.get(&item.key), plain(&item.title));
    let room = u32::try_from(rect.w - 2 * INSET).unwrap_or(0);
    let shown = fit(&title, TITLE + 1, room, 1).concat();
    let (x, y) = (rect.x + INSET, rect.y + HEAD / 2);
    let _ = writeln!(out, "<text class=\"group-title\" x=\"{x}\" y=\"{y}\">{}</text>", xml(&shown));
}

fn draw_item(out: &mut String, picture: &Picture<'_>, id: usize, item: &Item, rect: Rect) {
    const PAD: i32 = 10;
    let Rect { x, y, w, h } = rect;
    let room = u32::try_from(ITEM.0 - 2 * PAD).unwrap_or(0);
    let critical = picture.is_critical(item);
    let class = if critical { "item critical" } else { "item" };
    let time = estimate(item);
    let facts = [picture.labels.get(&item.key), &time, if critical { "critical" } else { "" }];
    let facts: Vec<&str> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
    let small = fit(&plain(&facts.join(" · ")), SMALL, room, 1).concat();
    let _ = write!(
        out,
        "<g class=\"{class}\" id=\"n{id}\"><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"6\"/>\
         <text class=\"small\" x=\"{}\" y=\"{}\">{}</text>",
        xml(&plain(&item.title)),
        x + PAD,
        y + 17,
        xml(&small)
    );
    for (number, line) in (0..).zip(fit(&plain(&item.title), TITLE, room, 2)) {
        let _ = write!(out, "<text x=\"{}\" y=\"{}\">{}</text>", x + PAD, y + 35 + number * 17, xml(&line));
    }
    out.push_str("</g>\n");
}

fn draw_line(out: &mut String, picture: &Picture<'_>, line: &Line) {
    let Line { from, to, start, end, passes } = line;
    let (class, arrow) =
        if picture.is_critical_edge(*from, *to) { ("edge critical", "arrow-hot") } else { ("edge", "arrow") };
    let _ = write!(
        out,
        "<path class=\"{class}\" data-from=\"{from}\" data-to=\"{to}\" marker-end=\"url(#{arrow})\" d=\"M{} {}",
        start.0, start.1
    );
    let mut at = *start;
    for &(x, top, bottom) in passes {
        bend(out, at, (x, top));
        let _ = write!(out, "V{bottom}");
        at = (x, bottom);
    }
    bend(out, at, *end);
    out.push_str("\"/>\n");
}

/// A curve that leaves downwards and arrives from above, also when it has to go up.
fn bend(out: &mut String, (x1, y1): (i32, i32), (x2, y2): (i32, i32)) {
    let bend = ((y2 - y1) / 2).clamp(18, 160);
    let _ = write!(out, "C{x1} {} {x2} {} {x2} {y2}", y1 + bend, y2 - bend);
}
