//! Screens as a picture, one below the other, each with its caption.

use std::fmt::Write as _;

use crate::agents::picture::{CHARACTER, LINE, escaped};
use crate::agents::terminal::{Size, Still};

const BACKGROUND: &str = "#1d1f21";
const FOREGROUND: &str = "#c5c8c6";

/// How a run of characters looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Look {
    foreground: &'static str,
    background: &'static str,
    bold: bool,
    underline: bool,
}

/// The picture.
pub(super) fn svg(title: &str, size: Size, stills: &[Still]) -> String {
    let (columns, rows) = (usize::from(size.columns), usize::from(size.rows));
    let each = (rows + 2) * LINE;
    let (width, height) = (columns * CHARACTER + 2 * LINE, stills.len() * each + LINE);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" role=\"img\">\n\
         <title>{}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <g font-family=\"ui-monospace, monospace\" font-size=\"15\" xml:space=\"preserve\">\n",
        escaped(title)
    );
    for (number, still) in stills.iter().enumerate() {
        let top = number * each + LINE;
        let caption = escaped(still.caption);
        // Writing to a string cannot fail, here and below.
        let _ =
            writeln!(out, "<text x=\"{LINE}\" y=\"{}\" fill=\"#1d1f21\">{caption}</text>", top + LINE - 8);
        let (x, y) = (LINE - 5, top + LINE - 2);
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"6\" fill=\"{BACKGROUND}\"/>",
            columns * CHARACTER + 10,
            rows * LINE + 6
        );
        for row in 0..size.rows {
            line(&mut out, &still.screen, row, size.columns, top + (usize::from(row) + 1) * LINE);
        }
    }
    out + "</g>\n</svg>\n"
}

/// A row of the screen: what looks the same is one piece, and a wide character is one of its own, so that fonts in which
/// it has another width move nothing.
fn line(out: &mut String, screen: &vt100::Screen, row: u16, columns: u16, top: usize) {
    let mut piece: Option<(u16, Look, String)> = None;
    for column in 0..columns {
        let Some(cell) = screen.cell(row, column).filter(|cell| !cell.is_wide_continuation()) else {
            continue;
        };
        let look = look(cell);
        let text = if cell.has_contents() { cell.contents() } else { " " };
        match &mut piece {
            Some((_, same, run)) if *same == look && !cell.is_wide() => run.push_str(text),
            _ => {
                if let Some(done) = piece.replace((column, look, text.to_owned())) {
                    write(out, &done, top);
                }
            }
        }
        if cell.is_wide()
            && let Some(done) = piece.take()
        {
            write(out, &done, top);
        }
    }
    if let Some(done) = piece {
        write(out, &done, top);
    }
}

fn write(out: &mut String, (column, look, text): &(u16, Look, String), top: usize) {
    let x = LINE + usize::from(*column) * CHARACTER;
    let Look { foreground, background, bold, underline } = look;
    if *background != BACKGROUND {
        let width = text.chars().count() * CHARACTER;
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{top}\" width=\"{width}\" height=\"{LINE}\" fill=\"{background}\"/>"
        );
    }
    let shown = text.trim_end();
    if shown.is_empty() {
        return;
    }
    let bold = if *bold { " font-weight=\"bold\"" } else { "" };
    let underline = if *underline { " text-decoration=\"underline\"" } else { "" };
    let y = top + LINE - 5;
    // Every run is as wide as its cells, whatever the font.
    let length = shown.chars().count() * CHARACTER;
    let _ = writeln!(
        out,
        "<text x=\"{x}\" y=\"{y}\" textLength=\"{length}\" fill=\"{foreground}\"{bold}{underline}>{}</text>",
        escaped(shown)
    );
}

fn look(cell: &vt100::Cell) -> Look {
    let (mut foreground, mut background) =
        (color(cell.fgcolor(), FOREGROUND), color(cell.bgcolor(), BACKGROUND));
    if cell.inverse() {
        std::mem::swap(&mut foreground, &mut background);
    }
    if cell.dim() {
        foreground = "#85898b";
    }
    Look { foreground, background, bold: cell.bold(), underline: cell.underline() }
}

/// The colours that the program uses.
fn color(color: vt100::Color, otherwise: &'static str) -> &'static str {
    if let vt100::Color::Idx(number) = color {
        const NAMED: [(u8, &str); 7] = [
            (0, "#1d1f21"),
            (1, "#cc6666"),
            (2, "#b5bd68"),
            (3, "#f0c674"),
            (6, "#8abeb7"),
            (8, "#85898b"),
            (15, "#ffffff"),
        ];
        return NAMED.iter().find(|(known, _)| *known == number).map_or(otherwise, |(_, name)| name);
    }
    otherwise
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_screen_is_drawn_with_its_colours_and_wide_characters() {
        let mut parser = vt100::Parser::new(2, 10, 0);
        parser.process("a<b \u{1b}[7mx\u{1b}[0m\r\n\u{1b}[31m笔\u{1b}[0m.".as_bytes());
        let still = Still { caption: "one & two", screen: parser.screen().clone() };
        let svg = svg("t", Size { columns: 10, rows: 2 }, &[still]);
        for part in [">one &amp; two<", ">a&lt;b<", "fill=\"#cc6666\">笔<", "fill=\"#1d1f21\">x<"] {
            assert!(svg.contains(part), "{part} in {svg}");
        }
    }
}
