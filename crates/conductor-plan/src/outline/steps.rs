//! Work that only the order of building names.
//!
//! Who writes down what is built after what names steps. Where two of them are parts of one item, that item is more than
//! one piece of work, and the parts are taken out of it. A step that nothing else in the document speaks of is work that
//! was forgotten elsewhere.

use super::chain::{layers, said, spoken_parts};
use super::draft::{Draft, Place, Source};
use super::features::is_title;
use super::matching::Index;
use super::title::title_of;
use crate::words::Lexicon;
use std::collections::BTreeMap;

/// From this score on a step is the item itself.
const ITEM: u32 = 75;
/// From this score on what it says of itself is an item.
const SAID: u32 = 60;
/// Below this score nothing speaks of it.
const UNKNOWN: u32 = 30;
/// Longer names are sentences about the order.
const MOST_WORDS: usize = 7;

/// A step of an order of building.
struct Step {
    title: String,
    said: Vec<String>,
    place: Place,
    list: usize,
}

/// A part of an item that a step names.
struct Part {
    draft: usize,
    line: usize,
    step: usize,
}

/// Takes out the parts that steps name, and adds the steps that nothing speaks of.
pub(super) fn add(drafts: &mut Vec<Draft>, source: &Source<'_>, lexicon: &Lexicon) {
    let steps = steps(source);
    if steps.len() < 2 || drafts.is_empty() {
        return;
    }
    let index = Index::of(lexicon, drafts.iter().map(|draft| (draft.title.as_str(), whole_text(draft))));
    let lines: Vec<(usize, usize)> = drafts
        .iter()
        .enumerate()
        .filter(|(_, draft)| !draft.container && !draft.gone)
        .flat_map(|(at, draft)| (0..draft.scope.len()).map(move |line| (at, line)))
        .collect();
    let parts = Index::of(lexicon, lines.iter().map(|&(at, line)| (drafts[at].scope[line].as_str(), [])));
    let mut named: Vec<Part> = Vec::new();
    let mut unknown = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        let words = index.bag(&step.title);
        let open = |entry: usize| !drafts[entry].gone;
        if index.called(&words, open).is_some_and(|found| found.score >= ITEM) {
            continue;
        }
        let words = parts.bag(&step.title);
        match parts.holding(&words) {
            Some(part) => {
                let (draft, line) = lines[part];
                named.push(Part { draft, line, step: number });
            }
            None => unknown.extend((!is_known(step, &index, open)).then_some(number)),
        }
    }
    take_out(drafts, named, &steps);
    for number in unknown {
        let step = &steps[number];
        drafts.push(Draft {
            title: step.title.clone(),
            body: step.said.clone().into(),
            places: vec![step.place],
            list: step.list,
            confidence: 50,
            ..Draft::default()
        });
    }
}

/// Whether some item is what a step is about, or what it says of itself.
fn is_known(step: &Step, index: &Index<'_>, open: impl Fn(usize) -> bool + Copy) -> bool {
    let asked = index.entry(&step.title, step.said.iter().map(String::as_str));
    let said = step.said.iter().flat_map(|line| spoken_parts(line));
    index.best(&asked, open).is_some_and(|found| found.score >= UNKNOWN)
        || said.into_iter().any(|part| {
            let words = index.bag(part);
            index.called(&words, open).is_some_and(|found| found.score >= SAID)
        })
}

fn steps(source: &Source<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    for at in layers(source).into_iter().flatten() {
        let node = source.tree.node(at);
        let named = node.label.named && !node.label.rest.is_empty() && said(&node.label) == node.label.rest;
        let title = title_of(&node.label.name).title;
        if !named || !is_title(&title) || title.split_whitespace().count() > MOST_WORDS {
            continue;
        }
        let said = std::iter::once(node.label.rest.clone()).chain(source.lines_below(at));
        steps.push(Step {
            title,
            said: said.filter(|line| !line.is_empty()).collect(),
            place: Place { document: source.document, span: node.span },
            list: node.parent,
        });
    }
    steps
}

fn whole_text(draft: &Draft) -> impl Iterator<Item = &str> {
    draft.lines().chain(&draft.benefit).map(String::as_str)
}

/// Two steps in one item make work of their own of the parts that they name; if nothing is left of the item, it holds
/// them together.
fn take_out(drafts: &mut Vec<Draft>, mut named: Vec<Part>, steps: &[Step]) {
    let mut lines: BTreeMap<usize, BTreeMap<usize, usize>> = BTreeMap::new();
    named.sort_by_key(|part| part.step);
    for part in named {
        lines.entry(part.draft).or_default().entry(part.line).or_insert(part.step);
    }
    for (at, lines) in lines.into_iter().filter(|(_, lines)| lines.len() >= 2) {
        let whole = drafts[at].scope.len() == lines.len();
        for (&line, &step) in &lines {
            let text = drafts[at].scope[line].clone();
            let step = &steps[step];
            let mut places = drafts[at].places.clone();
            places.push(step.place);
            drafts.push(Draft {
                title: title_of(&text).title,
                body: step.said.clone().into(),
                aliases: vec![step.title.clone()].into(),
                places,
                parent: if whole { Some(at) } else { drafts[at].parent },
                list: drafts[at].list,
                confidence: drafts[at].confidence.saturating_sub(10),
                ..Draft::default()
            });
        }
        let mut number = 0;
        drafts[at].scope.retain(|_| {
            number += 1;
            !lines.contains_key(&(number - 1))
        });
        drafts[at].container |= whole;
    }
}

#[cfg(test)]
mod tests {
    use crate::{Document, OutlineOptions, outline};

    fn tree(text: &str) -> Vec<String> {
        let document = Document::parse("a.md", text.as_bytes()).unwrap();
        let plan = outline(&[document], &OutlineOptions::default());
        plan.tree().iter().map(|row| format!("{}{}", "  ".repeat(row.depth), row.item.title)).collect()
    }

    const ROADMAP: &str = "# Roadmap\n## Phase 1\n### Basics\n- Hull frame\n- Engine mount\n\n### Bridge\n- Radar screen\n- \
                           Rudder wheel\n- Brass bell\n\n## Phase 2\n### Cabins\n- Bunk beds\n\n# Build order\n";

    #[test]
    fn parts_that_are_built_one_by_one_are_work_one_by_one() {
        let order = "1. **Hull**: planks\n2. **Engine**: diesel\n3. **Radar**: range\n4. **Rudder**: oak\n";
        let titles = tree(&format!("{ROADMAP}{order}"));
        for title in
            ["  Basics", "    Hull frame", "    Engine mount", "  Bridge", "  Radar screen", "  Rudder wheel"]
        {
            assert!(titles.contains(&title.to_owned()), "{title} in {titles:?}");
        }
    }

    #[test]
    fn one_step_of_an_item_does_not_take_it_apart() {
        let order = "1. **Basics**: first of all\n2. **Radar**: range\n3. **Cabins**: last\n";
        assert!(!tree(&format!("{ROADMAP}{order}")).contains(&"  Radar screen".to_owned()));
    }

    #[test]
    fn what_nothing_else_speaks_of_is_work() {
        let order = "1. **Basics**: first of all\n2. **Lifeboats**: two of them\n3. **Cabins**: last\n";
        assert!(tree(&format!("{ROADMAP}{order}")).contains(&"Lifeboats".to_owned()));
    }
}
