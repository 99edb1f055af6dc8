//! What the place of an item in the document says of it: stage, priority, category, depth; and titles that differ.

use super::OutlineOptions;
use super::category::category_of;
use super::draft::Draft;
use super::estimate::guess;
use super::language::{phrases, table};
use super::lines::Lines;
use super::merge::sweep;
use super::title::title_of;
use crate::words::{is_packed, normal_form, plain_text};
use crate::{Category, Priority};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Items with fewer parts are not split.
const FEWEST_PARTS: usize = 4;

/// Parts cite at most so many places of what they are parts of: a plan in which thousands of parts cite thousands of
/// places each is of no use to anybody.
const MOST_PLACES: usize = 32;

/// Gives every draft what its place says.
pub(super) fn settle(drafts: &mut Vec<Draft>, options: &OutlineOptions) {
    stages(drafts);
    split(drafts, options);
    flatten(drafts, usize::from(options.max_depth.max(1)));
    distinct_titles(drafts);
    let stages = drafts.iter().filter_map(|draft| draft.phase).max().unwrap_or(0);
    for draft in drafts.iter_mut() {
        draft.category = draft.category.or_else(|| Some(category_of(&draft.title)));
        draft.priority = draft.priority.or_else(|| Some(priority(draft, stages)));
    }
}

fn priority(draft: &Draft, stages: usize) -> Priority {
    let optional = draft.body.iter().chain([&draft.title]).any(|line| is_optional(line));
    match draft.phase {
        _ if optional => Priority::Low,
        Some(0) if stages > 0 => Priority::High,
        Some(2..) => Priority::Low,
        Some(_) | None => Priority::Medium,
    }
}

fn is_optional(line: &str) -> bool {
    static BEGINS: LazyLock<Vec<&str>> = LazyLock::new(|| {
        phrases(|words| words.optional).filter(|phrase| !phrase.chars().any(is_packed)).collect()
    });
    let words = plain_text(line);
    let begins = |text: &str| BEGINS.iter().any(|phrase| text.starts_with(phrase));
    let packed = || table!(optional).any(|phrase| !phrase.is_ascii() && line.starts_with(phrase));
    begins(&words)
        || words.find("this is ").and_then(|at| words.get(at + 8..)).is_some_and(begins)
        || words.contains("optional feature")
        || !line.is_ascii() && packed()
}

/// Passes stages down to what is in them, and finds a stage for what the roadmap does not name: the stage that its group
/// is called after; for data and interfaces, which everything stands on, the first one.
fn stages(drafts: &mut [Draft]) {
    let first = drafts.iter().position(|draft| draft.phase.is_some() && draft.container);
    let named: BTreeMap<String, usize> = drafts
        .iter()
        .enumerate()
        .filter(|(_, draft)| draft.phase.is_some() && draft.container)
        .flat_map(|(at, draft)| draft.aliases.iter().map(move |alias| (normal_form(alias), at)))
        .collect();
    for at in 0..drafts.len() {
        if let Some(parent) = drafts[at].parent {
            drafts[at].phase = drafts[parent].phase;
        }
        if drafts[at].phase.is_some() {
            continue;
        }
        let described = matches!(drafts[at].category, Some(Category::Data | Category::Api | Category::Setup));
        let own = drafts[at].aliases.iter().find_map(|alias| named.get(&normal_form(alias)).copied());
        let stage = own.or(first.filter(|_| described && drafts[at].parent.is_none()));
        let Some(stage) = stage else { continue };
        drafts[at].phase = drafts[stage].phase;
        if drafts[at].container && own.is_some() {
            // A group of features that is called after a stage is that stage.
            drafts[at].gone = true;
            for child in drafts.iter_mut().filter(|draft| draft.parent == Some(at)) {
                child.parent = Some(stage);
                child.phase = None;
            }
        } else {
            drafts[at].parent = Some(stage);
        }
    }
}

/// Items that are far too large become containers of the parts that they name.
fn split(drafts: &mut Vec<Draft>, options: &OutlineOptions) {
    let mut parts = Vec::new();
    for (at, draft) in drafts.iter_mut().enumerate() {
        if draft.container || draft.gone || draft.scope.len() < FEWEST_PARTS {
            continue;
        }
        let minutes =
            draft.minutes.unwrap_or_else(|| guess(draft.scope.len(), &draft.text()).estimate.likely);
        if minutes <= options.target_minutes.saturating_mul(2) {
            continue;
        }
        draft.container = true;
        let lines: Vec<String> = std::mem::take(&mut draft.scope).into();
        let part = part_of(draft, at, minutes);
        for line in lines {
            let titled = title_of(line.split_once(": ").map_or(line.as_str(), |(name, _)| name));
            let body = (titled.title.len() + 8 < line.len()).then_some(line).into_iter().collect();
            parts.push(Draft { title: titled.title, body, ..part.clone() });
        }
    }
    drafts.extend(parts);
}

/// What all parts of a draft have in common.
fn part_of(draft: &Draft, at: usize, minutes: u32) -> Draft {
    Draft {
        title: String::new(),
        aliases: Lines::default(),
        body: Lines::default(),
        scope: Lines::default(),
        benefit: draft.benefit.clone(),
        acceptance: Lines::default(),
        after: Lines::default(),
        minutes: draft.minutes.map(|_| minutes.div_ceil(u32::try_from(FEWEST_PARTS).unwrap_or(1))),
        priority: draft.priority,
        category: draft.category,
        files: draft.files.clone(),
        tags: draft.tags.clone(),
        confidence: draft.confidence.saturating_sub(20),
        places: draft.places.iter().take(MOST_PLACES).copied().collect(),
        parent: Some(at),
        container: false,
        phase: draft.phase,
        list: draft.list,
        gone: draft.gone,
    }
}

/// Moves what is nested too deeply up to the deepest container that is allowed.
fn flatten(drafts: &mut Vec<Draft>, max_depth: usize) {
    for at in 0..drafts.len() {
        let mut ancestors = Vec::new();
        let mut parent = drafts[at].parent;
        while let Some(up) = parent {
            ancestors.push(up);
            parent = drafts[up].parent;
        }
        if ancestors.len() >= max_depth {
            // The outermost ancestors stay: `max_depth - 1` of them.
            drafts[at].parent = ancestors.iter().rev().take(max_depth - 1).next_back().copied();
        }
    }
    sweep(drafts);
}

/// Two items of one container that are called the same are one; in different containers they are told apart by the
/// container's title.
fn distinct_titles(drafts: &mut Vec<Draft>) {
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    for at in 0..drafts.len() {
        let name = normal_form(&drafts[at].title);
        let Some(&twin) = first.get(&name) else {
            first.insert(name, at);
            continue;
        };
        let parents = (drafts[at].parent, drafts[twin].parent);
        if drafts[at].container || drafts[twin].container || parents.0 != parents.1 {
            let within = drafts[at].parent.map(|parent| drafts[parent].title.clone());
            let mut title = within.map_or_else(
                || drafts[at].title.clone(),
                |within| format!("{} ({within})", drafts[at].title),
            );
            let mut count = 2;
            while first.contains_key(&normal_form(&title)) {
                title = format!("{} ({count})", drafts[at].title);
                count += 1;
            }
            first.insert(normal_form(&title), at);
            drafts[at].title = title;
        } else {
            let copy = drafts[at].clone();
            drafts[twin].enrich(&copy);
            drafts[at].gone = true;
        }
    }
    sweep(drafts);
}
