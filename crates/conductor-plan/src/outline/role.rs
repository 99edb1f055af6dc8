//! What part a section plays in a document, told by its heading.

use super::label::Label;
use super::language::{meanings, phrases, table};
use super::naming::{is_command, lists_things, role_or_thing};
use super::tree::{NodeKind, Tree};
use crate::words::{is_packed, plain_words};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// The part that a section plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Role {
    /// Nothing is known of it.
    Unknown,
    /// The document's own title.
    Title,
    /// Background, goals, vision, scope.
    Overview,
    /// Who it is for.
    Persona,
    /// How people go about it; how it looks and feels.
    Experience,
    /// How to call it; examples.
    Usage,
    /// What the product does.
    Feature,
    /// What the product does, as people tell it.
    Story,
    /// What is asked for, of any kind.
    Requirement,
    /// What it is made of.
    Architecture,
    /// What it stores.
    Data,
    /// What other programs call.
    Api,
    /// What is built when.
    Roadmap,
    /// One stage of a roadmap.
    Phase,
    /// What must be built before what.
    Chain,
    /// Limits on how it is made.
    Constraint,
    /// How well it does what it does.
    Quality,
    /// What it stands on.
    Dependency,
    /// How one sees that it is done.
    Acceptance,
    /// How it is tested.
    Testing,
    /// What it does not do.
    OutOfScope,
    /// What may come one day.
    Future,
    /// What may go wrong.
    Risk,
    /// How one measures its success.
    Metrics,
    /// What is not decided.
    OpenQuestion,
    /// Glossary, research, references, history.
    Appendix,
    /// Words to whoever writes or reads the document, not about the product.
    Instruction,
}

impl Role {
    /// Nothing in such a section is work, whatever its subsections are called.
    pub(crate) fn is_silent(self) -> bool {
        match self {
            Self::Persona
            | Self::Experience
            | Self::Usage
            | Self::OutOfScope
            | Self::Future
            | Self::Risk
            | Self::Metrics
            | Self::OpenQuestion
            | Self::Appendix
            | Self::Instruction
            | Self::Acceptance
            | Self::Testing
            | Self::Dependency
            | Self::Chain => true,
            Self::Unknown
            | Self::Title
            | Self::Overview
            | Self::Feature
            | Self::Story
            | Self::Requirement
            | Self::Architecture
            | Self::Data
            | Self::Api
            | Self::Roadmap
            | Self::Phase
            | Self::Constraint
            | Self::Quality => false,
        }
    }

    /// The subsections of such a section are named after what they are about, so that a heading has to be nothing but
    /// the name of another role to play it.
    pub(crate) fn names_things(self) -> bool {
        matches!(
            self,
            Self::Feature
                | Self::Story
                | Self::Roadmap
                | Self::Phase
                | Self::Data
                | Self::Api
                | Self::Architecture
        )
    }

    /// Whether a subsection of a section that names things can play this role when it has its name.
    fn may_interrupt(self, parent: Self) -> bool {
        let closing = matches!(self, Self::Acceptance | Self::Risk | Self::Metrics | Self::OutOfScope);
        if parent == Self::Phase {
            return closing || self == Self::Dependency;
        }
        if parent == Self::Roadmap {
            return closing || matches!(self, Self::Overview | Self::Chain | Self::Phase | Self::Appendix);
        }
        let about = matches!(self, Self::Overview | Self::Constraint | Self::Quality | Self::Roadmap);
        self.is_silent() || about || !parent.is_work() || self.is_work()
    }

    pub(crate) fn is_work(self) -> bool {
        matches!(self, Self::Feature | Self::Story | Self::Roadmap | Self::Phase | Self::Api | Self::Data)
    }
}

/// The role of each node of a tree: that of the innermost section that has one.
pub(crate) fn roles(tree: &Tree) -> Vec<Role> {
    let title = document_title(tree);
    let mut roles = vec![Role::Unknown; tree.nodes.len()];
    let mut things: Vec<Option<bool>> = vec![None; tree.nodes.len()];
    for (index, node) in tree.nodes.iter().enumerate().skip(1) {
        let parent = roles[node.parent];
        roles[index] = match node.kind {
            _ if Some(index) == title => Role::Title,
            NodeKind::Section { level } => {
                let things =
                    things[node.parent].get_or_insert_with(|| lists_things(tree, node.parent, parent));
                of_section(&node.label, parent, level == 0, *things)
            }
            NodeKind::Intro => of_intro(&node.label, parent),
            NodeKind::Root
            | NodeKind::Item { .. }
            | NodeKind::Text
            | NodeKind::Row { .. }
            | NodeKind::Code => parent,
        };
    }
    roles
}

/// The heading that is the title of the document: the first one, when nothing else stands at its level.
pub(crate) fn document_title(tree: &Tree) -> Option<usize> {
    let mut headings = tree.nodes.iter().enumerate().filter_map(|(index, node)| match node.kind {
        NodeKind::Section { level: level @ 1.. } => Some((index, level)),
        NodeKind::Section { .. }
        | NodeKind::Root
        | NodeKind::Intro
        | NodeKind::Item { .. }
        | NodeKind::Text
        | NodeKind::Row { .. }
        | NodeKind::Code => None,
    });
    let (first, level) = headings.next()?;
    let mut others = 0;
    let alone = headings.all(|(_, other)| {
        others += 1;
        other > level
    });
    let node = tree.node(first);
    let named = node.label.role_and_share();
    let works = named.is_some_and(|(role, share)| share >= 100 && role.is_work());
    let says_so = named.is_some_and(|(role, _)| role == Role::Title);
    ((alone && others > 0 || says_so) && !works && node.label.alias.is_none()).then_some(first)
}

fn of_section(label: &Label, parent: Role, tag: bool, among_things: bool) -> Role {
    if parent.is_silent() {
        return parent;
    }
    if is_phase(label) && !matches!(parent, Role::Architecture | Role::Data | Role::Api | Role::Overview) {
        return Role::Phase;
    }
    if is_feature_alias(label) {
        return Role::Feature;
    }
    let inherited = if parent == Role::Title { Role::Unknown } else { parent };
    let Some(Named { role, share, weak }) = label.role() else { return inherited };
    let other = weak && share < 100 && role.is_silent();
    if !tag && (other || among_things && (weak || share < 100)) {
        return inherited;
    }
    if parent.names_things() && !tag {
        let plays = share >= 100 && role.may_interrupt(parent);
        return if plays { role } else { inherited };
    }
    if share >= 40 || tag { role } else { inherited }
}

fn of_intro(label: &Label, parent: Role) -> Role {
    if parent.is_silent() {
        return parent;
    }
    if is_phase(label) && matches!(parent, Role::Roadmap | Role::Unknown | Role::Title) {
        return Role::Phase;
    }
    match label.role_and_share() {
        // A sentence that leads to a list speaks of many things; only a label names a role.
        Some((role, share)) if share >= 75 && role.may_interrupt(parent) => role,
        Some(_) | None => parent,
    }
}

/// `Feature 3: Search` names a feature wherever it stands.
pub(super) fn is_feature_alias(label: &Label) -> bool {
    label.alias.as_deref().is_some_and(|alias| {
        let first = plain_words(alias).into_iter().next().unwrap_or_default();
        table!(feature_words).any(|word| word == first)
    })
}

/// Whether a heading names a stage: `Phase 2: …`, `MVP`, `Sprint 3`, `Week 1-2`, `1단계`.
pub(crate) fn is_phase(label: &Label) -> bool {
    let alias = label.alias.as_deref().unwrap_or_default();
    let words = [plain_words(alias), plain_words(&label.name)].concat();
    let first = words.first().map_or("", |word| word);
    let second = words.get(1).map_or("", |word| word);
    let numeral = |word: &str| {
        word.bytes().all(|byte| byte.is_ascii_digit()) && !word.is_empty()
            || matches!(word, "i" | "ii" | "iii" | "iv" | "v" | "one" | "two" | "three" | "four")
    };
    if is_stage_word(first) && numeral(second) {
        return true;
    }
    // `V1`, `v2.0`: a version.
    let version = first.strip_prefix('v').is_some_and(numeral);
    if version && (!alias.is_empty() || words.iter().skip(1).all(|word| numeral(word))) {
        return true;
    }
    if matches!(first, "mvp" | "poc") || words.last().is_some_and(|last| last == "mvp") && words.len() <= 4 {
        return words.len() <= 6;
    }
    let ordinal = first.trim_end_matches(|c: char| !c.is_ascii_digit());
    let packed: String = first.chars().filter(|c| is_packed(*c)).collect();
    if packed.is_empty() {
        return !ordinal.is_empty()
            && ordinal.len() <= 2
            && is_stage_word(second)
            && ordinal.len() < first.len();
    }
    table!(stages).any(|stage| packed.starts_with(stage) || packed.ends_with(stage))
        && first.chars().any(|c| c.is_ascii_digit() || "一二三四五六".contains(c))
        || is_stage_word(&packed) && numeral(second)
}

pub(super) fn is_stage_word(word: &str) -> bool {
    static STAGES: LazyLock<BTreeSet<&str>> = LazyLock::new(|| phrases(|words| words.stages).collect());
    STAGES.contains(word)
}

/// What a heading says of its role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) role: Role,
    /// The share of its words that say so, in percent.
    pub(crate) share: usize,
    /// Whether the words that say so are as often the name of a thing.
    pub(crate) weak: bool,
}

/// The role that a heading names.
pub(crate) fn named(name: &str) -> Option<Named> {
    static INDEX: LazyLock<Phrases> = LazyLock::new(index);
    static PACKED: LazyLock<Vec<(&str, Role)>> = LazyLock::new(packed);
    if name.chars().any(is_packed) {
        let text: String =
            name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let found =
            PACKED.iter().filter(|(phrase, _)| text.contains(phrase)).max_by_key(|(phrase, _)| phrase.len());
        if let Some((phrase, role)) = found {
            let share = percent(phrase.chars().count(), text.chars().count());
            return Some(Named { role: *role, share, weak: false });
        }
    }
    let plain = plain_words(name);
    let words: Vec<&str> = plain.iter().map(|word| singular(word)).collect();
    // For each role how many words name it, of how many the longest phrase is, and whether each may be a thing.
    let mut covered: BTreeMap<Role, (usize, usize, bool)> = BTreeMap::new();
    let mut at = 0;
    while let Some(&word) = words.get(at) {
        let phrases = INDEX.get(word).map_or(&[][..], Vec::as_slice);
        let rest = words.get(at..).unwrap_or_default();
        let found = phrases
            .iter()
            .filter(|(phrase, _)| rest.starts_with(phrase))
            .max_by_key(|(phrase, _)| phrase.len());
        let Some((phrase, role)) = found else {
            at += 1;
            continue;
        };
        let (total, longest, weak) = covered.entry(*role).or_insert((0, 0, true));
        *total += phrase.len();
        *longest = (*longest).max(phrase.len());
        *weak &= phrase.len() == 1 && role_or_thing(word);
        at += phrase.len();
    }
    let significant = words.iter().filter(|word| !is_filler(word)).count().max(1);
    // The first of equals would be arbitrary, so the order of the roles decides; the longest phrase says most.
    let (role, (total, longest, weak)) = covered
        .into_iter()
        .max_by_key(|&(role, (total, longest, _))| (longest, total, std::cmp::Reverse(role)))?;
    let share = percent(total, significant).min(100);
    // `List the notes` is something to do; `Test plan` and `Open questions` are names as a whole.
    let command = is_command(name) && !(longest > 1 && share >= 100);
    (!command).then_some(Named { role, share, weak })
}

fn percent(part: usize, whole: usize) -> usize {
    part * 100 / whole.max(1)
}

/// For each word the phrases that begin with it, word by word.
type Phrases = BTreeMap<&'static str, Vec<(Vec<&'static str>, Role)>>;

fn index() -> Phrases {
    let mut index = Phrases::new();
    for (role, phrase) in meanings(|words| words.roles).filter(|(_, phrase)| !phrase.chars().any(is_packed)) {
        let words: Vec<&str> = phrase.split(' ').map(singular).collect();
        if let Some(&first) = words.first() {
            let known = index.entry(first).or_default();
            // Where two languages have one word for two things, the first one's counts.
            if !known.iter().any(|(phrase, _)| *phrase == words) {
                known.push((words, role));
            }
        }
    }
    index
}

fn packed() -> Vec<(&'static str, Role)> {
    let rows = meanings(|words| words.roles).filter(|(_, phrase)| phrase.chars().any(is_packed));
    rows.map(|(role, phrase)| (phrase, role)).collect()
}

fn singular(word: &str) -> &str {
    word.strip_suffix('s').filter(|cut| cut.len() > 2).unwrap_or(word)
}

/// Words that may stand beside the name of a role without making it another: `The features section`.
fn is_filler(word: &str) -> bool {
    static FILLERS: LazyLock<BTreeSet<&str>> =
        LazyLock::new(|| phrases(|words| words.fillers).map(singular).collect());
    FILLERS.contains(word) || word.bytes().all(|byte| byte.is_ascii_digit())
}
