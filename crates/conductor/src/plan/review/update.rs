//! What a key does.

mod lists;

use conductor_plan::edit::{Edit, NewItem, Part, Place, parts_named};
use conductor_plan::{ItemKey, Severity, Verdict};

use super::command::{Command, TABLE, command};
use super::form::{Filled, Form};
use super::input::Input;
use super::key::Key;
use super::parts::{Parted, Parts};
use super::state::{Choice, Mode, Row, State};
use crate::plan::accept::accepting;

/// What only the one who has the terminal and the database can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Effect {
    /// Carry out and store; then look at this item, or at the new one.
    Apply {
        edits: Vec<Edit>,
        then: Option<ItemKey>,
    },
    Undo,
    Redo,
    /// Ask for the parts of an item, and ask no further.
    Ask(ItemKey),
    Cancel,
    /// Open the item, or the plan, in the user's editor.
    EditText(Option<ItemKey>),
    Import,
    Quit,
    Suspend,
    Redraw,
}

/// A key was pressed.
pub(super) fn update(state: &mut State, key: Key) -> Option<Effect> {
    state.message = None;
    let page = state.page();
    let mode = std::mem::replace(&mut state.mode, Mode::Browse);
    let effect = match mode {
        Mode::Browse => command(key).and_then(|command| browse(state, command)),
        Mode::Help(top) => {
            state.mode = scrolled(key, top, page, TABLE.len()).map_or(Mode::Browse, Mode::Help);
            None
        }
        Mode::Page(top) => {
            let rows = super::view::page_rows(state);
            state.mode = scrolled(key, top, page, rows).map_or(Mode::Browse, Mode::Page);
            None
        }
        Mode::Search { input, from } => search(state, key, input, from),
        Mode::Form(form) => fill(state, key, form),
        Mode::Add(input) => add(state, key, input),
        Mode::Moving(item) => moving(state, key, item),
        Mode::Parts(parts) => split(state, key, parts),
        Mode::Pick(pick) => lists::picking(state, key, pick),
        Mode::ConfirmAsk(item) => confirm_ask(state, key, item),
        Mode::ConfirmImport => (key == Key::Char('y') || key == Key::Char('i')).then_some(Effect::Import),
    };
    state.clamp();
    effect
}

/// Text was pasted.
pub(super) fn paste(state: &mut State, text: &str) {
    match &mut state.mode {
        Mode::Search { input, .. } | Mode::Add(input) => input.paste(text),
        Mode::Form(form) => form.paste(text),
        Mode::Parts(parts) => parts.paste(text),
        Mode::Pick(pick) => pick.paste(text),
        // Pasted text is no command.
        Mode::Browse
        | Mode::Help(_)
        | Mode::Page(_)
        | Mode::Moving(_)
        | Mode::ConfirmImport
        | Mode::ConfirmAsk(_) => {}
    }
}

/// Where a text is after a key; `None` when the key ends the looking.
fn scrolled(key: Key, top: usize, page: usize, rows: usize) -> Option<usize> {
    let most = rows.saturating_sub(page.min(rows));
    let command = command(key)?;
    let is = |wanted: &[Command]| wanted.contains(&command);
    let to = if is(&[Command::Down, Command::TextDown]) {
        top.saturating_add(1)
    } else if is(&[Command::Up, Command::TextUp]) {
        top.saturating_sub(1)
    } else if is(&[Command::PageDown, Command::Accept]) {
        top.saturating_add(page)
    } else if is(&[Command::PageUp]) {
        top.saturating_sub(page)
    } else if is(&[Command::First]) {
        0
    } else if is(&[Command::Last]) {
        most
    } else {
        return None;
    };
    Some(to.min(most))
}

fn browse(state: &mut State, command: Command) -> Option<Effect> {
    let (page, last) = (state.page(), state.visible.len().saturating_sub(1));
    let cursor = state.cursor;
    match command {
        Command::Up => state.look_at(cursor.saturating_sub(1)),
        Command::Down => state.look_at((cursor + 1).min(last)),
        Command::PageUp => state.look_at(cursor.saturating_sub(page)),
        Command::PageDown => state.look_at((cursor + page).min(last)),
        Command::First => state.look_at(0),
        Command::Last => state.look_at(last),
        Command::Fold => fold(state),
        Command::Unfold => unfold(state),
        Command::Toggle => state.mode = Mode::Page(0),
        Command::NextUndecided => next_undecided(state),
        Command::Accept => return judge(state, Verdict::Accepted),
        Command::Reject => return judge(state, Verdict::Rejected),
        Command::EditFields => {
            let container = state.current().is_some_and(|row| row.container);
            let form = state.item().map(|item| Form::of(item, container));
            state.mode = form.map_or(Mode::Browse, |form| Mode::Form(Box::new(form)));
        }
        Command::EditText => return Some(Effect::EditText(Some(state.current()?.key.clone()))),
        Command::EditPlan => return Some(Effect::EditText(None)),
        Command::Add => state.mode = Mode::Add(Input::default()),
        Command::Remove => return remove(state),
        Command::Move => state.mode = Mode::Moving(state.current()?.key.clone()),
        Command::Split => return split_by_engine(state),
        Command::SplitText => propose(state),
        Command::Cancel => return state.asking.is_some().then_some(Effect::Cancel),
        Command::Link => state.mode = lists::others(state, "wait for", Choice::Link),
        Command::Merge => state.mode = lists::others(state, "take in", Choice::Merge),
        Command::Undo => return Some(Effect::Undo),
        Command::Redo => return Some(Effect::Redo),
        Command::Search => state.mode = Mode::Search { input: Input::default(), from: cursor },
        Command::SearchOn => found(state, cursor, 1),
        Command::SearchBack => found(state, cursor, state.visible.len().saturating_sub(1)),
        Command::Filter => state.mode = lists::codes(state),
        Command::Findings => state.mode = lists::findings(state),
        Command::Fix => return lists::fix(state),
        Command::NextSource => (state.place, state.moved) = (state.place + 1, 0),
        Command::TextDown => scroll(state, 1),
        Command::TextUp => scroll(state, -1),
        Command::SwitchPane => state.beside = !state.beside,
        Command::Help => state.mode = Mode::Help(0),
        Command::Import if state.findings.iter().any(|finding| finding.severity == Severity::Error) => {
            state.complain("the plan has errors, which forbid the import; ! shows them");
        }
        Command::Import if state.asking.is_some() => {
            state.complain("parts are being asked for; wait for them, or Esc asks no further");
        }
        Command::Import => state.mode = Mode::ConfirmImport,
        Command::Quit => return Some(Effect::Quit),
        Command::Suspend => return Some(Effect::Suspend),
        Command::Redraw => return Some(Effect::Redraw),
    }
    None
}

/// Moves the document, and no further than it goes.
fn scroll(state: &mut State, by: isize) {
    let Some(source) = state.source() else { return };
    let lines = isize::try_from(state.texts.count(&source.document)).unwrap_or(isize::MAX);
    let first = isize::try_from(source.span.first_line).unwrap_or(0);
    state.moved = (state.moved + by).clamp(-first, (lines - first).max(0));
}

/// Closes the group, or goes to the head of the one around it.
fn fold(state: &mut State) {
    let Some(row) = state.current() else { return };
    let (key, depth) = (row.key.clone(), row.depth);
    if row.container && !state.folded.contains(&key) && state.filter.is_none() {
        state.folded.insert(key);
        state.show_all();
        return;
    }
    let above = state.visible.iter().take(state.cursor).rposition(|&at| state.rows[at].depth < depth);
    if let Some(above) = above {
        state.look_at(above);
    }
}

fn unfold(state: &mut State) {
    let Some(row) = state.current() else { return };
    let (key, container) = (row.key.clone(), row.container);
    if state.folded.remove(&key) {
        state.show_all();
    } else if container {
        state.look_at(state.cursor + 1);
    }
}

fn next_undecided(state: &mut State) {
    let count = state.rows.len();
    let Some(&from) = state.visible.get(state.cursor) else { return };
    let undecided = |at: &usize| state.rows[*at].verdict.is_none();
    match (1..=count).map(|step| (from + step) % count).find(undecided) {
        Some(at) => {
            let key = state.rows[at].key.clone();
            state.filter = None;
            state.go_to(&key);
        }
        None => state.say("Every item has a verdict; i imports the plan"),
    }
}

/// The same verdict again takes it back; else the next item is looked at, so that a plan can be gone through with one key.
fn judge(state: &mut State, verdict: Verdict) -> Option<Effect> {
    let row = state.current()?;
    let (key, depth) = (row.key.clone(), row.depth);
    if state.plan.verdicts.get(&key) == Some(&verdict) {
        let items = vec![key.clone()];
        return Some(Effect::Apply { edits: vec![Edit::Judge { items, verdict: None }], then: Some(key) });
    }
    let edit = match verdict {
        Verdict::Accepted => accepting(&state.plan, std::slice::from_ref(&key)),
        Verdict::Rejected => Edit::Judge { items: vec![key.clone()], verdict: Some(verdict) },
    };
    let next = state.visible.iter().skip(state.cursor + 1).find(|&&at| state.rows[at].depth <= depth);
    let then = next.and_then(|&at| state.rows.get(at)).map_or(key, |row| row.key.clone());
    Some(Effect::Apply { edits: vec![edit], then: Some(then) })
}

fn remove(state: &State) -> Option<Effect> {
    let (key, depth) = state.current().map(|row| (row.key.clone(), row.depth))?;
    let next = state.visible.iter().skip(state.cursor + 1).find(|&&at| state.rows[at].depth <= depth);
    let before = state.cursor.checked_sub(1).and_then(|cursor| state.visible.get(cursor));
    let then = next.or(before).and_then(|&at| state.rows.get(at)).map(|row| row.key.clone());
    Some(Effect::Apply { edits: vec![Edit::Remove { item: key }], then })
}

fn search(state: &mut State, key: Key, mut input: Input, from: usize) -> Option<Effect> {
    if key == Key::Esc || key == Key::Ctrl('c') {
        state.look_at(from);
        return None;
    }
    if key == Key::Enter {
        return None;
    }
    if input.key(key) {
        input.text().clone_into(&mut state.searched);
        state.look_at(from);
        if !input.text().is_empty() {
            found(state, from, 0);
        }
    }
    state.mode = Mode::Search { input, from };
    None
}

/// Looks at the next match, so many rows from here and on around.
fn found(state: &mut State, from: usize, first: usize) {
    let words = state.searched.to_lowercase();
    if words.is_empty() {
        state.say("/ searches");
        return;
    }
    let count = state.rows.len();
    // Backwards the first step leads there directly; whole rows are searched, also those in closed groups.
    let here = state.visible.get(from).copied().unwrap_or(0);
    let steps: Vec<usize> = match first {
        0 => (0..count).map(|step| (here + step) % count).collect(),
        1 => (1..=count).map(|step| (here + step) % count).collect(),
        _ => (1..=count).map(|step| (here + count - step) % count).collect(),
    };
    let matches = |at: &usize| {
        let Some(item) = state.plan.items.get(state.rows[*at].index) else { return false };
        item.title.to_lowercase().contains(&words) || item.description.to_lowercase().contains(&words)
    };
    match steps.into_iter().find(matches) {
        Some(at) => {
            let key = state.rows[at].key.clone();
            state.filter = None;
            state.go_to(&key);
        }
        None => state.complain(&format!("no item says `{}`", state.searched.clone())),
    }
}

fn fill(state: &mut State, key: Key, mut form: Box<Form>) -> Option<Effect> {
    let item = state.plan.get(&form.item)?;
    match form.key(key, item) {
        Filled::Open => state.mode = Mode::Form(form),
        Filled::Closed => {}
        Filled::Done(edits) if edits.is_empty() => {}
        Filled::Done(edits) => return Some(Effect::Apply { edits, then: Some(form.item) }),
    }
    None
}

fn add(state: &mut State, key: Key, mut input: Input) -> Option<Effect> {
    if key == Key::Esc || key == Key::Ctrl('c') {
        return None;
    }
    if key == Key::Enter && !input.text().trim().is_empty() {
        let item = Box::new(NewItem::titled(input.text()));
        let at = state.current().map_or(Place::Top, |row| Place::After(row.key.clone()));
        return Some(Effect::Apply { edits: vec![Edit::Add { item, at }], then: None });
    }
    input.key(key);
    state.mode = Mode::Add(input);
    None
}

/// Up and down among its neighbours, left out of its group, right into the group before it.
fn moving(state: &mut State, key: Key, item: ItemKey) -> Option<Effect> {
    let at = state.rows.iter().position(|row| row.key == item)?;
    let depth = state.rows[at].depth;
    let beside = |row: &&Row| row.depth <= depth;
    let sibling = |row: &Row| (row.depth == depth).then(|| row.key.clone());
    let before = state.rows[..at].iter().rev().find(beside);
    let after = state.rows[at + 1..].iter().find(beside);
    if key == Key::Char('/') {
        state.mode = lists::groups(state, &item);
        return None;
    }
    if key == Key::Char('u') {
        state.mode = Mode::Moving(item);
        return Some(Effect::Undo);
    }
    if matches!(key, Key::Enter | Key::Esc | Key::Char('m' | 'q') | Key::Ctrl('c')) {
        return None;
    }
    let to = if matches!(key, Key::Up | Key::Char('k')) {
        before.and_then(sibling).map(Place::Before)
    } else if matches!(key, Key::Down | Key::Char('j')) {
        after.and_then(sibling).map(Place::After)
    } else if matches!(key, Key::Left | Key::Char('h')) {
        state.plan.get(&item)?.parent.clone().map(Place::After)
    } else if matches!(key, Key::Right | Key::Char('l')) {
        before.and_then(sibling).map(Place::Under)
    } else {
        None
    };
    state.mode = Mode::Moving(item.clone());
    if to.is_none() && matches!(key, Key::Up | Key::Down | Key::Left | Key::Right) {
        state.complain("there is no place in this direction");
    }
    let edits = vec![Edit::Move { item: item.clone(), to: to? }];
    Some(Effect::Apply { edits, then: Some(item) })
}

/// The item that is looked at, where it can be split.
fn whole(state: &mut State) -> Option<ItemKey> {
    let row = state.current()?;
    if !row.container {
        return Some(row.key.clone());
    }
    state.complain("this is a group already; + adds an item, m moves one into it");
    None
}

/// The parts that the engine of the review finds.
fn split_by_engine(state: &mut State) -> Option<Effect> {
    let item = whole(state)?;
    let sure = match &state.asks {
        None => {
            propose(state);
            return None;
        }
        Some(asks) => asks.sure,
    };
    if let Some(asked) = &state.asking {
        state.complain(&format!(
            "the parts of \"{}\" are being asked for; wait for them, or Esc asks no further",
            asked.title
        ));
        return None;
    }
    if sure {
        return Some(Effect::Ask(item));
    }
    state.mode = Mode::ConfirmAsk(item);
    None
}

/// Nobody named the one who made the plan for this review: asking may cost.
fn confirm_ask(state: &mut State, key: Key, item: ItemKey) -> Option<Effect> {
    if key == Key::Char('t') {
        propose(state);
        return None;
    }
    (key == Key::Char('y') || key == Key::Char('s')).then_some(Effect::Ask(item))
}

/// The parts that the documents name.
fn propose(state: &mut State) {
    if whole(state).is_none() {
        return;
    }
    let Some(item) = state.item() else { return };
    let mut parts: Vec<Part> = parts_named(item, &state.plan.documents, |name| state.texts.text(name));
    if parts.len() < 2 {
        parts.clear();
    }
    state.mode = Mode::Parts(Box::new(Parts::of(item.key.clone(), parts)));
}

fn split(state: &mut State, key: Key, mut parts: Box<Parts>) -> Option<Effect> {
    match parts.key(key) {
        Parted::Open => {}
        Parted::Closed => return None,
        Parted::Done(done) if done.len() < 2 => state.complain("a split needs two parts; Down adds a line"),
        Parted::Done(done) => {
            let edits = vec![Edit::Split { item: parts.item.clone(), parts: done }];
            return Some(Effect::Apply { edits, then: Some(parts.item) });
        }
    }
    state.mode = Mode::Parts(parts);
    None
}
