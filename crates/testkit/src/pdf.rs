//! PDFs for tests and benchmarks: text at places, in the standard fonts, and nothing else.
//!
//! Self-contained, so that crates below this one can include the file.

use std::fmt::Write as _;

/// A font that every reader of PDFs has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// Helvetica.
    Regular,
    /// Helvetica, bold.
    Bold,
    /// Courier.
    Mono,
}

/// A line of text on a page. Places are in points from the top left corner of an A4 page.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// From the left edge.
    pub x: f32,
    /// From the top edge, of the baseline.
    pub y: f32,
    /// Size of the letters.
    pub size: f32,
    /// The font.
    pub face: Face,
    /// ASCII; other characters become question marks.
    pub text: String,
}

/// Height of an A4 page.
const HEIGHT: f32 = 842.0;

/// A PDF with these lines on each of its pages, uncompressed.
pub fn pdf(pages: &[Vec<Text>]) -> Vec<u8> {
    let mut objects: Vec<String> = vec![String::new(), String::new()];
    for name in ["Helvetica", "Helvetica-Bold", "Courier"] {
        objects.push(format!("<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding>>"));
    }
    let mut kids = String::new();
    for page in pages {
        let content = content(page);
        let number = objects.len() + 1;
        // Writing to a string cannot fail.
        let _ = write!(kids, "{number} 0 R ");
        objects.push(format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 {HEIGHT}]/Contents {} 0 R/Resources<</Font<</F0 3 0 R/F1 4 0 R/F2 \
             5 0 R>>>>>>",
            number + 1
        ));
        objects.push(format!("<</Length {}>>stream\n{content}\nendstream", content.len()));
    }
    "<</Type/Catalog/Pages 2 0 R>>".clone_into(&mut objects[0]);
    objects[1] = format!("<</Type/Pages/Kids[{kids}]/Count {}>>", pages.len());
    let mut out = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(out.len());
        let _ = write!(out, "{} 0 obj\n{object}\nendobj\n", index + 1);
    }
    let start = out.len();
    let _ = write!(out, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for place in places {
        let _ = writeln!(out, "{place:010} 00000 n ");
    }
    let _ = write!(out, "trailer<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1);
    out.into_bytes()
}

fn content(page: &[Text]) -> String {
    let mut out = String::from("BT\n");
    for line in page {
        let font = match line.face {
            Face::Regular => "F0",
            Face::Bold => "F1",
            Face::Mono => "F2",
        };
        let mut text = String::new();
        for c in line.text.chars() {
            match c {
                '(' | ')' | '\\' => text.extend(['\\', c]),
                ' '..='~' => text.push(c),
                '•' => text.push_str("\\225"),
                _ => text.push('?'),
            }
        }
        let (x, y) = (line.x, HEIGHT - line.y);
        let _ = writeln!(out, "/{font} {} Tf 1 0 0 1 {x} {y} Tm ({text}) Tj", line.size);
    }
    out.push_str("ET");
    out
}

/// A description of work on so many full pages: a title, sections, paragraphs and lists, running heads and numbers.
pub fn long_document(pages: usize) -> Vec<u8> {
    let words = [
        "record",
        "harbour",
        "boat",
        "volunteer",
        "search",
        "arrival",
        "report",
        "member",
        "season",
        "notice",
        "berth",
        "export",
        "alarm",
        "journey",
        "register",
        "screen",
    ];
    let word =
        |seed: usize| words.get((seed * 7919 + seed / 16 * 31) % words.len()).copied().unwrap_or("boat");
    let sentence = |seed: usize, count: usize| {
        let words: Vec<&str> = (0..count).map(|at| word(seed + at)).collect();
        words.join(" ")
    };
    let line = |x, y, size, face, text| Text { x, y, size, face, text };
    let mut all = Vec::with_capacity(pages);
    for page in 0..pages {
        let seed = page * 1000;
        let mut lines =
            vec![line(60.0, 40.0, 8.0, Face::Regular, "Harbour Log, the long version".to_owned())];
        let mut y = 90.0;
        if page == 0 {
            lines.push(line(60.0, y, 22.0, Face::Bold, "Harbour Log".to_owned()));
            y += 40.0;
        }
        for section in 0..2 {
            let (number, name) = (page * 2 + section + 1, sentence(seed + section * 17, 3));
            lines.push(line(60.0, y, 15.0, Face::Bold, format!("Part {number}: {name}")));
            y += 26.0;
            for at in 0..4 {
                lines.push(line(60.0, y, 10.5, Face::Regular, sentence(seed + section * 100 + at * 11, 11)));
                y += 14.0;
            }
            y += 8.0;
            for item in 0..8 {
                let text =
                    format!("Item {number}.{item} has to {}", sentence(seed + section * 300 + item * 13, 7));
                lines.push(line(66.0, y, 10.5, Face::Regular, "•".to_owned()));
                lines.push(line(78.0, y, 10.5, Face::Regular, text));
                lines.push(line(78.0, y + 14.0, 10.5, Face::Regular, sentence(seed + item, 5)));
                y += 28.0;
            }
            y += 14.0;
        }
        lines.push(line(290.0, 815.0, 8.0, Face::Regular, format!("Page {} of {pages}", page + 1)));
        all.push(lines);
    }
    pdf(&all)
}
