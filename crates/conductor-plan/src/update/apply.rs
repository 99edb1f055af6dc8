//! From decisions to changes of tasks, and to what the next update starts from.

use super::circles::break_circles;
use super::{Action, Decision, FieldEdit, Present, Proposal, Proposals, TaskField, TaskState, Waiting};
use crate::document::short_hash;
use crate::{ItemKey, Plan};
use std::collections::{BTreeMap, BTreeSet};
use taskwerk_model::{
    Children, Command, Guard, Import, ImportNote, ImportRow, Known, Patch, Reason, TaskId, Verb,
};

/// What is said on a task that is cancelled because the document no longer asks for it.
const NO_LONGER_ASKED: &str = "The document no longer asks for this";

/// What a note about a change begins with.
const CHANGED: &str = "The document changed";

/// The longest title of a task, in characters.
const LONGEST_TITLE: usize = 255;

impl Proposals {
    /// One command that does everything that was decided, or nothing of it; none when there is nothing to do. It is refused
    /// when a task changed since it was looked at. `decisions` are those on [`Proposals::list`], in its order; what has none
    /// waits.
    pub fn commands(&self, decisions: &[Decision], present: &Present) -> Option<Command> {
        let mut work = Work::new(present);
        for (proposal, decision) in self.decided(decisions) {
            work.carry_out(proposal, decision);
        }
        if work.is_empty() && self.refreshed.is_empty() {
            return None;
        }
        for row in &self.refreshed {
            let Some(key) = &row.key else { continue };
            let known = work.row(key, &row.title);
            known.metadata.clone_from(&row.metadata);
            known.rollup = row.rollup;
        }
        self.rewire(decisions, &mut work);
        Some(Command::All(work.commands(&self.plan)))
    }

    /// What the next update starts from: what waits, as its tasks know it. Everything else is as [`Proposals::plan`] has it.
    pub fn waiting(&self, decisions: &[Decision]) -> Vec<Waiting> {
        let waiting: BTreeSet<&ItemKey> = self
            .decided(decisions)
            .filter(|(_, decision)| *decision == Decision::Wait)
            .map(|(proposal, _)| &proposal.item)
            .collect();
        self.before.iter().filter(|before| waiting.contains(&before.item.key)).cloned().collect()
    }

    fn decided<'p>(&'p self, decisions: &'p [Decision]) -> impl Iterator<Item = (&'p Proposal, Decision)> {
        let waits = std::iter::repeat(Decision::Wait);
        self.list.iter().zip(decisions.iter().copied().chain(waits))
    }

    /// Tasks that are not of this plan and wait for some that make way for others wait for those others. A task that waits
    /// for several of them is changed once.
    fn rewire(&self, decisions: &[Decision], work: &mut Work<'_>) {
        let old_keys: BTreeMap<&ItemKey, &ItemKey> =
            self.replaced.iter().map(|one| (&one.new, &one.old)).collect();
        let applied = self.decided(decisions).filter(|(_, decision)| *decision == Decision::Apply);
        let present = work.present;
        let moved: BTreeMap<&TaskId, &ItemKey> = applied
            .filter_map(|(proposal, _)| {
                let old = present.by_key(old_keys.get(&proposal.item)?.as_str())?;
                Some((&old.task.id, &proposal.item))
            })
            .collect();
        let names = present.names();
        let waits = |state: &&TaskState| state.task.depends_on.iter().any(|on| moved.contains_key(on));
        for waiting in present.all().filter(waits) {
            if waiting.is_closed() || work.closes(waiting) || !self.is_foreign(waiting) {
                continue;
            }
            let on = |id: &TaskId| match (moved.get(id), names.get(id)) {
                (Some(new), _) => new.as_str().to_owned(),
                (None, Some(key)) => key.clone(),
                (None, None) => id.to_string(),
            };
            let depends_on = waiting.task.depends_on.iter().map(on).collect();
            work.row_of(waiting).depends_on = Some(depends_on);
            work.seen.insert(waiting.task.id.clone());
        }
    }

    /// Whether a task is none that the document asks for now.
    fn is_foreign(&self, state: &TaskState) -> bool {
        state.key.as_ref().is_none_or(|key| self.plan.get(&ItemKey::new(key.as_str())).is_none())
    }
}

/// The changes under way.
struct Work<'p> {
    present: &'p Present,
    rows: Vec<ImportRow>,
    /// Where the row of each key is.
    places: BTreeMap<String, usize>,
    /// Tasks to cancel, each with its reason.
    closing: Vec<(TaskId, String)>,
    /// Tasks that must be as they were when this was decided.
    seen: BTreeSet<TaskId>,
}

impl<'p> Work<'p> {
    fn new(present: &'p Present) -> Self {
        let (rows, places) = (Vec::new(), BTreeMap::new());
        Self { present, rows, places, closing: Vec::new(), seen: BTreeSet::new() }
    }

    fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.closing.is_empty()
    }

    fn carry_out(&mut self, proposal: &Proposal, decision: Decision) {
        match decision {
            Decision::Keep | Decision::Wait => return,
            Decision::Apply => self.apply(proposal),
            Decision::FollowUp => self.follow_up(proposal),
            Decision::Note => self.note(proposal),
        }
        self.seen.extend(proposal.task.clone());
    }

    fn apply(&mut self, proposal: &Proposal) {
        match &proposal.action {
            Action::Create { row, .. } => {
                self.push(ImportRow::clone(row));
            }
            Action::Edit { fields } => {
                let Some(title) = self.title(proposal) else { return };
                let row = self.row(proposal.item.as_str(), &title);
                fields.iter().for_each(|edit| edit.field.put(edit.document.clone(), row));
            }
            Action::Move { row, .. } => {
                self.push(ImportRow::clone(row));
                // A container closes with what is in it.
                if let Some(task) = proposal.task.as_ref().filter(|task| !self.present.is_container(task)) {
                    let reason = format!("Another task takes its place: {}", proposal.title);
                    self.closing.push((task.clone(), reason));
                }
            }
            Action::Cancel => {
                if let Some(task) = &proposal.task {
                    self.closing.push((task.clone(), NO_LONGER_ASKED.to_owned()));
                }
            }
        }
    }

    /// A task of its own that says what is to be changed, and waits for the one that is begun. What is no longer asked for
    /// leaves nothing to do, so a note says so.
    fn follow_up(&mut self, proposal: &Proposal) {
        let (Action::Edit { fields }, Some(task)) = (&proposal.action, &proposal.task) else {
            return self.note(proposal);
        };
        let Some(state) = self.present.by_key(proposal.item.as_str()) else { return };
        let document: Vec<String> = fields.iter().map(FieldEdit::line).collect();
        let document = document.join("\n");
        let mut row = ImportRow {
            key: Some(format!("change-{}-{}", proposal.item, short_hash(&[&document]))),
            title: format!("Change: {}", proposal.title).chars().take(LONGEST_TITLE).collect(),
            priority: Some(state.task.priority.as_str().to_owned()),
            depends_on: Some(vec![task.to_string()]),
            description: Some(format!("{}\n\n{document}", told(proposal))),
            ..ImportRow::default()
        };
        for edit in fields.iter().filter(|edit| edit.field == TaskField::Acceptance) {
            edit.field.put(edit.document.clone(), &mut row);
        }
        let above =
            task.parent().filter(|above| self.present.by_id(above).is_some_and(|above| !above.is_closed()));
        row.parent = above.map(|above| above.to_string());
        self.push(row);
    }

    fn note(&mut self, proposal: &Proposal) {
        let Some(title) = self.title(proposal) else { return };
        let text = match proposal.action {
            Action::Cancel => format!("{NO_LONGER_ASKED}."),
            Action::Create { .. } | Action::Edit { .. } | Action::Move { .. } => told(proposal),
        };
        let row = self.row(proposal.item.as_str(), &title);
        row.notes.push(ImportNote { text, ..ImportNote::default() });
    }

    fn title(&self, proposal: &Proposal) -> Option<String> {
        Some(self.present.by_key(proposal.item.as_str())?.task.title.as_str().to_owned())
    }

    /// The row of a task that there is; every task has one row only.
    fn row(&mut self, key: &str, title: &str) -> &mut ImportRow {
        let at = match self.places.get(key) {
            Some(at) => *at,
            None => self.push(ImportRow {
                key: Some(key.to_owned()),
                title: title.to_owned(),
                ..ImportRow::default()
            }),
        };
        &mut self.rows[at]
    }

    /// The row of a task that may have no key: then its uid names it.
    fn row_of(&mut self, state: &TaskState) -> &mut ImportRow {
        let title = state.task.title.as_str();
        if let Some(key) = &state.key {
            return self.row(key, title);
        }
        let uid = Some(state.task.uid.to_string());
        let at = self.push(ImportRow { uid, title: title.to_owned(), ..ImportRow::default() });
        &mut self.rows[at]
    }

    /// Whether a task is about to be cancelled.
    fn closes(&self, state: &TaskState) -> bool {
        self.closing.iter().any(|(task, _)| *task == state.task.id)
    }

    fn push(&mut self, row: ImportRow) -> usize {
        let at = self.rows.len();
        self.places.extend(row.key.clone().map(|key| (key, at)));
        self.rows.push(row);
        at
    }

    fn commands(self, pattern: &Plan) -> Vec<Command> {
        let as_seen = |id: &TaskId| {
            let version = Some(self.present.by_id(id)?.task.version);
            let guard = Guard { version, ..Guard::default() };
            Some(Command::Update { task: id.clone(), patch: Box::new(Patch::default()), guard })
        };
        let mut commands: Vec<Command> = self.seen.iter().filter_map(as_seen).collect();
        let known: BTreeSet<String> = self.rows.iter().filter_map(|row| row.key.clone()).collect();
        let mut rows = self.rows;
        for row in &mut rows {
            // What waits for an item whose task somebody deleted has nothing to wait for.
            if let Some(depends_on) = &mut row.depends_on {
                depends_on.retain(|on| {
                    known.contains(on) || self.present.by_key(on).is_some() || self.present.has(on)
                });
            }
        }
        let closing = self.closing.iter().map(|(task, _)| task.clone()).collect();
        break_circles(&mut rows, self.present, &closing, pattern);
        if !rows.is_empty() {
            let import = Import { rows, known: Known::Update, prefix: None };
            commands.push(Command::Import(Box::new(import)));
        }
        for (task, reason) in self.closing {
            commands.push(Command::Note { task: task.clone(), text: reason.clone() });
            commands.push(Command::Move {
                task,
                to: Verb::Cancel,
                reason: Some(Reason::stored(reason)),
                children: Children::Refuse,
                guard: Guard::default(),
            });
        }
        commands
    }
}

/// What changed, as a note says it.
fn told(proposal: &Proposal) -> String {
    let place = proposal.source.as_ref().map(|source| format!(" ({source})")).unwrap_or_default();
    let lines: Vec<String> = proposal.why.iter().map(|line| format!("- {line}")).collect();
    format!("{CHANGED}{place}:\n{}", lines.join("\n"))
}
