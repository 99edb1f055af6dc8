//! What changed in what the documents ask for.

use super::change::{KindChange, RequirementChange};
use super::lines::{line_change, numbers, shared};
use crate::words::normal_form;
use crate::{ItemKey, Plan, Requirement, RequirementId};
use std::collections::BTreeMap;

/// Demands of one section that share less than this of their words, in percent, are two demands.
const ALIKE: usize = 50;

/// Every change of a demand: first those that the newer plan has, in its order, then those that are gone.
pub(super) fn requirements(old: &Plan, new: &Plan) -> Vec<RequirementChange> {
    let before = matched(&old.requirements, &new.requirements);
    let (citing_old, citing_new) = (citing(old), citing(new));
    let items = |citing: &BTreeMap<&RequirementId, Vec<ItemKey>>, wanted: &Requirement| {
        citing.get(&wanted.id).cloned().unwrap_or_default()
    };
    let mut changes = Vec::new();
    for (wanted, before) in new.requirements.iter().zip(&before) {
        let was = before.map(|at| &old.requirements[at]);
        let same_words = was.is_some_and(|was| flat(&was.text) == flat(&wanted.text));
        let kind = was
            .filter(|was| was.kind != wanted.kind)
            .map(|was| KindChange { old: was.kind, new: wanted.kind });
        if same_words && kind.is_none() {
            continue;
        }
        changes.push(RequirementChange {
            old: was.map(|was| was.id.clone()),
            new: Some(wanted.id.clone()),
            text: was.filter(|_| !same_words).map(|was| line_change(&was.text, &wanted.text)),
            kind,
            section: wanted.section.to_string(),
            words: wanted.text.clone(),
            source: wanted.source.clone(),
            items: items(&citing_new, wanted),
        });
    }
    let mut kept = vec![false; old.requirements.len()];
    before.iter().flatten().for_each(|&at| kept[at] = true);
    changes.extend(old.requirements.iter().zip(kept).filter(|(_, kept)| !kept).map(|(wanted, _)| {
        RequirementChange {
            old: Some(wanted.id.clone()),
            new: None,
            text: None,
            kind: None,
            section: wanted.section.to_string(),
            words: wanted.text.clone(),
            source: wanted.source.clone(),
            items: items(&citing_old, wanted),
        }
    }));
    changes
}

/// For each demand of the newer plan the one that it was: the same name, the same words, or much the same words in the
/// same section.
fn matched(old: &[Requirement], new: &[Requirement]) -> Vec<Option<usize>> {
    let mut before = vec![None; new.len()];
    let mut taken = vec![false; old.len()];
    pair_by(old, new, &mut before, &mut taken, |wanted| wanted.id.as_str().to_owned());
    pair_by(old, new, &mut before, &mut taken, |wanted| normal_form(&wanted.text));
    let mut sections: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, wanted) in old.iter().enumerate().filter(|&(at, _)| !taken[at]) {
        sections.entry(normal_form(&wanted.section)).or_default().push(at);
    }
    let mut found = Vec::new();
    for (at, wanted) in new.iter().enumerate().filter(|&(at, _)| before[at].is_none()) {
        let Some(candidates) = sections.get(&normal_form(&wanted.section)) else { continue };
        for &other in candidates {
            let only_numbers = !numbers(&old[other].text, &wanted.text).is_empty();
            let alike = if only_numbers { 100 } else { shared(&old[other].text, &wanted.text) };
            if alike >= ALIKE {
                found.push((std::cmp::Reverse(alike), other, at));
            }
        }
    }
    found.sort_unstable();
    for (_, other, at) in found {
        if before[at].is_none() && !std::mem::replace(&mut taken[other], true) {
            before[at] = Some(other);
        }
    }
    before
}

fn pair_by(
    old: &[Requirement],
    new: &[Requirement],
    before: &mut [Option<usize>],
    taken: &mut [bool],
    name: impl Fn(&Requirement) -> String,
) {
    let mut names: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, wanted) in old.iter().enumerate().rev().filter(|&(at, _)| !taken[at]) {
        names.entry(name(wanted)).or_default().push(at);
    }
    for (at, wanted) in new.iter().enumerate() {
        if before[at].is_none()
            && let Some(other) = names.get_mut(&name(wanted)).and_then(Vec::pop)
        {
            before[at] = Some(other);
            taken[other] = true;
        }
    }
}

fn citing(plan: &Plan) -> BTreeMap<&RequirementId, Vec<ItemKey>> {
    let mut citing: BTreeMap<&RequirementId, Vec<ItemKey>> = BTreeMap::new();
    for item in &plan.items {
        item.requirements.iter().for_each(|id| citing.entry(id).or_default().push(item.key.clone()));
    }
    citing
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
