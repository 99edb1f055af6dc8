//! Tables: those that are drawn with lines, and those that stand in columns of white space.

use super::glyphs::{Area, Page};
use super::hyphens::Vocabulary;
use super::lines::{Line, lines};
use super::words::Word;

/// The rows of a table, and where its columns begin and end.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Table {
    pub(super) rows: Vec<Vec<String>>,
    pub(super) edges: Vec<f32>,
    /// Whether its first row is set apart from the others.
    pub(super) headed: bool,
}

/// More lines than this are a drawing.
const MOST_RULES: usize = 1_500;
/// Lines that are no further apart belong together.
const TOUCH: f32 = 3.0;

/// Takes the words of tables that are drawn with lines off the page, and leaves one word in the place of each table that
/// stands for it.
pub(super) fn take_drawn(page: &mut Page, vocabulary: &Vocabulary) -> Vec<Table> {
    let mut tables = Vec::new();
    if page.rules.len() > MOST_RULES {
        return tables;
    }
    for group in groups(&page.rules) {
        let Some(grid) = Grid::of(&group) else { continue };
        let (inside, outside): (Vec<Word>, Vec<Word>) =
            std::mem::take(&mut page.words).into_iter().partition(|word| grid.holds(word));
        page.words = outside;
        let Some(table) = grid.table(&inside, vocabulary) else {
            page.words.extend(inside);
            continue;
        };
        let (left, right) = (grid.edge(&grid.across, true), grid.edge(&grid.across, false));
        page.words.push(Word {
            left,
            right,
            baseline: grid.edge(&grid.down, true) + 8.0,
            size: 10.0,
            table: Some(tables.len()),
            ..Word::default()
        });
        tables.push(table);
    }
    tables
}

/// Lines that touch, directly or through others.
fn groups(rules: &[Area]) -> Vec<Vec<Area>> {
    let mut groups: Vec<(Area, Vec<Area>)> = Vec::new();
    for rule in rules {
        let (mut whole, mut members) = (*rule, vec![*rule]);
        // The box of a group is all that is compared: tables do not interlock.
        let mut index = 0;
        while let Some((area, _)) = groups.get(index) {
            if touch(area, &whole) {
                let (area, others) = groups.swap_remove(index);
                whole = Area {
                    left: whole.left.min(area.left),
                    top: whole.top.min(area.top),
                    right: whole.right.max(area.right),
                    bottom: whole.bottom.max(area.bottom),
                };
                members.extend(others);
                index = 0;
            } else {
                index += 1;
            }
        }
        groups.push((whole, members));
    }
    groups.sort_by(|a, b| a.0.top.total_cmp(&b.0.top));
    groups.into_iter().map(|(_, members)| members).collect()
}

fn touch(a: &Area, b: &Area) -> bool {
    a.left <= b.right + TOUCH
        && b.left <= a.right + TOUCH
        && a.top <= b.bottom + TOUCH
        && b.top <= a.bottom + TOUCH
}

/// The lines of a table: where its columns and its rows begin, and the last ones end.
struct Grid {
    across: Vec<f32>,
    down: Vec<f32>,
}

impl Grid {
    fn of(rules: &[Area]) -> Option<Self> {
        let upright = rules.iter().filter(|rule| rule.height() > rule.width());
        let level = rules.iter().filter(|rule| rule.width() >= rule.height());
        let across = distinct(upright.map(|rule| (rule.left + rule.right) / 2.0));
        let down = distinct(level.map(|rule| (rule.top + rule.bottom) / 2.0));
        (across.len() >= 3 && down.len() >= 3).then_some(Self { across, down })
    }

    fn edge(&self, edges: &[f32], first: bool) -> f32 {
        (if first { edges.first() } else { edges.last() }).copied().unwrap_or_default()
    }

    fn holds(&self, word: &Word) -> bool {
        self.cell(word).is_some()
    }

    fn cell(&self, word: &Word) -> Option<(usize, usize)> {
        let between = |edges: &[f32], at: f32| {
            let after = edges.partition_point(|&edge| edge <= at);
            (after > 0 && after < edges.len()).then(|| after - 1)
        };
        let column = between(&self.across, (word.left + word.right) / 2.0)?;
        let row = between(&self.down, word.baseline - word.size * 0.3)?;
        Some((row, column))
    }

    fn table(&self, words: &[Word], vocabulary: &Vocabulary) -> Option<Table> {
        let (height, width) = (self.down.len() - 1, self.across.len() - 1);
        let mut cells: Vec<Vec<Vec<Word>>> = vec![vec![Vec::new(); width]; height];
        for word in words {
            let (row, column) = self.cell(word)?;
            cells.get_mut(row)?.get_mut(column)?.push(word.clone());
        }
        let bold = |row: &Vec<Vec<Word>>| row.iter().flatten().all(|word| word.bold);
        let headed = cells.first().is_some_and(bold) && !cells.get(1).is_some_and(bold);
        let rows = cells
            .into_iter()
            .map(|row| row.into_iter().map(|cell| text_of(lines(cell), vocabulary)).collect());
        let rows: Vec<Vec<String>> =
            rows.filter(|row: &Vec<String>| row.iter().any(|cell| !cell.is_empty())).collect();
        (!rows.is_empty()).then(|| Table { rows, edges: self.across.clone(), headed })
    }
}

fn distinct(values: impl Iterator<Item = f32>) -> Vec<f32> {
    let mut values: Vec<f32> = values.collect();
    values.sort_by(f32::total_cmp);
    values.dedup_by(|a, b| *a - *b <= TOUCH);
    values
}

fn text_of(lines: Vec<Line>, vocabulary: &Vocabulary) -> String {
    let mut text = String::new();
    for line in lines {
        vocabulary.append(&mut text, &line.text());
    }
    text
}

/// The table that begins at the first of these lines without being drawn, and how many lines it takes: at least three
/// lines that are divided by wide gaps at the same places.
pub(super) fn aligned(lines: &[Line], vocabulary: &Vocabulary) -> Option<(Table, usize)> {
    let first = lines.first()?;
    let starts: Vec<f32> = cells(first).iter().map(|cell| cell.0).collect();
    if starts.len() < 2 {
        return None;
    }
    let mut rows: Vec<Vec<Vec<Line>>> = Vec::new();
    let mut used = 0;
    let mut above: Option<&Line> = None;
    for line in lines {
        let near = above.is_none_or(|above| {
            line.page == above.page && !line.first && line.baseline - above.baseline < above.size * 3.5
        });
        let cells = cells(line);
        let slack = first.size * 0.6;
        let places: Option<Vec<usize>> = cells
            .iter()
            .map(|(left, _)| starts.iter().position(|start| (start - left).abs() < slack))
            .collect();
        let Some(places) = places.filter(|places| near && line.table.is_none() && !places.is_empty()) else {
            break;
        };
        let whole = places.len() >= 2 && places.first() == Some(&0);
        // A line without a first cell goes on with the row above it.
        if !whole && (places.first() == Some(&0) || rows.is_empty()) {
            break;
        }
        if whole {
            rows.push(vec![Vec::new(); starts.len()]);
        }
        let row = rows.last_mut()?;
        for (place, (_, words)) in places.into_iter().zip(cells) {
            let words: Vec<Word> = words.to_vec();
            let mut part = super::lines::lines(words);
            row.get_mut(place)?.append(&mut part);
        }
        used += 1;
        above = Some(line);
    }
    if rows.len() < 3 {
        return None;
    }
    let bold = |row: &Vec<Vec<Line>>| row.iter().flatten().all(Line::is_bold);
    let headed = rows.first().is_some_and(bold);
    let rows =
        rows.into_iter().map(|row| row.into_iter().map(|cell| text_of(cell, vocabulary)).collect()).collect();
    Some((Table { rows, edges: starts, headed }, used))
}

/// The parts of a line between gaps that no space between words has.
fn cells(line: &Line) -> Vec<(f32, &[Word])> {
    let mut cells = Vec::new();
    let mut start = 0;
    for (index, pair) in line.words.windows(2).enumerate() {
        let [before, after] = pair else { continue };
        let mark = index == 0 && line.words.first().is_some_and(|word| is_mark(&word.text));
        if !mark && after.left - before.right > line.size * 1.5 {
            cells.push(start..index + 1);
            start = index + 1;
        }
    }
    cells.push(start..line.words.len());
    cells
        .into_iter()
        .filter_map(|range| {
            let words = line.words.get(range)?;
            Some((words.first()?.left, words))
        })
        .collect()
}

fn is_mark(word: &str) -> bool {
    crate::document::marks::mark_of(&format!("{word} x")).0 != crate::document::marks::Mark::None
}
