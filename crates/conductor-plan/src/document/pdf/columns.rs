//! Words of a page to columns, in the order of reading.
//!
//! A recursive X-Y cut (Nagy and Seth 1984; over the boxes of words as Ha, Haralick and Phillips 1995 do it): a white
//! gutter from top to bottom divides an area in two. Titles and tables go across gutters; so a gutter may be crossed by a
//! few lines, and these divide the area into bands, each of which is read column by column before the next one.

use super::lines::{Line, lines};
use super::words::Word;

/// A gutter is at least so wide, in points.
const NARROWEST_GUTTER: usize = 7;
/// A column has at least so many lines.
const FEWEST_LINES: usize = 4;
/// Columns within columns.
const DEEPEST: u8 = 3;

/// The lines of a page in the order of reading, with the columns that they stand in.
pub(super) fn columns(words: Vec<Word>, width: f32, page: u32) -> Vec<Line> {
    let mut out = Vec::new();
    cut(words, (0.0, width), DEEPEST, &mut out);
    for line in &mut out {
        line.page = page;
    }
    out
}

/// Gives every line the edges of its column as the text of all pages shows them: a page may hold nothing but the second
/// half of a list.
pub(super) fn measure(lines: &mut [Line]) {
    let mut columns: Vec<Column> = Vec::new();
    for line in lines.iter() {
        let known = match columns.iter().position(|column| column.is(line.column)) {
            Some(known) => known,
            None => {
                columns.push(Column { area: line.column, lefts: Vec::new(), rights: Vec::new() });
                columns.len() - 1
            }
        };
        if let Some(column) = columns.get_mut(known) {
            column.lefts.push(line.left);
            column.rights.push(line.right);
        }
    }
    for column in &mut columns {
        column.lefts.sort_by(f32::total_cmp);
        column.rights.sort_by(f32::total_cmp);
    }
    for line in lines {
        if let Some(column) = columns.iter().find(|column| column.is(line.column)) {
            line.column = column.edges();
        }
    }
}

/// The lines that stand in the same column of some page.
struct Column {
    area: (f32, f32),
    lefts: Vec<f32>,
    rights: Vec<f32>,
}

impl Column {
    fn is(&self, area: (f32, f32)) -> bool {
        (self.area.0 - area.0).abs() < 20.0 && (self.area.1 - area.1).abs() < 20.0
    }

    /// Where its text begins and ends. A line of code or of a table may stand out to the right.
    fn edges(&self) -> (f32, f32) {
        let left = self.lefts.first().copied().unwrap_or(self.area.0);
        (left, self.rights.get(self.rights.len() * 23 / 24).copied().unwrap_or(self.area.1))
    }
}

fn cut(words: Vec<Word>, area: (f32, f32), deeper: u8, out: &mut Vec<Line>) {
    if words.is_empty() {
        return;
    }
    let rows = lines(words);
    let Some((from, to)) = (deeper > 0).then(|| gutter(&rows, area)).flatten() else {
        finish(rows, area, out);
        return;
    };
    let crosses = |row: &Line| row.words.iter().any(|word| word.left < to - 1.0 && word.right > from + 1.0);
    let right_to_left = rows.iter().filter(|row| row.reads_right_to_left()).count() * 2 > rows.len();
    let mut band: Vec<Line> = Vec::new();
    let mut across: Vec<Line> = Vec::new();
    let flush = |band: &mut Vec<Line>, out: &mut Vec<Line>| {
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for row in std::mem::take(band) {
            let stands_out = crosses(&row);
            for word in row.words {
                let side = if stands_out || word.left < (from + to) / 2.0 { &mut left } else { &mut right };
                side.push(word);
            }
        }
        let (left, right) = ((left, (area.0, from)), (right, (to, area.1)));
        let (first, second) = if right_to_left { (right, left) } else { (left, right) };
        cut(first.0, first.1, deeper - 1, out);
        cut(second.0, second.1, deeper - 1, out);
    };
    for row in rows {
        // A line that begins a column and stands out a little, of code for instance, is no title.
        let stands_out = across.is_empty() && row.left < from && row.right < (to + area.1) / 2.0;
        if crosses(&row) && !stands_out {
            flush(&mut band, out);
            across.push(row);
        } else {
            if !across.is_empty() {
                finish(std::mem::take(&mut across), area, out);
            }
            band.push(row);
        }
    }
    finish(across, area, out);
    flush(&mut band, out);
}

fn finish(mut rows: Vec<Line>, area: (f32, f32), out: &mut Vec<Line>) {
    if let Some(first) = rows.first_mut() {
        first.first = true;
    }
    for row in &mut rows {
        row.column = area;
    }
    out.append(&mut rows);
}

/// The widest white strip that text stands on both sides of, left and right.
fn gutter(rows: &[Line], area: (f32, f32)) -> Option<(f32, f32)> {
    let left = rows.iter().map(|row| row.left).fold(f32::INFINITY, f32::min).max(area.0);
    let right = rows.iter().map(|row| row.right).fold(f32::NEG_INFINITY, f32::max).min(area.1);
    let width = right - left;
    if rows.len() < FEWEST_LINES || !(60.0..10_000.0).contains(&width) {
        return None;
    }
    // How many rows cover each point between left and right.
    let bins = width as usize + 1;
    let mut covered = vec![0usize; bins];
    for word in rows.iter().flat_map(|row| &row.words) {
        let bin = |x: f32| ((x - left).max(0.0) as usize).min(bins - 1);
        for count in covered.iter_mut().take(bin(word.right) + 1).skip(bin(word.left)) {
            *count += 1;
        }
    }
    let mut best: Option<(usize, usize)> = None;
    // First a gutter that nothing crosses, then one that a few rows cross.
    for bearable in [0, rows.len() / 12 + 1, rows.len() / 4] {
        let mut at = bins / 6;
        while at < bins - bins / 6 {
            let free = covered.iter().skip(at).take_while(|&&count| count <= bearable).count();
            if free >= NARROWEST_GUTTER
                && best.is_none_or(|(_, length)| free > length)
                && divides(rows, left + at as f32, left + (at + free) as f32)
            {
                best = Some((at, free));
            }
            at += free.max(1);
        }
        if best.is_some() {
            break;
        }
    }
    best.map(|(at, length)| (left + at as f32, left + (at + length) as f32))
}

/// Whether what stands on both sides of a strip is running text, and not the cells of a table or a margin.
fn divides(rows: &[Line], from: f32, to: f32) -> bool {
    let mut sides: [Vec<Word>; 2] = [Vec::new(), Vec::new()];
    for row in rows {
        if row.words.iter().any(|word| word.left < to - 1.0 && word.right > from + 1.0) {
            continue;
        }
        for word in &row.words {
            sides[usize::from(word.left >= to - 1.0)].push(word.clone());
        }
    }
    sides.into_iter().all(|side| {
        let lines = lines(side);
        let left = lines.iter().map(|line| line.left).fold(f32::INFINITY, f32::min);
        let right = lines.iter().map(|line| line.right).fold(f32::NEG_INFINITY, f32::max);
        let mut widths: Vec<f32> = lines.iter().map(|line| line.right - line.left).collect();
        widths.sort_by(f32::total_cmp);
        let usual = widths.get(widths.len() / 2).copied().unwrap_or(0.0);
        let size = lines.first().map_or(10.0, |line| line.size);
        lines.len() >= FEWEST_LINES && right - left > size * 9.0 && usual > (right - left) * 0.45
    })
}
