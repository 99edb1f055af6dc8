//! A recording of a terminal as asciinema plays it (version 2 of its format), and as a picture of all its lines.

use std::fmt::Write as _;

use serde_json::json;

use super::terminal::{Shown, Size};

/// What is between two lines of the picture, and how wide a character is.
pub(crate) const LINE: usize = 20;
pub(crate) const CHARACTER: usize = 9;

/// The recording.
pub(crate) fn cast(title: &str, size: Size, shown: &[Shown]) -> String {
    let header = json!({
        "version": 2, "width": size.columns, "height": size.rows, "title": title, "idle_time_limit": 1.5,
        "env": {"TERM": "xterm", "SHELL": "/bin/sh"},
    });
    let mut out = format!("{header}\n");
    for Shown { at, text } in shown {
        let at = (at * 1000.0).round() / 1000.0;
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{}", json!([at, "o", text]));
    }
    out
}

/// All its lines, one below the other, as a picture.
pub(super) fn svg(title: &str, size: Size, shown: &[Shown]) -> String {
    let text: String = shown.iter().map(|shown| shown.text.as_str()).collect();
    let lines = screen(&text);
    let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    let width = longest.max(usize::from(size.columns).min(80)) * CHARACTER + 2 * LINE;
    let height = lines.len() * LINE + 2 * LINE;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" role=\"img\">\n\
         <title>{}</title>\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#1d1f21\"/>\n\
         <g font-family=\"ui-monospace, monospace\" font-size=\"15\" fill=\"#c5c8c6\" xml:space=\"preserve\">\n",
        escaped(title)
    );
    for (number, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_empty()) {
        let bold = if line.starts_with("$ ") { " font-weight=\"bold\" fill=\"#ffffff\"" } else { "" };
        let y = LINE + (number + 1) * LINE - 5;
        // Writing to a string cannot fail.
        let _ = writeln!(out, "<text x=\"{LINE}\" y=\"{y}\"{bold}>{}</text>", escaped(line));
    }
    out + "</g>\n</svg>\n"
}

/// The lines as they stand at the end: what goes back to the beginning of a line writes over it, and other movements
/// are left out.
fn screen(text: &str) -> Vec<String> {
    let mut lines = vec![Vec::new()];
    let mut column = 0;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let Some(line) = lines.last_mut() else { break };
        match c {
            '\r' => column = 0,
            '\n' => lines.push(Vec::new()),
            '\u{1b}' => {
                // A sequence ends with its first letter; this one clears the rest of the line.
                if rest.by_ref().find(char::is_ascii_alphabetic) == Some('K') {
                    line.truncate(column);
                }
            }
            c if c.is_control() => {}
            c => {
                line.resize(line.len().max(column + 1), ' ');
                if let Some(place) = line.get_mut(column) {
                    *place = c;
                }
                column += 1;
            }
        }
    }
    let mut lines: Vec<String> =
        lines.into_iter().map(|line| line.into_iter().collect::<String>().trim_end().to_owned()).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_screen_is_what_stands_on_it_at_the_end() {
        assert_eq!(
            screen("$ run\r\nworking\rdone\u{1b}[K\r\n\u{1b}[1mend\u{1b}[0m\r\n"),
            ["$ run", "done", "end"]
        );
        assert_eq!(screen(""), Vec::<String>::new());
    }

    #[test]
    fn a_recording_has_a_header_and_a_line_for_each_piece() {
        let shown = [Shown { at: 0.12345, text: "a<b\r\n".into() }];
        let size = Size { columns: 80, rows: 24 };
        let cast = cast("t", size, &shown);
        assert_eq!(cast.lines().nth(1), Some(r#"[0.123,"o","a<b\r\n"]"#));
        assert!(svg("t", size, &shown).contains(">a&lt;b</text>"));
    }
}
