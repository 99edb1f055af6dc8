//! Running heads and feet, page numbers, and tables of contents: what stands on the page for the sake of the page.

use super::glyphs::Page;
use super::lines::{Line, lines};
use std::collections::{BTreeMap, BTreeSet};

/// So many lines at the top and at the bottom of a page may be furniture.
const DEEP: usize = 3;
/// It stands within this share of the page's height from its edge.
const NEAR: f32 = 0.14;

/// A line of a page's edge.
struct Edge {
    page: usize,
    /// Where it stands, from the edge, in steps of four points.
    place: (bool, i32),
    /// Its text with digits made alike.
    text: String,
    /// Its text as it is.
    exact: String,
    size: f32,
    bold: bool,
    baseline: f32,
    /// Whether it stands far from the text of the page.
    apart: bool,
    /// Whether it has a left and a right part.
    parted: bool,
}

/// Takes furniture off the pages: what stands at the same place of two pages of five or more, digits not compared, and
/// numbers of pages that stand alone.
pub(super) fn clear(pages: &mut [Page], body: f32) {
    let edges: Vec<Edge> = pages.iter().enumerate().flat_map(|(number, page)| edges(number, page)).collect();
    let mut known: BTreeMap<(&str, (bool, i32)), BTreeSet<usize>> = BTreeMap::new();
    for edge in &edges {
        // The place is rounded, so that it counts for its neighbours as well.
        for near in -1..=1 {
            let place = (edge.place.0, edge.place.1 + near);
            known.entry((&edge.text, place)).or_default().insert(edge.page);
        }
    }
    let enough = (pages.len() * 2).div_ceil(5).max(2);
    let mut exact: BTreeMap<&str, usize> = BTreeMap::new();
    edges.iter().for_each(|edge| *exact.entry(&edge.exact).or_default() += 1);
    let mut gone: BTreeMap<usize, Vec<f32>> = BTreeMap::new();
    for edge in &edges {
        let times = known.get(&(edge.text.as_str(), edge.place)).map_or(0, BTreeSet::len);
        // `Phase 1` and `Phase 2` may each begin a page.
        let large = edge.size > body * 1.15 || edge.bold && edge.size >= body;
        let same = exact.get(edge.exact.as_str()).is_some_and(|count| *count >= enough);
        let numbers = is_page_number(&edge.exact, edge.page + 1, pages.len());
        let repeated = times >= enough && (!large || same);
        // The first page often goes without, so that two pages show a head only once.
        let lonely = edge.apart && !large && edge.page > 0 && (numbers || edge.parted);
        if repeated || lonely || numbers && (times >= enough || pages.len() == 1) {
            gone.entry(edge.page).or_default().push(edge.baseline);
        }
    }
    for (number, page) in pages.iter_mut().enumerate() {
        let Some(lines) = gone.get(&number) else { continue };
        page.words
            .retain(|word| !lines.iter().any(|at| (word.baseline - at).abs() <= word.size.max(1.0) * 0.4));
    }
}

fn edges(number: usize, page: &Page) -> Vec<Edge> {
    let rows = lines(page.words.clone());
    let zone = page.height * NEAR;
    let count = rows.len();
    let at_edge = rows.iter().enumerate().filter_map(|(index, row)| {
        let top = index < DEEP && row.baseline < zone;
        let bottom = index + DEEP >= count && row.baseline > page.height - zone;
        let neighbour = rows.get(if top { index + 1 } else { index.wrapping_sub(1) });
        let apart = neighbour
            .is_some_and(|other| (other.baseline - row.baseline).abs() > other.size.max(row.size) * 2.5);
        (top || bottom).then_some((row, bottom && !top, apart))
    });
    at_edge
        .map(|(row, bottom, apart)| {
            let from_edge = if bottom { page.height - row.baseline } else { row.baseline };
            let exact = row.text();
            Edge {
                page: number,
                place: (bottom, (from_edge / 4.0).round() as i32),
                text: alike(&exact),
                exact,
                size: row.size,
                bold: row.is_bold(),
                baseline: row.baseline,
                apart,
                parted: row.words.windows(2).any(|pair| is_gap(pair, row.size)),
            }
        })
        .collect()
}

fn is_gap(pair: &[super::words::Word], size: f32) -> bool {
    matches!(pair, [before, after] if after.left - before.right > size * 6.0)
}

/// A text with every number made the same, so that `Page 9` and `Page 10` are.
fn alike(text: &str) -> String {
    let mut out = String::new();
    for c in text.to_lowercase().chars() {
        if c.is_numeric() {
            if !out.ends_with('#') {
                out.push('#');
            }
        } else {
            out.push(c);
        }
    }
    let roman = out.len() <= 6 && !out.is_empty() && out.chars().all(|c| matches!(c, 'i' | 'v' | 'x' | 'l'));
    if roman { "#".to_owned() } else { out }
}

/// `7`, `- 7 -`, `Page 7 of 12`, `7/12`.
fn is_page_number(text: &str, page: usize, of: usize) -> bool {
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let number = |word: &str, value: usize| word.parse() == Ok(value);
    match words.as_slice() {
        [one] => number(one, page),
        [first, second] => {
            number(second, page) && first.chars().count() <= 6 || number(first, page) && number(second, of)
        }
        [_, at, _, all] => number(at, page) && number(all, of),
        _ => false,
    }
}

/// Whether a line is an entry of a table of contents: dots that lead to a number.
pub(super) fn is_contents(line: &Line) -> bool {
    let text = line.text();
    let Some(rest) = text.trim_end().strip_suffix(|c: char| c.is_numeric()) else { return false };
    let rest = rest.trim_end_matches(|c: char| c.is_numeric() || c == ' ');
    let dots =
        rest.chars().rev().take_while(|c| matches!(c, '.' | ' ' | '·' | '…' | '_')).filter(|c| *c != ' ');
    dots.map(|c| if c == '…' { 3 } else { 1 }).sum::<usize>() >= 4
}
