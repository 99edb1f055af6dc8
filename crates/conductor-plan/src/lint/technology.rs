//! Technologies that are used and ruled out, and two of a kind where there can be one.

use super::contradiction::{Clash, neighbours};
use super::subject::Subject;
use crate::requirement::technology::{Named, TechnologyKind};
use crate::words::{Bag, WordSet, list, plain_words};
use crate::{Modality, RequirementKind};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Words ahead of a technology that rule it out.
static RULES_OUT: WordSet = WordSet::of(
    "no, not, never, without, avoid, avoids, avoiding, forbid, forbids, prohibit, prohibits, nicht, kein, keine, \
    keinen, ohne, vermeiden, sans, aucun, sin, evitar, sem, nao, nunca, niemals",
);
/// The same behind it.
const RULED_OUT: &str = " must not be, is not used, is not allowed, is forbidden, is prohibited, may not be used, are not allowed, \
    should not be used, cannot be used, wird nicht verwendet, ist nicht erlaubt, darf nicht";
/// Words ahead of a technology that neither use it nor rule it out.
static MENTIONS: WordSet = WordSet::of(
    "from, instead, rather, like, unlike, than, replace, replaces, replacing, migrate, migrating, alternative, \
    alternatives, similar, inspired, import, imports, export, exports, or, oder, statt, anstatt, of, formerly, compared, \
    e, g, to, into, only",
);
/// Words ahead of a technology that use it.
static USES: WordSet = WordSet::of(
    "use, uses, used, using, in, with, on, by, via, written, stored, based, built, runs, mit, auf, nutzt, verwendet, \
    avec, utilise, con, usa, com, is, language, database, backend, frontend, framework, server, be",
);
/// Words that make one language, database or cloud the one of what the sentence speaks of.
static WRITTEN: WordSet = WordSet::of(
    "written, implemented, developed, built, language, programmed, geschrieben, implementiert, ecrit, escrito, escrita",
);
static STORED: WordSet =
    WordSet::of("stored, saved, kept, persisted, gespeichert, stocke, almacenan, armazenados");
static HOSTED: WordSet = WordSet::of("hosted, deployed, gehostet, betrieben, heberge, desplegado");
/// Words ahead of `database` that say it is the only one.
static THE_ONE: WordSet = WordSet::of(
    "the, our, its, primary, main, central, only, single, relational, production, die, unsere, zentrale, la, as, sole",
);
static DATABASE: WordSet = WordSet::of("database, db, datastore, datenbank, bdd, banco");

/// How a requirement speaks of a technology.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stance {
    Uses,
    RulesOut,
    Mentions,
}

pub(super) fn clashes<'s, 'p>(subjects: &'s [Subject<'p>]) -> Vec<Clash<'s, 'p>> {
    let mut clashes = used_and_ruled_out(subjects);
    clashes.extend(two_of_a_kind(subjects));
    clashes
}

/// How a technology is spoken of: what uses it, by the part of the work, and what rules it out.
#[derive(Default)]
struct Spoken<'s, 'p> {
    uses: BTreeMap<&'s Bag, Vec<&'s Subject<'p>>>,
    rules_out: Vec<&'s Subject<'p>>,
}

fn used_and_ruled_out<'s, 'p>(subjects: &'s [Subject<'p>]) -> Vec<Clash<'s, 'p>> {
    let mut by_name: BTreeMap<&str, Spoken<'s, 'p>> = BTreeMap::new();
    for subject in subjects {
        for named in &subject.technologies {
            let spoken = by_name.entry(named.technology.name).or_default();
            match stance(subject, named) {
                Stance::Uses => spoken.uses.entry(&subject.place).or_default().push(subject),
                Stance::RulesOut => spoken.rules_out.push(subject),
                Stance::Mentions => {}
            }
        }
    }
    let mut clashes = Vec::new();
    for (name, Spoken { uses, rules_out }) in by_name {
        for second in rules_out {
            let beside = uses.get(&*second.place).map_or(&[][..], Vec::as_slice);
            let first = beside.iter().find(|first| first.wanted.id != second.wanted.id);
            clashes.extend(first.map(|&first| Clash {
                rule: "technology",
                first,
                second,
                what: format!("use {name} and rule it out"),
                question: format!(
                    "Is {name} used ({}) or not ({})?",
                    first.wanted.source, second.wanted.source
                ),
            }));
        }
    }
    clashes
}

fn stance(subject: &Subject<'_>, named: &Named) -> Stance {
    let text = subject.wanted.text.as_str();
    let clause = |c: char| matches!(c, '.' | ',' | ';' | ':' | '(' | ')');
    let ahead = text[..named.at.start].rsplit(clause).next().unwrap_or_default();
    let behind = text[named.at.end..].split(clause).next().unwrap_or_default().to_lowercase();
    let words = plain_words(ahead);
    let near: Vec<&str> = words.iter().rev().take(4).map(|word| &**word).collect();
    let has = |known: &WordSet| near.iter().any(|word| known.has(word));
    let follows =
        |known: &'static str| list(known).any(|known| behind.trim_start().starts_with(known.trim()));
    let open = behind.trim_start().starts_with("or ") || behind.trim_start().starts_with("oder ");
    if subject.wanted.kind == RequirementKind::OpenQuestion || open {
        return Stance::Mentions;
    }
    let strict = subject.wanted.modality == Modality::Must;
    if has(&RULES_OUT) && !near.contains(&"only") || follows(RULED_OUT) {
        return if strict { Stance::RulesOut } else { Stance::Mentions };
    }
    if near.iter().take(2).any(|word| MENTIONS.has(word)) || !subject.asks() {
        return Stance::Mentions;
    }
    let chosen = matches!(subject.wanted.kind, RequirementKind::Constraint | RequirementKind::Dependency);
    if chosen || has(&USES) || near.is_empty() { Stance::Uses } else { Stance::Mentions }
}

/// Two languages for the same part, two places of the same data, two clouds of the same service, two *main* databases.
fn two_of_a_kind<'s, 'p>(subjects: &'s [Subject<'p>]) -> Vec<Clash<'s, 'p>> {
    let mut groups: BTreeMap<(TechnologyKind, &Bag), Vec<(&Subject<'p>, &'static str)>> = BTreeMap::new();
    let empty = Bag::default();
    for subject in subjects.iter().filter(|subject| subject.asks() && !subject.negated) {
        for kind in [TechnologyKind::Language, TechnologyKind::Database, TechnologyKind::Cloud] {
            let mut of_kind = subject.technologies.iter().filter(|named| named.technology.kind == kind);
            let (Some(named), None) = (of_kind.next(), of_kind.next()) else { continue };
            if stance(subject, named) != Stance::Uses {
                continue;
            }
            if kind == TechnologyKind::Database && is_the_database(subject, named) {
                groups.entry((kind, &empty)).or_default().push((subject, named.technology.name));
            } else if says_where(subject, kind) && subject.frame.len() >= 2 {
                groups.entry((kind, &subject.frame)).or_default().push((subject, named.technology.name));
            }
        }
    }
    let mut clashes = Vec::new();
    for ((kind, _), group) in groups {
        for (&(first, one), &(second, other)) in neighbours(&group) {
            if one != other && first.shares_place(second) {
                clashes.push(Clash {
                    rule: "kind",
                    first,
                    second,
                    what: format!("name two {}: {one} and {other}", plural(kind)),
                    question: format!(
                        "Which one is it: {one} ({}) or {other} ({})?",
                        first.wanted.source, second.wanted.source
                    ),
                });
            }
        }
    }
    clashes
}

fn plural(kind: TechnologyKind) -> &'static str {
    match kind {
        TechnologyKind::Language => "languages for the same",
        TechnologyKind::Database => "databases for the same",
        TechnologyKind::Cloud => "clouds for the same",
        TechnologyKind::Framework
        | TechnologyKind::Protocol
        | TechnologyKind::Format
        | TechnologyKind::Platform
        | TechnologyKind::Tool => "technologies for the same",
    }
}

fn says_where(subject: &Subject<'_>, kind: TechnologyKind) -> bool {
    let known = match kind {
        TechnologyKind::Language => &WRITTEN,
        TechnologyKind::Database => &STORED,
        TechnologyKind::Cloud => &HOSTED,
        TechnologyKind::Framework
        | TechnologyKind::Protocol
        | TechnologyKind::Format
        | TechnologyKind::Platform
        | TechnologyKind::Tool => return false,
    };
    plain_words(&subject.wanted.text).iter().any(|word| known.has(word))
}

/// `X as the database`, `the database is X`, `Database: X`; not `a vector database`.
fn is_the_database(subject: &Subject<'_>, named: &Named) -> bool {
    let text = subject.wanted.text.as_str();
    let is_database = |word: &Cow<'_, str>| DATABASE.has(word);
    let behind = plain_words(&text[named.at.end..]);
    let ahead = plain_words(&text[..named.at.start]);
    if let Some(at) = behind.iter().take(6).position(is_database) {
        let between = &behind[..at];
        return !between.is_empty()
            && between.iter().all(|word| {
                THE_ONE.has(word) || ["is", "serves", "acts", "used", "will", "be"].contains(&&**word)
            });
    }
    let Some(back) = ahead.iter().rev().take(5).position(is_database) else { return false };
    let at = ahead.len() - 1 - back;
    let joins = ["is", "will", "be", "must", "should", "uses", "ist", "es", "est", "use"];
    let joined = ahead[at + 1..].iter().all(|word| joins.contains(&&**word));
    let alone = at == 0 || THE_ONE.has(&ahead[at - 1]);
    joined && alone
}
