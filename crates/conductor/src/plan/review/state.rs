//! What the review knows and shows.

use std::collections::{BTreeMap, BTreeSet};

use cli_kit::text::escape;
use conductor_plan::edit::Edit;
use conductor_plan::{Finding, FindingCode, Item, ItemKey, Order, Plan, Source, Verdict, effective_verdicts};
use taskwerk_client::model::Minutes;

use super::form::Form;
use super::input::Input;
use super::parts::Parts;
use super::pick::Pick;
use super::texts::Texts;
use crate::plan::changed::Tally;
use crate::plan::tree::Labels;

/// All of it.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) id: u64,
    /// The documents, as they were named. Escaped.
    pub(super) source: String,
    pub(super) plan: Plan,
    pub(super) findings: Vec<Finding>,
    pub(super) texts: Texts,
    /// Every item, in the order of the tree.
    pub(super) rows: Vec<Row>,
    /// Those that are shown: not in a closed group, not filtered out. Positions in `rows`.
    pub(super) visible: Vec<usize>,
    pub(super) folded: BTreeSet<ItemKey>,
    pub(super) filter: Option<FindingCode>,
    /// The words that were searched last.
    pub(super) searched: String,
    /// The position in `visible` of the item that is looked at.
    pub(super) cursor: usize,
    /// The position in `visible` of the first row on the screen.
    pub(super) top: usize,
    /// Which of the item's places in the documents is shown.
    pub(super) place: usize,
    /// By how many lines the document was moved.
    pub(super) moved: isize,
    /// In a narrow terminal: the text, and not the items.
    pub(super) beside: bool,
    pub(super) mode: Mode,
    /// What to say of the last key.
    pub(super) message: Option<Message>,
    /// Columns and rows of the terminal.
    pub(super) size: (u16, u16),
    /// What was said of the items.
    pub(super) tally: Tally,
    /// Who is asked for parts; nobody, where the text alone tells.
    pub(super) asks: Option<Asks>,
    /// Whom parts are being asked of.
    pub(super) asking: Option<Asked>,
}

/// Who is asked for parts of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asks {
    /// A model or an agent. Not escaped.
    pub(super) name: String,
    /// Whether it was named for this review, so that it is asked without another word.
    pub(super) sure: bool,
}

/// A question for parts that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    /// The item's title. Not escaped.
    pub(super) title: String,
    /// How far it is. Escaped.
    pub(super) progress: String,
}

/// An item as it is listed.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) key: ItemKey,
    /// Where it stands in the plan.
    pub(super) index: usize,
    pub(super) depth: usize,
    pub(super) container: bool,
    pub(super) label: String,
    /// Escaped.
    pub(super) title: String,
    pub(super) estimate: String,
    pub(super) verdict: Option<Verdict>,
    /// Whether the verdict is that of a group around it.
    pub(super) inherited: bool,
    pub(super) critical: bool,
    /// The findings about it, as positions in the list of findings.
    pub(super) findings: Vec<usize>,
}

/// What keys mean at the moment.
#[derive(Debug, Clone)]
pub(super) enum Mode {
    Browse,
    Help(usize),
    /// Everything about the item, from this line on.
    Page(usize),
    Search {
        input: Input,
        from: usize,
    },
    Form(Box<Form>),
    Add(Input),
    Moving(ItemKey),
    Parts(Box<Parts>),
    Pick(Box<Pick<Choice>>),
    ConfirmImport,
    /// Whether the parts of this item are to be asked for.
    ConfirmAsk(ItemKey),
}

/// What is picked from a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Choice {
    /// Let the first wait for the second, or no longer.
    Link(ItemKey, ItemKey),
    /// Merge the second into the first.
    Merge(ItemKey, ItemKey),
    /// Put the first under the second, or at the top.
    Under(ItemKey, Option<ItemKey>),
    Filter(Option<FindingCode>),
    GoTo(Option<ItemKey>),
    Fix(Edit),
}

/// Something to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    /// Escaped.
    pub(super) text: String,
    pub(super) bad: bool,
}

impl State {
    pub(super) fn new(id: u64, source: &str, plan: Plan, findings: Vec<Finding>, texts: Texts) -> Self {
        let mut state = Self {
            id,
            source: escape(source).into_owned(),
            plan,
            findings,
            texts,
            rows: Vec::new(),
            visible: Vec::new(),
            folded: BTreeSet::new(),
            filter: None,
            searched: String::new(),
            cursor: 0,
            top: 0,
            place: 0,
            moved: 0,
            beside: false,
            mode: Mode::Browse,
            message: None,
            size: (80, 24),
            tally: Tally::default(),
            asks: None,
            asking: None,
        };
        state.list();
        state.show_all();
        state
    }

    /// Takes over what the plan is now. The item that is looked at stays the same, where it is still there.
    pub(super) fn renew(&mut self, plan: Plan, findings: Vec<Finding>) {
        let looked_at = self.current().map(|row| row.key.clone());
        (self.plan, self.findings) = (plan, findings);
        self.list();
        self.show_all();
        if let Some(key) = looked_at {
            self.go_to(&key);
        }
        self.clamp();
    }

    fn list(&mut self) {
        self.tally = Tally::of(&self.plan);
        let labels = Labels::of_plan(&self.plan);
        let (verdicts, mut about) = (effective_verdicts(&self.plan), BTreeMap::<&ItemKey, Vec<usize>>::new());
        for (at, finding) in self.findings.iter().enumerate() {
            for key in &finding.items {
                about.entry(key).or_default().push(at);
            }
        }
        let critical: BTreeSet<ItemKey> =
            Order::of(&self.plan).map(|order| order.critical_path.into_iter().collect()).unwrap_or_default();
        let places: BTreeMap<&ItemKey, usize> =
            self.plan.items.iter().enumerate().rev().map(|(at, item)| (&item.key, at)).collect();
        let row = |row: conductor_plan::TreeRow<'_>| {
            let key = &row.item.key;
            let (verdict, own) = (verdicts.get(key).copied(), self.plan.verdicts.get(key).copied());
            Row {
                key: key.clone(),
                index: places.get(key).copied().unwrap_or(0),
                depth: row.depth,
                container: row.container,
                label: labels.of(key).to_owned(),
                title: escape(&row.item.title).into_owned(),
                estimate: row
                    .item
                    .estimate
                    .map(|estimate| Minutes::new(estimate.likely).to_string())
                    .unwrap_or_default(),
                verdict,
                inherited: verdict != own,
                critical: !row.container && critical.contains(key),
                findings: about.get(key).cloned().unwrap_or_default(),
            }
        };
        self.rows = self.plan.tree().into_iter().map(row).collect();
    }

    /// Finds out which rows are shown. With a filter these are the items that have such a finding, and the groups around
    /// them.
    pub(super) fn show_all(&mut self) {
        let found = |row: &Row| {
            self.filter.is_none_or(|code| {
                row.findings
                    .iter()
                    .filter_map(|&at| self.findings.get(at))
                    .any(|finding| finding.code == code)
            })
        };
        let mut wanted: Vec<bool> = self.rows.iter().map(found).collect();
        let mut depth = 0;
        for at in (0..self.rows.len()).rev() {
            let row = &self.rows[at];
            if row.depth < depth {
                wanted[at] = true;
                depth = row.depth;
            } else if wanted[at] {
                depth = depth.max(row.depth);
            }
            if wanted[at] {
                depth = row.depth;
            }
        }
        let mut closed: Option<usize> = None;
        self.visible.clear();
        for (at, row) in self.rows.iter().enumerate() {
            closed = closed.filter(|&depth| row.depth > depth);
            if closed.is_some() || !wanted[at] {
                continue;
            }
            self.visible.push(at);
            if self.filter.is_none() && self.folded.contains(&row.key) {
                closed = Some(row.depth);
            }
        }
        self.clamp();
    }

    /// The row that is looked at.
    pub(super) fn current(&self) -> Option<&Row> {
        self.rows.get(*self.visible.get(self.cursor)?)
    }

    /// The item that is looked at.
    pub(super) fn item(&self) -> Option<&Item> {
        self.plan.items.get(self.current()?.index)
    }

    /// The place in the documents that is shown.
    pub(super) fn source(&self) -> Option<&Source> {
        let sources = &self.item()?.sources;
        sources.get(self.place % sources.len().max(1))
    }

    /// Looks at an item, and opens the groups around it.
    pub(super) fn go_to(&mut self, key: &ItemKey) {
        let Some(at) = self.rows.iter().position(|row| row.key == *key) else { return };
        if !self.visible.contains(&at) {
            let mut depth = self.rows[at].depth;
            for row in self.rows[..at].iter().rev() {
                if row.depth < depth {
                    depth = row.depth;
                    self.folded.remove(&row.key);
                }
            }
            self.show_all();
        }
        if let Some(cursor) = self.visible.iter().position(|&visible| visible == at) {
            self.look_at(cursor);
        }
    }

    /// Looks at a row.
    pub(super) fn look_at(&mut self, cursor: usize) {
        if cursor != self.cursor {
            (self.place, self.moved) = (0, 0);
        }
        self.cursor = cursor;
        self.clamp();
    }

    /// Keeps the cursor on a row, and the row on the screen.
    pub(super) fn clamp(&mut self) {
        let page = self.page();
        self.cursor = self.cursor.min(self.visible.len().saturating_sub(1));
        let lowest = self.visible.len().saturating_sub(page);
        self.top = self.top.min(self.cursor).max((self.cursor + 1).saturating_sub(page)).min(lowest);
    }

    /// Rows of items that fit on the screen.
    pub(super) fn page(&self) -> usize {
        usize::from(super::view::areas(self.size, self.mode_rows()).items.height).max(1)
    }

    /// Rows that the mode needs at the bottom, besides the usual ones.
    pub(super) fn mode_rows(&self) -> u16 {
        match &self.mode {
            Mode::Browse
            | Mode::Help(_)
            | Mode::Page(_)
            | Mode::Search { .. }
            | Mode::Add(_)
            | Mode::Moving(_)
            | Mode::ConfirmImport
            | Mode::ConfirmAsk(_) => 0,
            Mode::Form(_) => 5,
            Mode::Parts(parts) => u16::try_from(parts.lines.len()).unwrap_or(u16::MAX).saturating_add(1),
            Mode::Pick(_) => self.size.1 / 2,
        }
    }

    pub(super) fn say(&mut self, text: &str) {
        self.message = Some(Message { text: escape(text).into_owned(), bad: false });
    }

    /// Says what was done, and, where there is room, how it is taken back.
    pub(super) fn say_done(&mut self, what: &str) {
        const HOW: &str = " (u takes it back)";
        let fits = cli_kit::text::width(what) + HOW.len() < usize::from(self.size.0);
        self.say(&format!("{what}{}", if fits { HOW } else { "" }));
    }

    pub(super) fn complain(&mut self, text: &str) {
        self.message = Some(Message { text: escape(text).into_owned(), bad: true });
    }
}
