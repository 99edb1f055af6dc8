//! Lists from which something is picked, and what comes of it.

use cli_kit::text::escape;
use conductor_plan::edit::{Edit, Place};
use conductor_plan::{Finding, FindingCode, ItemKey};

use super::Effect;
use crate::plan::report::count;
use crate::plan::review::key::Key;
use crate::plan::review::pick::{Pick, Picked};
use crate::plan::review::state::{Choice, Mode, Row, State};

/// A list of the other items.
pub(super) fn others(state: &State, verb: &str, choice: fn(ItemKey, ItemKey) -> Choice) -> Mode {
    let Some(row) = state.current() else { return Mode::Browse };
    let item = state.item();
    let entry = |other: &Row| {
        let waits = item.is_some_and(|item| item.depends_on.contains(&other.key));
        let mark = if waits { "* " } else { "  " };
        (format!("{mark}{} {}", other.label, other.title), choice(row.key.clone(), other.key.clone()))
    };
    let entries = state.rows.iter().filter(|other| other.key != row.key).map(entry).collect();
    Mode::Pick(Box::new(Pick::new(format!("{} {} is to {verb}", row.label, row.title), entries)))
}

/// A list of the places that an item can be put under.
pub(super) fn groups(state: &State, item: &ItemKey) -> Mode {
    let top = ("  at the top, in no group".to_owned(), Choice::Under(item.clone(), None));
    let entry = |row: &Row| {
        (format!("  {} {}", row.label, row.title), Choice::Under(item.clone(), Some(row.key.clone())))
    };
    let entries = state.rows.iter().filter(|row| row.key != *item).map(entry);
    Mode::Pick(Box::new(Pick::new("put it under", std::iter::once(top).chain(entries).collect())))
}

/// A list of the kinds of findings that there are.
pub(super) fn codes(state: &State) -> Mode {
    let mut codes: Vec<FindingCode> = state.findings.iter().map(|finding| finding.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let many = |code| state.findings.iter().filter(|finding| finding.code == code).count();
    let all = ("  all items".to_owned(), Choice::Filter(None));
    let entry = |code: FindingCode| (format!("  {code} ({})", many(code)), Choice::Filter(Some(code)));
    let entries = std::iter::once(all).chain(codes.into_iter().map(entry)).collect();
    Mode::Pick(Box::new(Pick::new("show only items with", entries)))
}

pub(super) fn findings(state: &mut State) -> Mode {
    if state.findings.is_empty() {
        state.say("Nothing was found that is doubtful");
        return Mode::Browse;
    }
    let entry = |finding: &Finding| {
        let text = escape(&finding.to_string()).into_owned();
        (text, Choice::GoTo(finding.items.first().cloned()))
    };
    let title = count(state.findings.len(), "finding");
    Mode::Pick(Box::new(Pick::new(title, state.findings.iter().map(entry).collect())))
}

/// The change that a finding of the item proposes; of several, which is asked.
pub(super) fn fix(state: &mut State) -> Option<Effect> {
    let row = state.current()?;
    let of_item = row.findings.iter().filter_map(|&at| state.findings.get(at));
    let mut fixes: Vec<(String, Edit)> = of_item
        .filter_map(|finding| Some((escape(&finding.message).into_owned(), finding.fix.as_ref()?.into())))
        .collect();
    let key = row.key.clone();
    match fixes.len() {
        0 => {
            state.say("No finding of this item proposes a change; ! shows all findings");
            None
        }
        1 => fixes.pop().map(|(_, edit)| Effect::Apply { edits: vec![edit], then: Some(key) }),
        _ => {
            let entries = fixes.into_iter().map(|(text, edit)| (text, Choice::Fix(edit))).collect();
            state.mode = Mode::Pick(Box::new(Pick::new("settle", entries)));
            None
        }
    }
}

pub(super) fn picking(state: &mut State, key: Key, mut pick: Box<Pick<Choice>>) -> Option<Effect> {
    let page = usize::from(state.size.1 / 2).saturating_sub(2).max(1);
    let choice = match pick.key(key, page) {
        Picked::Open => {
            state.mode = Mode::Pick(pick);
            return None;
        }
        Picked::Closed => return None,
        Picked::Chosen(choice) => choice,
    };
    let (edit, then) = match choice {
        Choice::Link(item, after) => {
            let waits = state.plan.get(&item).is_some_and(|item| item.depends_on.contains(&after));
            let then = item.clone();
            (if waits { Edit::Unlink { item, after } } else { Edit::Link { item, after } }, then)
        }
        Choice::Merge(keep, gone) => (Edit::Merge { keep: keep.clone(), gone }, keep),
        Choice::Under(item, group) => {
            let to = group.map_or(Place::Top, Place::Under);
            (Edit::Move { item: item.clone(), to }, item)
        }
        Choice::Fix(edit) => {
            let then = state.current().map(|row| row.key.clone());
            return Some(Effect::Apply { edits: vec![edit], then });
        }
        Choice::Filter(code) => {
            let looked_at = state.current().map(|row| row.key.clone());
            state.filter = code;
            state.show_all();
            if let Some(key) = looked_at {
                state.go_to(&key);
            }
            return None;
        }
        Choice::GoTo(key) => {
            match key {
                Some(key) => {
                    state.filter = None;
                    state.go_to(&key);
                }
                None => state.say("This finding is about no single item"),
            }
            return None;
        }
    };
    Some(Effect::Apply { edits: vec![edit], then: Some(then) })
}
