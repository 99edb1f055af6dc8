//! The forecast as a picture: one self-contained SVG, a row for each agent, a bar for each thing that took time.

use std::fmt::Write as _;

use super::{Bar, BarKind, Timeline};

/// One timeline of a picture.
#[derive(Debug, Clone)]
pub struct Panel<'t> {
    /// What it shows, one line.
    pub title: String,
    /// How many agents there are: each has a row, whether it works or not.
    pub agents: usize,
    /// What was done when.
    pub timeline: &'t Timeline,
    /// Where no schedule can end earlier, in seconds, if that is to be seen.
    pub bound: Option<u64>,
}

const WIDTH: u64 = 960;
const LEFT: u64 = 90;
const ROW: u64 = 22;
const MOST_TICKS: u64 = 10;

const STYLE: &str = "text{font:12px system-ui,sans-serif;fill:#1f2933}.h{font-weight:600;font-size:14px}.s{fill:#616e7c}\
.b{fill:#fff;font-size:11px}.attempt{fill:#2b6cb0}.test{fill:#2f855a}.hold{fill:#b7791f}\
.grid{stroke:#d9e2ec}.end{stroke:#c53030;stroke-dasharray:4 3}";

/// Draws the panels one below the other, all to the same scale.
pub fn picture(heading: &str, panels: &[Panel<'_>]) -> String {
    let longest =
        panels.iter().map(|p| p.timeline.finish.max(p.bound.unwrap_or(0))).max().unwrap_or(0).max(1);
    let whole = 40 + panels.iter().map(height).sum::<u64>();
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {whole}\" width=\"{}\" height=\"{whole}\">\n\
         <style>{STYLE}</style>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
        WIDTH + 20,
        WIDTH + 20,
    );
    // Writing to a string cannot fail.
    let _ = writeln!(svg, "<text class=\"h\" x=\"10\" y=\"22\">{}</text>", escape(heading));
    let mut top = 40;
    for panel in panels {
        draw(&mut svg, panel, top, longest);
        top += height(panel);
    }
    svg.push_str("</svg>\n");
    svg
}

fn rows(panel: &Panel<'_>, kind: BarKind) -> u64 {
    let used =
        panel.timeline.bars.iter().filter(|bar| bar.kind == kind).map(|bar| bar.row + 1).max().unwrap_or(0);
    let own = if kind == BarKind::Attempt { panel.agents } else { 0 };
    u64::try_from(used.max(own)).unwrap_or(0)
}

fn height(panel: &Panel<'_>) -> u64 {
    let rows: u64 =
        [BarKind::Attempt, BarKind::Test, BarKind::Hold].map(|kind| rows(panel, kind)).iter().sum();
    24 + rows * ROW + 34
}

fn draw(svg: &mut String, panel: &Panel<'_>, top: u64, longest: u64) {
    let x = |at: u64| LEFT + at.saturating_mul(WIDTH - LEFT) / longest;
    let _ = writeln!(svg, "<text x=\"10\" y=\"{}\">{}</text>", top + 14, escape(&panel.title));
    let begin = top + 24;
    let bottom = top + height(panel) - 34;
    let step = tick(longest);
    for at in (0..=longest).step_by(usize::try_from(step).unwrap_or(usize::MAX)) {
        let x = x(at);
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{x}\" y1=\"{begin}\" x2=\"{x}\" y2=\"{bottom}\"/>\
             <text class=\"s\" x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            bottom + 14,
            length(at)
        );
    }
    let mut row = begin;
    for (kind, name) in [(BarKind::Attempt, "agent"), (BarKind::Test, "test"), (BarKind::Hold, "you")] {
        let rows = rows(panel, kind);
        for n in 0..rows {
            let name = if rows == 1 { name.to_owned() } else { format!("{name} {}", n + 1) };
            let _ = writeln!(svg, "<text class=\"s\" x=\"10\" y=\"{}\">{name}</text>", row + n * ROW + 15);
        }
        for bar in panel.timeline.bars.iter().filter(|bar| bar.kind == kind) {
            let place = row + u64::try_from(bar.row).unwrap_or(0) * ROW;
            draw_bar(svg, bar, place, (x(bar.begin), x(bar.end)));
        }
        row += rows * ROW;
    }
    for end in panel.bound.into_iter() {
        let x = x(end);
        let _ = writeln!(svg, "<line class=\"end\" x1=\"{x}\" y1=\"{begin}\" x2=\"{x}\" y2=\"{bottom}\"/>");
    }
}

fn draw_bar(svg: &mut String, bar: &Bar, top: u64, (from, to): (u64, u64)) {
    let class = match bar.kind {
        BarKind::Attempt => "attempt",
        BarKind::Test => "test",
        BarKind::Hold => "hold",
    };
    let width = to.saturating_sub(from).max(2) - 1;
    let _ = writeln!(
        svg,
        "<rect class=\"{class}\" x=\"{from}\" y=\"{}\" width=\"{width}\" height=\"{}\" rx=\"3\"><title>{}: {class} \
         {}–{}</title></rect>",
        top + 1,
        ROW - 3,
        escape(&bar.task),
        length(bar.begin),
        length(bar.end)
    );
    // A name that does not fit is told by the title alone.
    let room = usize::try_from(width / 7).unwrap_or(0);
    if bar.task.chars().count() <= room {
        let _ = writeln!(
            svg,
            "<text class=\"b\" x=\"{}\" y=\"{}\">{}</text>",
            from + 4,
            top + 15,
            escape(&bar.task)
        );
    }
}

/// The distance of the marks: a round one, so that there are few.
fn tick(longest: u64) -> u64 {
    const ROUND: [u64; 12] =
        [60, 300, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400, 172_800, 604_800, 2_592_000];
    let fits = ROUND.into_iter().find(|step| longest / step <= MOST_TICKS);
    fits.unwrap_or_else(|| longest.div_ceil(MOST_TICKS).max(1))
}

fn length(seconds: u64) -> String {
    match (seconds / 3600, seconds % 3600 / 60) {
        (0, minutes) => format!("{minutes}m"),
        (hours, 0) => format!("{hours}h"),
        (hours, minutes) => format!("{hours}h{minutes:02}"),
    }
}

/// Foreign text as text: no markup, no character that XML does not know.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
