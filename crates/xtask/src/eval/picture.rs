//! The figures as bars: one self-contained SVG, a block for each document.

use std::fmt::Write as _;

use super::Case;

const LEFT: u32 = 190;
const BAR: u32 = 520;
const ROW: u32 = 18;
const GAP: u32 = 14;
const TOP: u32 = 50;

const STYLE: &str = "text{font:12px system-ui,sans-serif;fill:#1f2933}.h{font-weight:600;font-size:14px}\
.s{fill:#616e7c}.back{fill:#edf2f7}.coverage{fill:#2b6cb0}.precision{fill:#2f855a}.edges{fill:#b7791f}.order{fill:#6b46c1}\
.overall{fill:#2d3748}";

/// Draws all cases one below the other, all shares on one scale.
pub(super) fn draw(cases: &[Case]) -> String {
    let blocks: Vec<[(&str, Option<f64>); 5]> = cases.iter().map(bars).collect();
    let block = |bars: &[(&str, Option<f64>); 5]| u32::try_from(bars.len()).unwrap_or(0) * ROW + GAP;
    let (width, height) = (LEFT + BAR + 70, TOP + blocks.iter().map(block).sum::<u32>());
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\">\n<title>Plans against references</title>\n<style>{STYLE}</style>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <text class=\"h\" x=\"10\" y=\"22\">Plans of the outline engine against plans that people worked from</text>\n"
    );
    let mut y = TOP;
    for (case, bars) in cases.iter().zip(&blocks) {
        // Writing to a string cannot fail.
        let _ = writeln!(svg, "<text class=\"h\" x=\"10\" y=\"{}\">{}</text>", y + 13, escaped(&case.name));
        for (name, value) in bars {
            bar(&mut svg, y, name, *value);
            y += ROW;
        }
        y += GAP;
    }
    svg + "</svg>\n"
}

fn bars(case: &Case) -> [(&'static str, Option<f64>); 5] {
    let score = &case.score;
    [
        ("coverage", Some(score.coverage)),
        ("precision", Some(score.precision)),
        ("edges", score.edges.f1),
        ("order", score.order.kept),
        ("overall", Some(score.overall)),
    ]
}

fn bar(svg: &mut String, y: u32, name: &str, value: Option<f64>) {
    let long = value.unwrap_or(0.0).clamp(0.0, 1.0) * f64::from(BAR);
    let shown = value.map_or_else(|| "–".to_owned(), |value| format!("{value:.2}"));
    // Writing to a string cannot fail.
    let _ = writeln!(
        svg,
        "<text class=\"s\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{name}</text>\
         <rect class=\"back\" x=\"{LEFT}\" y=\"{}\" width=\"{BAR}\" height=\"12\" rx=\"2\"/>\
         <rect class=\"{name}\" x=\"{LEFT}\" y=\"{}\" width=\"{long:.1}\" height=\"12\" rx=\"2\"/>\
         <text x=\"{}\" y=\"{}\">{shown}</text>",
        LEFT - 8,
        y + 13,
        y + 3,
        y + 3,
        LEFT + BAR + 8,
        y + 13
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
