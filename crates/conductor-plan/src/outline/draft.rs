//! An item in the making, and how it is read from the document.

use super::attribute::{Attribute, waits_for};
use super::estimate::minutes_in;
use super::label::{Label, flat};
use super::language::meanings;
use super::lines::Lines;
use super::role::Role;
use super::title::title_of;
use super::tree::{Node, NodeKind, Tree};
use crate::words::plain_text;
use crate::{Category, Priority, Span};
use std::sync::LazyLock;

/// An item in the making.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    pub(crate) title: String,
    /// Names by which other parts of the document refer to it.
    pub(crate) aliases: Lines,
    /// What it is, a line each.
    pub(crate) body: Lines,
    /// The parts that it consists of.
    pub(crate) scope: Lines,
    /// What it is good for. Kept apart, since it tends to speak of everything else.
    pub(crate) benefit: Lines,
    pub(crate) acceptance: Lines,
    /// Names of what must be done before, as the document writes them.
    pub(crate) after: Lines,
    pub(crate) minutes: Option<u32>,
    pub(crate) priority: Option<Priority>,
    pub(crate) category: Option<Category>,
    pub(crate) files: Vec<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) confidence: u8,
    pub(crate) places: Vec<Place>,
    /// The container, as a position among the drafts; it stands before its children.
    pub(crate) parent: Option<usize>,
    pub(crate) container: bool,
    /// Position of the stage that it belongs to.
    pub(crate) phase: Option<usize>,
    /// The list that it stands in, so that neighbours are never taken for the same.
    pub(crate) list: usize,
    /// What was merged into another draft.
    pub(crate) gone: bool,
}

/// A place in one of several documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) document: usize,
    pub(crate) span: Span,
}

/// A document as the rules read it.
pub(crate) struct Source<'d> {
    pub(crate) document: usize,
    pub(crate) tree: &'d Tree,
    pub(crate) roles: &'d [Role],
    /// What the label of each node says of the thing above it.
    pub(crate) attributes: &'d [Option<Attribute>],
}

impl Source<'_> {
    /// Reads a node and all that stands under it as one piece of work.
    pub(crate) fn read(&self, index: usize) -> Draft {
        let mut draft = self.head(index);
        let below: Vec<usize> = self.tree.node(index).children.clone();
        for child in below {
            self.absorb(&mut draft, child);
        }
        draft
    }

    /// Reads a node without what stands under it.
    pub(crate) fn head(&self, index: usize) -> Draft {
        let node = self.tree.node(index);
        let titled = title_of(&node.label.name);
        let mut draft = Draft {
            title: titled.title,
            aliases: node.label.alias.clone().into_iter().collect(),
            places: vec![Place { document: self.document, span: node.span }],
            confidence: 80,
            ..Draft::default()
        };
        for annotation in &titled.annotations {
            draft.annotate(annotation);
        }
        if !node.label.named && node.label.name.chars().count() > draft.title.chars().count() + 12 {
            draft.body.push(node.label.name.clone());
        }
        if !node.label.rest.is_empty() {
            let rest = draft.without_annotation(&node.label.rest);
            draft.body.push(rest);
        }
        draft
    }

    /// Adds what a node says to the draft that it stands under.
    pub(crate) fn absorb(&self, draft: &mut Draft, index: usize) {
        let node = self.tree.node(index);
        match &node.kind {
            NodeKind::Code | NodeKind::Root => {}
            NodeKind::Row { head: true, .. } => {}
            NodeKind::Row { cells, .. } => draft.scope.push(cells.join(" | ")),
            NodeKind::Text if draft.take_label(&node.label, Vec::new()) => {}
            NodeKind::Text => {
                for line in node.label.full().lines() {
                    draft.body.push(line.to_owned());
                }
            }
            NodeKind::Item { .. } => {
                if !draft.take_label(&node.label, self.lines_below(index)) {
                    draft.scope.push(self.line(node, index));
                }
            }
            NodeKind::Intro | NodeKind::Section { .. } => {
                let role = self.roles[index];
                let known =
                    if matches!(role, Role::Acceptance | Role::Testing) && self.roles[node.parent] != role {
                        Some(Attribute::Acceptance)
                    } else {
                        self.attributes[index]
                    };
                match known {
                    Some(known) => draft.take(known, &node.label.rest, self.lines_below(index)),
                    None if role.is_silent() => {}
                    None => node.children.iter().for_each(|&child| self.absorb(draft, child)),
                }
            }
        }
    }

    /// What stands under a node, a line for each direct child.
    pub(crate) fn lines_below(&self, index: usize) -> Vec<String> {
        let lines = self.tree.children(index).filter(|(_, child)| !matches!(child.kind, NodeKind::Code));
        lines.map(|(at, child)| self.line(child, at)).filter(|line| !line.is_empty()).collect()
    }

    /// A node and its direct children on one line.
    fn line(&self, node: &Node, index: usize) -> String {
        let below: Vec<String> = self
            .tree
            .children(index)
            .map(|(_, child)| child.label.full())
            .filter(|text| !text.is_empty())
            .collect();
        let text = node.label.full();
        match (below.is_empty(), text.ends_with([':', '：'])) {
            (true, _) => text,
            (false, true) => format!("{text} {}", below.join("; ")),
            (false, false) => format!("{text}: {}", below.join("; ")),
        }
    }
}

impl Draft {
    /// All that is said of what it is and does, a line each; not what it is good for.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &String> {
        self.body.iter().chain(&self.scope).chain(&self.acceptance)
    }

    pub(crate) fn text(&self) -> String {
        self.lines().fold(String::new(), |text, line| text + line + "\n")
    }

    /// How many lines there are of each kind that [`lines`](Self::lines) goes through.
    pub(crate) fn counts(&self) -> [usize; 3] {
        [&self.body, &self.scope, &self.acceptance].map(|lines| lines.len())
    }

    /// The lines that came since there were so many of each kind.
    pub(crate) fn lines_since(&self, counts: [usize; 3]) -> impl Iterator<Item = &String> {
        let kinds = [&self.body, &self.scope, &self.acceptance];
        kinds.into_iter().zip(counts).flat_map(|(lines, count)| lines.iter().skip(count))
    }

    fn take_label(&mut self, label: &Label, below: Vec<String>) -> bool {
        let labelled = label.named || !below.is_empty() || label.name.ends_with([':', '：']);
        match label.attribute().filter(|_| labelled) {
            Some(known) => {
                self.take(known, &label.rest, below);
                true
            }
            None => false,
        }
    }

    fn take(&mut self, known: Attribute, rest: &str, below: Vec<String>) {
        let lines = Some(rest.to_owned()).filter(|rest| !rest.is_empty()).into_iter().chain(below);
        match known {
            Attribute::Description => self.body.extend(lines),
            Attribute::Benefit => self.benefit.extend(lines),
            Attribute::Acceptance => self.acceptance.extend(lines),
            Attribute::DependsOn => self.after.extend(lines),
            Attribute::Estimate => {
                self.minutes = lines.filter_map(|line| minutes_in(&line)).next().or(self.minutes)
            }
            Attribute::Priority => {
                self.priority = lines.filter_map(|line| priority_of(&line)).next().or(self.priority)
            }
            Attribute::Files => self.body.extend(lines),
            Attribute::Alias => self.aliases.extend(lines.map(|line| title_of(&line).title)),
            Attribute::Tasks | Attribute::Name => self.scope.extend(lines),
            Attribute::Aside => {}
        }
    }

    /// Takes in what stands in brackets behind a title.
    pub(crate) fn annotate(&mut self, annotation: &str) {
        if let Some(rest) = waits_for(annotation) {
            self.after.push(rest.to_owned());
            return;
        }
        let value = annotation.split_once([':', '=']).map_or(annotation, |(_, value)| value).trim();
        self.priority = priority_of(value).or(self.priority);
        self.minutes =
            minutes_in(value).filter(|_| value.chars().any(|c| c.is_ascii_digit())).or(self.minutes);
    }

    /// A text without the annotations in brackets at its end, which are taken in.
    fn without_annotation(&mut self, text: &str) -> String {
        let titled = title_of(text);
        if titled.annotations.is_empty() {
            return text.to_owned();
        }
        for annotation in &titled.annotations {
            self.annotate(annotation);
        }
        let cut = text.find(['(', '[']).and_then(|at| text.get(..at)).unwrap_or(text);
        flat(cut)
    }
}

/// The priority that a text begins with.
pub(crate) fn priority_of(text: &str) -> Option<Priority> {
    static NAMES: LazyLock<Vec<(Priority, &str)>> =
        LazyLock::new(|| meanings(|words| &words.priorities).collect());
    let words = plain_text(text);
    let begins =
        |name: &str| words.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    // The most urgent one counts where several fit.
    NAMES.iter().filter(|(_, name)| begins(name)).map(|&(priority, _)| priority).max()
}
