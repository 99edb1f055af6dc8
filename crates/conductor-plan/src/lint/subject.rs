//! What a requirement is about, in a form in which requirements can be compared.

use crate::phrases::{Phrases, Words};
use crate::requirement::quantity::{Quantity, quantities};
use crate::requirement::technology::{Named, technologies};
use crate::words::{Bag, Vocabulary, WordSet, fold, runs};
use crate::{Requirement, RequirementKind};
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::LazyLock;

/// A requirement with what comparing needs of it.
pub(super) struct Subject<'p> {
    pub(super) wanted: &'p Requirement,
    /// The words that say what it is about: without numbers, bounds, negations and words that add nothing.
    pub(super) words: Bag,
    /// The same without the names of technologies.
    pub(super) frame: Bag,
    /// Whether it says that something must not be.
    pub(super) negated: bool,
    pub(super) quantities: Vec<Quantity>,
    pub(super) technologies: Vec<Named>,
    /// The words of its section that say for what part of the work it holds.
    pub(super) place: Rc<Bag>,
}

/// Words that say nothing of what a requirement is about.
const FILLER: &str = "able, always, application, app, allowed, allow, any, be, been, cannot, complete, completed, default, ensure, every, \
    exactly, feature, functionality, given, least, less, likely, limit, limited, make, maximum, max, minimum, min, more, \
    most, need, needs, only, possible, product, required, requirement, software, solution, support, supported, supports, \
    system, take, takes, than, time, under, until, upto, want, wants, within, anwendung, moeglich, muss, muessen, system, \
    unterstuetzt, unterstuetzung, systeme, application, sistema, aplicacion, aplicativo, soportar, suportar, second, \
    seconds, average";

/// Words of section titles that do not say for what part of the work their content holds.
static COMMON: WordSet = WordSet::of(
    "acceptance, additional, and, architecture, assumption, assumptions, choice, choices, constraint, constraints, core, criteria, \
    decision, decisions, detail, details, feature, features, functional, general, goal, goals, key, limit, limits, main, \
    metric, metrics, must, nfr, nfrs, non, nonfunctional, note, notes, other, overview, performance, product, quality, \
    requirement, requirements, rule, rules, scalability, scope, security, should, software, specification, stack, storage, \
    success, system, tech, technical, technologies, technology, anforderung, anforderungen, funktionale, nicht, \
    qualitaet, randbedingungen, technik, technische, leistung, exigences, contraintes, requisitos, restricciones, \
    restricoes, tecnologia, rendimiento, desempenho, database, persistence, data, answers, author, usability, \
    availability, reliability, capacity, summary, introduction",
);

const NEGATIONS: &str = "not, never, cannot, can t, must not, mustn t, may not, shall not, should not, no, without, neither, nicht, kein, \
    keine, keinen, niemals, nie, ohne, ne pas, jamais, sans, aucun, nunca, sin, nao, jamas, 不得, 不能, 禁止, 不允许, 不可";

static NEGATED: LazyLock<Phrases<()>> = LazyLock::new(|| Phrases::of(&[((), NEGATIONS)]));

/// The requirements as subjects, with the words of all.
pub(super) fn subjects<'p>(requirements: impl Iterator<Item = &'p Requirement>) -> Vec<Subject<'p>> {
    let mut vocabulary = Vocabulary::default();
    let filler = vocabulary.bag(&FILLER.replace(',', " "));
    let mut places: BTreeMap<&str, Rc<Bag>> = BTreeMap::new();
    requirements
        .map(|wanted| {
            let place = places.entry(&wanted.section);
            let place = Rc::clone(place.or_insert_with(|| Rc::new(place_of(wanted, &mut vocabulary))));
            subject(wanted, place, &mut vocabulary, &filler)
        })
        .collect()
}

/// The words of a requirement's section that say for what part of the work it holds.
fn place_of(wanted: &Requirement, vocabulary: &mut Vocabulary) -> Bag {
    let telling: Vec<&str> = runs(&wanted.section).filter(|word| !COMMON.has(&fold(word))).collect();
    vocabulary.bag(&telling.join(" "))
}

fn subject<'p>(
    wanted: &'p Requirement,
    place: Rc<Bag>,
    vocabulary: &mut Vocabulary,
    filler: &Bag,
) -> Subject<'p> {
    let text = wanted.text.as_str();
    let (quantities, technologies) = (quantities(text), technologies(text));
    let negations = if NEGATED.stand_in(text) { NEGATED.find(&Words::of(text)) } else { Vec::new() };
    let mut cut: Vec<Range<usize>> = quantities.iter().map(|quantity| quantity.at.clone()).collect();
    cut.extend(negations.iter().map(|spotted| spotted.at.clone()));
    let about = vocabulary.bag(&without(text, &cut)).without(filler);
    cut.extend(technologies.iter().map(|named| named.at.clone()));
    let frame = if technologies.is_empty() {
        about.clone()
    } else {
        vocabulary.bag(&without(text, &cut)).without(filler)
    };
    Subject { wanted, words: about, frame, negated: negations.len() == 1, quantities, technologies, place }
}

/// A text without some of its places.
fn without(text: &str, cut: &[Range<usize>]) -> String {
    let mut cut: Vec<&Range<usize>> = cut.iter().collect();
    cut.sort_by_key(|range| (range.start, range.end));
    let mut rest = String::with_capacity(text.len());
    let mut at = 0;
    for range in cut {
        if at < range.start {
            rest.push_str(&text[at..range.start]);
            rest.push(' ');
        }
        at = at.max(range.end);
    }
    rest.push_str(text.get(at..).unwrap_or_default());
    rest
}

impl Subject<'_> {
    /// Whether both hold for the same part of the work, as far as their sections tell.
    pub(super) fn shares_place(&self, other: &Self) -> bool {
        self.wanted.section == other.wanted.section || self.place == other.place
    }

    /// Whether it asks for something, rather than ruling it out or leaving it open.
    pub(super) fn asks(&self) -> bool {
        match self.wanted.kind {
            RequirementKind::Feature
            | RequirementKind::Constraint
            | RequirementKind::Quality
            | RequirementKind::Interface
            | RequirementKind::Data
            | RequirementKind::Dependency => true,
            RequirementKind::OutOfScope | RequirementKind::OpenQuestion => false,
        }
    }
}
